// The records that are packed into this page.

const PAGE = 150;
/** Filters whose values a record names in its tags. */
const TAGS = ["certificate", "operation", "evidence"];

function counted(values) {
  const counts = {};
  for (const value of values) if (value) counts[value] = (counts[value] || 0) + 1;
  return counts;
}

/** The records that lie in this page. */
const packed = {
  records: [],

  async load() {
    const bytes = Uint8Array.from(atob(byId("payload").textContent), (c) => c.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    const { records, ...head } = JSON.parse(await new Response(stream).text());
    const compare = new Intl.Collator("en", { numeric: true }).compare;
    this.records = records.sort((a, b) => compare(a.id, b.id));
    const seen = {};
    for (const record of this.records) {
      const times = (seen[record.id] = (seen[record.id] || 0) + 1);
      if (times > 1) record.id = `${record.id} (${times})`;
    }
    return head;
  },

  haystack(record) {
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
  },

  matches(record, wanted, terms) {
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
    return terms.every((term) => this.haystack(record).includes(term));
  },

  found(wanted) {
    const terms = String(wanted.search || "").toLowerCase().split(/\s+/).filter(Boolean);
    const found = this.records.filter((record) => this.matches(record, wanted, terms));
    const size = (record) => (record.instruction || record.steps.map((step) => step.data?.instruction).find(Boolean))?.constraints?.length ?? 0;
    if (wanted.sort === "constraints") found.sort((a, b) => size(b) - size(a));
    return found;
  },

  async query(wanted, offset, limit) {
    const found = this.found(wanted);
    return { records: found.slice(offset, offset + limit), total: found.length, all: this.records.length };
  },

  async record(id) {
    return this.records.find((record) => record.id === id) ?? null;
  },

  async facets() {
    const steps = this.records.flatMap((record) => record.steps);
    const tagged = (name) => counted(this.records.flatMap((record) => record.tags?.[name] ?? []));
    return {
      stage: counted(steps.map((step) => step.stage)),
      status: counted(steps.map((step) => step.status)),
      reason: counted(steps.map((step) => step.reason)),
      dimension: counted(this.records.flatMap((record) => record.dims)),
      language: counted(this.records.map((record) => record.lang)),
      source: counted(this.records.map((record) => record.source)),
      ...Object.fromEntries(TAGS.map((name) => [name, tagged(name)])),
    };
  },

  async export(wanted) {
    const lines = this.found(wanted).map((record) => `${JSON.stringify(record)}\n`);
    return URL.createObjectURL(new Blob(lines, { type: "application/jsonl" }));
  },
};
