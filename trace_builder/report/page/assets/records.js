// The browser's data, filters and list.

const state = { head: {}, rows: [], total: 0, all: 0, chosen: null, asked: 0 };
let source = null;

const dimensionName = (id) => state.head.dimensions?.[id]?.[0] ?? id;
const dimensionColor = (id) => `var(--type-${(state.head.dimensions?.[id]?.[2] ?? 5) % 8})`;
const languageName = (code) => ({ en: "English", zh: "Chinese" })[code] ?? code;

function wantedNow() {
  return Object.fromEntries([...new FormData(byId("filters")).entries()].filter(([, value]) => value));
}

/** Shows what fits the filters, from the first on; an answer that a newer question has overtaken is dropped. */
async function applyFilters() {
  const asked = ++state.asked;
  const found = await source.query(wantedNow(), 0, PAGE);
  if (asked !== state.asked) return;
  state.rows = [];
  byId("list").replaceChildren();
  addRows(found);
}

function addRows(found) {
  const list = byId("list");
  list.querySelector(".more")?.remove();
  const before = state.rows.length;
  append(list, found.records.map((record, n) => listItem(record, before + n)));
  state.rows.push(...found.records);
  [state.total, state.all] = [found.total, found.all];
  byId("count").textContent = `${grouped(found.total)} of ${grouped(found.all)} records`;
  const rest = state.total - state.rows.length;
  if (rest > 0) list.append(h("li", { class: "more", role: "presentation", on: { click: showMore } }, `Show more (${grouped(rest)})`));
  if (!state.total) list.append(h("li", { class: "empty", role: "presentation" }, "No record fits these filters."));
}

async function showMore() {
  const asked = state.asked;
  const found = await source.query(wantedNow(), state.rows.length, PAGE);
  if (asked === state.asked) addRows(found);
}

function listItem(record, place) {
  return h(
    "li",
    { role: "option", id: `option-${place}`, "aria-selected": record.id === state.chosen ? "true" : "false", on: { click: () => choose(record.id) } },
    h("div", { class: "id" }, h("span", null, record.id), h("span", null, languageName(record.lang))),
    h("div", { class: "title", lang: record.lang || null }, record.title),
    h("div", { class: "pills" }, ends(record)),
  );
}

/** On a narrow screen the record stands below the list. */
const narrow = () => matchMedia("(max-width: 760px)").matches;

/** The colour a status has: those of an evaluation use those of a run. */
const tone = (status) => ({ followed: "accepted", not_followed: "rejected", unscored: "failed", unanswered: "failed" })[status] ?? status;

/** How a record's way ended, as pills. */
function ends(record) {
  const products = state.head.products || {};
  return record.steps
    .filter((step) => step.status !== "accepted" || products[step.stage])
    .map((step) => {
      if (step.data?.kind === "answer") return h("span", { class: `pill ${tone(step.status)}` }, record.steps.length > 1 ? `${step.stage}: ` : "", words(step.status));
      const text = step.status === "accepted" ? products[step.stage] : `${step.stage}: ${words(step.reason || step.status)}`;
      return h("span", { class: `pill ${tone(step.status)}` }, text);
    });
}

/** Shows a record; `push`: as a step of the browser's history. */
async function choose(id, push = true) {
  state.chosen = id;
  mark();
  if (push) writeAddress("pushState");
  const found = await source.record(id);
  if (state.chosen !== id) return;
  if (found) showRecord(found);
  else fill(byId("detail"), h("p", { class: "empty" }, `There is no record ${id} here.`));
  if (push && narrow()) byId("detail").scrollIntoView();
}

/** Points the chosen record out in the list. */
function mark() {
  const place = state.rows.findIndex((row) => row.id === state.chosen);
  const id = place < 0 ? "" : `option-${place}`;
  for (const option of byId("list").children) if (option.id) option.setAttribute("aria-selected", option.id === id ? "true" : "false");
  if (id) byId("list").setAttribute("aria-activedescendant", id);
  else byId("list").removeAttribute("aria-activedescendant");
  byId(id)?.scrollIntoView({ block: "nearest" });
}

async function moveBy(step) {
  if (!state.total) return;
  const place = state.rows.findIndex((row) => row.id === state.chosen);
  const next = Math.min(Math.max(place < 0 ? 0 : place + step, 0), step === Infinity ? state.rows.length - 1 : state.total - 1);
  while (next >= state.rows.length && state.rows.length < state.total) await showMore();
  choose(state.rows[Math.min(next, state.rows.length - 1)].id);
}

/** Filters and record in the address, so that a link leads to what is seen. */
function writeAddress(how) {
  const wanted = wantedNow();
  if (wanted.sort === "order") delete wanted.sort;
  if (state.chosen !== null) wanted.record = state.chosen;
  const text = new URLSearchParams(wanted).toString().replaceAll("+", "%20");
  if (`#${text}` === location.hash) return;
  try { history[how](null, "", `#${text}`); } catch { /* some browsers refuse this on file: */ }
}

/** Goes where the address leads; an address of a section leaves the records as they are. */
async function readAddress() {
  const wanted = new URLSearchParams(location.hash.slice(1));
  const known = [...byId("filters").elements].map((field) => field.name).filter(Boolean);
  const names = [...wanted.keys()];
  if (names.length && !names.every((name) => name === "record" || known.includes(name))) return false;
  byId("filters").reset();
  for (const [name, value] of wanted) if (name !== "record") setFilter(name, value);
  await applyFilters();
  const record = wanted.get("record");
  if (record === null) return false;
  await choose(record, false);
  mark();
  return true;
}

function setFilter(name, value) {
  const field = byId("filters").elements.namedItem(name);
  field.value = value;
  if (field.value !== value) field.append(new Option(`${words(value)} (0)`, value, true, true));
}

function options(name, entries) {
  const before = byId(`filter-${name}`).value;
  fill(byId(`filter-${name}`), h("option", { value: "" }, "Any"), entries.map(([value, text, n]) => h("option", { value }, `${text} (${grouped(n)})`)));
  if (before) setFilter(name, before);
  byId(`filter-${name}`).closest("label").hidden = !entries.length;
}

/** How the values of each filter are ordered and called; the others are by name, in words. */
const NAMED = {
  stage: (counts) => Object.entries(counts).map(([key, n]) => [key, key, n]),
  reason: (counts) => Object.entries(counts).sort((a, b) => b[1] - a[1]).map(([key, n]) => [key, words(key), n]),
  dimension: (counts) => {
    const known = Object.keys(state.head.dimensions || {});
    const ordered = [...known.filter((key) => key in counts), ...Object.keys(counts).filter((key) => !known.includes(key))];
    return ordered.map((key) => [key, dimensionName(key), counts[key]]);
  },
  language: (counts) => Object.entries(counts).sort().map(([key, n]) => [key, languageName(key), n]),
  source: (counts) => Object.entries(counts).sort().map(([key, n]) => [key, key, n]),
};

async function fillFilters() {
  for (const [name, label] of Object.entries(state.head.labels || {})) byId(`filter-${name}`).closest("label").querySelector("span").textContent = label;
  const named = (counts) => Object.entries(counts).sort().map(([key, n]) => [key, words(key), n]);
  for (const [name, counts] of Object.entries(await source.facets())) options(name, (NAMED[name] || named)(counts));
}
