// Wires the page: theme, tips, tabs, links between charts and records.

function wireTheme() {
  const root = document.documentElement;
  const stored = () => { try { return localStorage.getItem("trace-build-theme"); } catch { return null; } };
  if (stored()) root.dataset.theme = stored();
  byId("theme").addEventListener("click", () => {
    const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    root.dataset.theme = dark ? "light" : "dark";
    try { localStorage.setItem("trace-build-theme", root.dataset.theme); } catch { /* not kept */ }
  });
}

function wireTips() {
  const tip = byId("tip");
  const show = (event) => {
    const owner = event.target.closest?.("[data-tip]");
    tip.hidden = !owner;
    if (!owner) return;
    tip.textContent = owner.dataset.tip;
    const box = owner.getBoundingClientRect();
    const [x, y] = event.clientX === undefined ? [box.left, box.bottom] : [event.clientX, event.clientY];
    tip.style.left = `${Math.max(8, Math.min(x + 12, innerWidth - tip.offsetWidth - 8))}px`;
    tip.style.top = `${y + 18 + tip.offsetHeight > innerHeight ? y - tip.offsetHeight - 10 : y + 16}px`;
  };
  document.addEventListener("mousemove", show);
  document.addEventListener("focusin", (event) => { if (event.target.matches?.(":focus-visible")) show(event); });
  document.addEventListener("focusout", () => { tip.hidden = true; });
  document.addEventListener("mouseleave", () => { tip.hidden = true; });
}

/** Hovering a slice points out its row, and the other way round. */
function wireRings() {
  const light = (event, on) => {
    const owner = event.target.closest?.("[data-key]");
    const set = owner?.closest(".set");
    if (!set) return;
    set.querySelector(".rings")?.classList.toggle("hot", on);
    for (const one of set.querySelectorAll("[data-key]")) one.classList.toggle("hot", on && one.dataset.key === owner.dataset.key);
  };
  document.addEventListener("mouseover", (event) => light(event, true));
  document.addEventListener("mouseout", (event) => light(event, false));
}

function wireTabs() {
  for (const tabs of document.querySelectorAll(".tabs")) {
    const buttons = [...tabs.querySelectorAll("button")];
    const pick = (button) => {
      for (const one of buttons) {
        one.setAttribute("aria-selected", one === button ? "true" : "false");
        one.tabIndex = one === button ? 0 : -1;
        byId(one.getAttribute("aria-controls")).hidden = one !== button;
      }
    };
    buttons.forEach((button, n) => {
      button.addEventListener("click", () => pick(button));
      button.addEventListener("keydown", (event) => {
        const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
        if (!step) return;
        const next = buttons[(n + step + buttons.length) % buttons.length];
        pick(next);
        next.focus();
      });
    });
  }
}

async function filterBy(wanted) {
  byId("filters").reset();
  for (const [name, value] of Object.entries(wanted)) setFilter(name, value);
  writeAddress("pushState");
  await applyFilters();
  byId("records").scrollIntoView();
}

/** Elements that lead to records, wherever they stand; also by the keyboard. */
function wireLinks() {
  const follow = (event) => {
    const owner = event.target.closest?.("[data-filter]");
    if (!owner || (event.type === "keydown" && (event.key !== "Enter" || owner.matches("button")))) return;
    filterBy(JSON.parse(owner.dataset.filter));
  };
  document.addEventListener("click", follow);
  document.addEventListener("keydown", follow);
}

function wireRecords() {
  let typing = 0;
  byId("filters").addEventListener("input", (event) => {
    const typed = event.target.id === "search";
    writeAddress(typed ? "replaceState" : "pushState");
    clearTimeout(typing);
    if (typed && source !== packed) typing = setTimeout(applyFilters, 120);
    else applyFilters();
  });
  byId("filters").addEventListener("submit", (event) => event.preventDefault());
  byId("clear").addEventListener("click", () => { byId("filters").reset(); writeAddress("pushState"); applyFilters(); });
  byId("list").addEventListener("keydown", (event) => {
    const steps = { ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10, Home: -Infinity, End: Infinity, j: 1, k: -1 };
    if (event.key in steps) { moveBy(steps[event.key]); event.preventDefault(); }
    if (event.key === "Enter") byId("detail").focus();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "/" && !event.target.matches("input, select, textarea")) { byId("search").focus(); event.preventDefault(); }
  });
  addEventListener("popstate", readAddress);
}

function wireActions() {
  const say = (button, text) => {
    const name = button.textContent;
    button.textContent = text;
    setTimeout(() => { button.textContent = name; }, 1200);
  };
  const copy = async (button, text) => {
    try { await navigator.clipboard.writeText(text); say(button, "Copied"); }
    catch { say(button, "Not allowed here"); }
  };
  byId("link").addEventListener("click", () => { writeAddress("replaceState"); copy(byId("link"), location.href); });
  byId("copy").addEventListener("click", async () => copy(byId("copy"), JSON.stringify(await source.record(state.chosen), null, 2)));
  byId("export").addEventListener("click", async () => {
    h("a", { href: await source.export(wantedNow()), download: "records.jsonl" }).click();
  });
}

async function start() {
  wireTheme();
  wireTips();
  wireRings();
  wireTabs();
  wireLinks();
  const live = document.documentElement.dataset.view === "live";
  source = live ? served : packed;
  for (const one of byId("sort").options) if (!live && one.value === "latest") one.remove();
  state.head = await source.load();
  await fillFilters();
  wireRecords();
  wireActions();
  const led = await readAddress();
  if (led) byId("records").scrollIntoView();
  else {
    if (!state.all) await applyFilters();
    if (state.rows.length && !narrow()) await showFirst();
  }
  document.documentElement.dataset.ready = "true";
  if (live) follow();
}

async function showFirst() {
  const first = state.rows.find((row) => row.steps.some((step) => step.stage === "iopo" && step.status === "accepted")) || state.rows[0];
  await choose(first.id, false);
}

start().catch((error) => {
  byId("count").textContent = `The records could not be read: ${error.message}`;
  throw error;
});
