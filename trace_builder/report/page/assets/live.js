// What only a page asks for that a server has sent: records, figures, and what is new.

/** The records of the server. */
const served = {
  async ask(path, wanted = {}) {
    const answer = await fetch(`api/${path}?${new URLSearchParams(wanted)}`);
    if (answer.status === 404) return null;
    if (!answer.ok) throw new Error(await answer.text());
    return answer.json();
  },

  load() { return this.ask("head"); },
  query(wanted, offset, limit) { return this.ask("records", { ...wanted, offset, limit }); },
  facets() { return this.ask("facets"); },
  state() { return this.ask("state"); },

  async record(id) {
    const found = await this.ask("record", { id });
    if (!found) return null;
    state.head.systems = { ...state.head.systems, ...found.systems };
    return found.record;
  },

  async export(wanted) { return `api/export?${new URLSearchParams(wanted)}`; },
};

/** Follows the server: what the index holds, new records, and new figures. */
async function follow() {
  let [version, figures] = [-1, 0];
  const look = async () => {
    const now = await served.state();
    const rate = `${grouped(now.records)} of ${grouped(now.total)} records indexed in ${now.seconds.toFixed(1)} s`;
    byId("sampled").textContent = `${now.error || rate}${now.building ? " …" : ""}${now.finished ? "" : ", the run is not finished"}`;
    if (now.figures !== figures) { figures = now.figures; await showFigures(); }
    if (now.version !== version) {
      version = now.version;
      await fillFilters();
      await refresh();
    }
  };
  for (;;) {
    try { await look(); } catch { byId("sampled").textContent = "The server does not answer."; }
    await new Promise((resume) => setTimeout(resume, 1500));
  }
}

/** The list anew, as long as it was, with the reader's place kept. */
async function refresh() {
  const asked = state.asked;
  const place = byId("list").scrollTop;
  const found = await source.query(wantedNow(), 0, Math.max(PAGE, state.rows.length));
  if (asked !== state.asked) return;
  state.rows = [];
  byId("list").replaceChildren();
  addRows(found);
  mark(false);
  byId("list").scrollTop = place;
}

/** Takes the server's figures, which it has escaped, into the page. */
async function showFigures() {
  const text = await (await fetch("figures")).text();
  const made = new DOMParser().parseFromString(text, "text/html");
  for (const id of ["figures", "links", "facts"]) byId(id).replaceChildren(...(made.getElementById(id)?.childNodes ?? []));
  wireTabs();
}
