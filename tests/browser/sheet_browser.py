"""A headless Chromium with one page, driven over its debugging protocol."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


class Page:
    """``requests`` are the addresses the page asked for, ``trouble`` its exceptions and console errors."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket
        self._number = 0
        self.requests: list[str] = []
        self.trouble: list[str] = []

    async def call(self, method: str, **params: Any) -> Any:
        self._number += 1
        number = self._number
        await self._socket.send_json({"id": number, "method": method, "params": params})
        while True:
            message = await self._socket.receive_json(timeout=30)
            if message.get("id") == number:
                assert "error" not in message, message["error"]
                return message["result"]
            self._note(message)

    def _note(self, message: dict[str, Any]) -> None:
        params = message.get("params", {})
        if message["method"] == "Network.requestWillBeSent":
            self.requests.append(params["request"]["url"])
        elif message["method"] == "Runtime.exceptionThrown":
            self.trouble.append(str(params["exceptionDetails"]))
        elif message["method"] == "Log.entryAdded" and params["entry"]["level"] in ("error", "warning"):
            self.trouble.append(params["entry"]["text"])
        elif message["method"] == "Runtime.consoleAPICalled" and params["type"] in ("error", "assert"):
            self.trouble.append(str(params["args"]))

    async def open(self, path: Path) -> None:
        for domain in ("Page", "Runtime", "Network", "Log"):
            await self.call(f"{domain}.enable")
        await self.call("Page.navigate", url=path.as_uri())
        await self.until("document.readyState === 'complete'")

    async def run(self, script: str) -> Any:
        """The value of an expression in the page."""
        found = await self.call(
            "Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True, userGesture=True
        )
        assert "exceptionDetails" not in found, found["exceptionDetails"]
        return found["result"].get("value")

    async def until(self, script: str) -> None:
        for _ in range(300):
            with contextlib.suppress(AssertionError):  # while a page is being left there is none to ask
                if await self.run(script):
                    return
            await asyncio.sleep(0.05)
        raise AssertionError(f"never came true: {script}")

    async def press(self, key: str) -> None:
        extra = {"text": key} if len(key) == 1 else {}
        await self.call("Input.dispatchKeyEvent", type="keyDown", key=key, **extra)
        await self.call("Input.dispatchKeyEvent", type="keyUp", key=key)

    async def write(self, text: str) -> None:
        await self.call("Input.insertText", text=text)

    async def picture(self, width: int = 1280, height: int = 900, scheme: str = "light") -> bytes:
        """A PNG of what is seen."""
        await self.call(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=False,
        )
        feature = [{"name": "prefers-color-scheme", "value": scheme}]
        await self.call("Emulation.setEmulatedMedia", features=feature)
        found = await self.call("Page.captureScreenshot")
        return base64.b64decode(found["data"])


@asynccontextmanager
async def chromium_page(downloads: Path) -> AsyncIterator[Page]:
    """A fresh profile; what the page saves lands in ``downloads``."""
    assert CHROMIUM is not None
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        command = [CHROMIUM, "--headless=new", "--no-sandbox", "--disable-gpu", "--remote-debugging-port=0"]
        command += ["--no-first-run", "--disable-dev-shm-usage", f"--user-data-dir={profile}", "about:blank"]
        null = asyncio.subprocess.DEVNULL
        child = await asyncio.create_subprocess_exec(*command, stdout=null, stderr=null)
        try:
            port = await _port(Path(profile) / "DevToolsActivePort", child)
            async with aiohttp.ClientSession() as session:
                async with session.get(f"http://127.0.0.1:{port}/json/list") as answer:
                    page = next(target for target in await answer.json() if target["type"] == "page")
                url = page["webSocketDebuggerUrl"]
                async with session.ws_connect(url, max_msg_size=0) as socket:
                    found = Page(socket)
                    await found.call(
                        "Browser.setDownloadBehavior", behavior="allow", downloadPath=str(downloads)
                    )
                    yield found
        finally:
            child.kill()
            await child.wait()


async def _port(path: Path, child: asyncio.subprocess.Process) -> int:
    for _ in range(600):
        lines = _lines(path)
        if len(lines) > 1:
            return int(lines[0])
        assert child.returncode is None, "Chromium ended at once"
        await asyncio.sleep(0.05)
    raise AssertionError("Chromium did not open its debugging port")


def _lines(path: Path) -> list[str]:
    return path.read_text().split("\n") if path.exists() else []
