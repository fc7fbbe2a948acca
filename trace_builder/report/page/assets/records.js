// The browser's data, filters and list.

const state = { head: {}, records: [], found: [], shown: 0, chosen: null };
const PAGE = 150;
/** Filters whose values a record names in its tags. */
const TAGS = ["certificate", "operation", "evidence"];

async function unpack() {
  const packed = atob(byId("payload").textContent);
  const bytes = Uint8Array.from(packed, (c) => c.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  const data = JSON.parse(await new Response(stream).text());
  const compare = new Intl.Collator("en", { numeric: true }).compare;
  state.records = data.records.sort((a, b) => compare(a.id, b.id));
  state.head = data;
}

const dimensionName = (id) => state.head.dimensions?.[id]?.[0] ?? id;
const dimensionColor = (id) => `var(--type-${(state.head.dimensions?.[id]?.[2] ?? 5) % 8})`;
const languageName = (code) => ({ en: "English", zh: "Chinese" })[code] ?? code;

function haystack(record) {
  if (record.hay === undefined) {
    const texts = [];
    const collect = (value, key) => {
      if (typeof value === "string") texts.push(value);
      else if (Array.isArray(value)) value.forEach(collect);
      else if (value && typeof value === "object" && key !== "calls") Object.entries(value).forEach(([k, v]) => collect(v, k));
    };
    collect(record);
    Object.defineProperty(record, "hay", { value: texts.join("\n").toLowerCase(), enumerable: false });
  }
  return record.hay;
}

function matches(record, wanted) {
  if (wanted.language && record.lang !== wanted.language) return false;
  if (wanted.source && record.source !== wanted.source) return false;
  if (TAGS.some((name) => wanted[name] && !record.tags?.[name]?.includes(wanted[name]))) return false;
  if (wanted.dimension && !record.dims.includes(wanted.dimension)) return false;
  if (wanted.stage || wanted.status || wanted.reason) {
    const fits = (step) =>
      (!wanted.stage || step.stage === wanted.stage) &&
      (!wanted.status || step.status === wanted.status) &&
      (!wanted.reason || step.reason === wanted.reason);
    if (!record.steps.some(fits)) return false;
  }
  return wanted.terms.every((term) => haystack(record).includes(term));
}

function wantedNow() {
  const form = new FormData(byId("filters"));
  const wanted = Object.fromEntries(form.entries());
  wanted.terms = String(wanted.search || "").toLowerCase().split(/\s+/).filter(Boolean);
  return wanted;
}

function applyFilters() {
  const wanted = wantedNow();
  state.found = state.records.filter((record) => matches(record, wanted));
  byId("count").textContent = `${grouped(state.found.length)} of ${grouped(state.records.length)} records`;
  state.shown = 0;
  byId("list").replaceChildren();
  showMore();
}

function showMore() {
  const list = byId("list");
  list.querySelector(".more")?.remove();
  const next = state.found.slice(state.shown, state.shown + PAGE);
  append(list, next.map((record) => listItem(record)));
  state.shown += next.length;
  const rest = state.found.length - state.shown;
  if (rest > 0) list.append(h("li", { class: "more", role: "presentation", on: { click: showMore } }, `Show more (${grouped(rest)})`));
  if (!state.found.length) list.append(h("li", { class: "empty", role: "presentation" }, "No record fits these filters."));
}

function listItem(record) {
  return h(
    "li",
    { role: "option", id: `option-${state.records.indexOf(record)}`, "aria-selected": record === state.chosen ? "true" : "false", on: { click: () => choose(record) } },
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

function choose(record) {
  state.chosen = record;
  const id = `option-${state.records.indexOf(record)}`;
  for (const option of byId("list").children) option.setAttribute("aria-selected", option.id === id ? "true" : "false");
  byId("list").setAttribute("aria-activedescendant", id);
  byId(id)?.scrollIntoView({ block: "nearest" });
  showRecord(record);
  try { history.replaceState(null, "", `#record=${encodeURIComponent(record.id)}`); } catch { /* some browsers refuse this on file: */ }
  if (narrow()) byId("detail").scrollIntoView();
}

function moveBy(step) {
  if (!state.found.length) return;
  const place = state.found.indexOf(state.chosen);
  const next = Math.min(Math.max(place < 0 ? 0 : place + step, 0), state.found.length - 1);
  while (next >= state.shown) showMore();
  choose(state.found[next]);
}

function options(name, entries, all) {
  fill(byId(`filter-${name}`), h("option", { value: "" }, all), entries.map(([value, text, n]) => h("option", { value }, `${text} (${grouped(n)})`)));
  byId(`filter-${name}`).closest("label").hidden = !entries.length;
}

function counted(values) {
  const counts = new Map();
  for (const value of values) if (value) counts.set(value, (counts.get(value) || 0) + 1);
  return counts;
}

function fillFilters() {
  for (const [name, label] of Object.entries(state.head.labels || {})) byId(`filter-${name}`).closest("label").querySelector("span").textContent = label;
  const steps = state.records.flatMap((record) => record.steps);
  const stages = counted(steps.map((step) => step.stage));
  options("stage", [...stages].map(([key, n]) => [key, key, n]), "Any");
  const statuses = counted(steps.map((step) => step.status));
  options("status", [...statuses].sort().map(([key, n]) => [key, words(key), n]), "Any");
  const reasons = [...counted(steps.map((step) => step.reason))].sort((a, b) => b[1] - a[1]);
  options("reason", reasons.map(([key, n]) => [key, words(key), n]), "Any");
  const dimensions = counted(state.records.flatMap((record) => record.dims));
  const known = Object.keys(state.head.dimensions || {});
  const ordered = [...known.filter((key) => dimensions.has(key)), ...[...dimensions.keys()].filter((key) => !known.includes(key))];
  options("dimension", ordered.map((key) => [key, dimensionName(key), dimensions.get(key)]), "Any");
  const languages = counted(state.records.map((record) => record.lang));
  options("language", [...languages].sort().map(([key, n]) => [key, languageName(key), n]), "Any");
  const sources = counted(state.records.map((record) => record.source));
  options("source", [...sources].sort().map(([key, n]) => [key, key, n]), "Any");
  for (const name of TAGS) {
    const values = counted(state.records.flatMap((record) => record.tags?.[name] ?? []));
    options(name, [...values].sort().map(([key, n]) => [key, words(key), n]), "Any");
  }
}
