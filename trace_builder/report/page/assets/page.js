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

function filterBy(wanted) {
  byId("filters").reset();
  for (const [name, value] of Object.entries(wanted)) {
    const field = byId(`filter-${name}`);
    field.value = value;
    if (field.value !== value) field.append(new Option(`${words(value)} (0)`, value, true, true));
  }
  applyFilters();
  byId("records").scrollIntoView();
}

function wireRecords() {
  byId("filters").addEventListener("input", applyFilters);
  byId("filters").addEventListener("submit", (event) => event.preventDefault());
  byId("clear").addEventListener("click", () => { byId("filters").reset(); applyFilters(); });
  byId("list").addEventListener("keydown", (event) => {
    const steps = { ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10, Home: -Infinity, End: Infinity, j: 1, k: -1 };
    if (event.key in steps) { moveBy(steps[event.key]); event.preventDefault(); }
    if (event.key === "Enter") byId("detail").focus();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "/" && !event.target.matches("input, select, textarea")) { byId("search").focus(); event.preventDefault(); }
  });
  for (const button of document.querySelectorAll("[data-filter]"))
    button.addEventListener("click", () => filterBy(JSON.parse(button.dataset.filter)));
}

async function start() {
  wireTheme();
  wireTips();
  wireRings();
  wireTabs();
  await unpack();
  fillFilters();
  wireRecords();
  applyFilters();
  const linked = location.hash.match(/^#record=(.+)$/);
  const record = linked && state.records.find((one) => one.id === decodeURIComponent(linked[1]));
  if (record) { choose(record); byId("records").scrollIntoView(); }
  else if (state.records.length && !narrow()) showFirst();
  document.documentElement.dataset.ready = "true";
}

function showFirst() {
  const first = state.records.find((record) => record.steps.some((step) => step.stage === "iopo" && step.status === "accepted")) || state.records[0];
  state.chosen = first;
  byId(`option-${state.records.indexOf(first)}`)?.setAttribute("aria-selected", "true");
  showRecord(first);
}

start().catch((error) => {
  byId("count").textContent = `The records could not be unpacked: ${error.message}`;
  throw error;
});
