// One record, shown: its way through the stages, with texts, scores, diffs, prompts and raw answers.

function showRecord(record) {
  const source = [record.id, languageName(record.lang), record.source && `from ${record.source}`].filter(Boolean).join(" · ");
  fill(
    byId("detail"),
    h("h3", { lang: record.lang || null }, record.title || record.id),
    h("p", { class: "note" }, source),
    record.prompt !== undefined && [labelled("Prompt", textView(record.prompt)), labelled("Constraints", constraintList(record.instruction.constraints))],
    record.instruction && record.prompt === undefined && [instructionView(record.instruction), record.responses?.map((text) => [h("h5", null, "Response"), textView(text)])],
    (record.steps.length > 0 || record.seed) && h("ol", { class: "way" }, record.seed && seedView(record), record.steps.map((step) => stepView(record, step))),
  );
  byId("detail").scrollTop = 0;
}

const textView = (text, tag = "div") => h(tag, { class: "text", tabindex: "0" }, text === null || text === undefined || text === "" ? h("small", null, "(empty)") : text);

function labelled(name, content) {
  return [h("h5", null, name), content];
}

function seedView(record) {
  return h(
    "li",
    { class: "step" },
    h("span", { class: "mark seeds" }),
    h("h4", null, "seed"),
    labelled("Instruction", textView(record.seed.instruction)),
    record.seed.input && labelled("Input", textView(record.seed.input)),
  );
}

function stepView(record, step) {
  const made = step.data ? stepData(step, record) : null;
  const reason = step.reason && (state.head.reasons?.[step.reason] || words(step.reason));
  return h(
    "li",
    { class: "step" },
    h("span", { class: `mark ${tone(step.status)}` }),
    h("h4", null, step.stage, h("span", { class: `pill ${tone(step.status)}` }, words(step.status)), step.reason && h("small", null, words(step.reason))),
    reason && h("p", { class: "why" }, reason, step.detail ? `: ${step.detail}` : ""),
    made,
    callsView(step),
  );
}

function constraintList(constraints, extra) {
  return h(
    "ul",
    { class: "constraints" },
    constraints.map((c) => h("li", null, h("span", { class: "cid" }, c.id), h("span", { class: "body" }, c.text, checkNote(c.check), extra?.(c)), c.dimension ? dimensionTag(c.dimension) : h("span", { class: "dim" }, "no label"))),
  );
}

/** What code verifies of a constraint. */
function checkNote(check) {
  if (!check) return null;
  const claims = check.claims.map((c) => [words(c.kind), c.scope === "response" ? null : `of ${c.scope}`, c.parameters === "{}" ? null : c.parameters].filter(Boolean).join(" "));
  return h("small", { class: "check" }, `${check.whole ? "code verifies" : "code verifies a part"}${check.by === "model" ? ", bound by the model" : ""}: ${claims.join("; ")}`);
}

function dimensionTag(id) {
  return h("span", { class: "dim", title: dimensionName(id) }, h("i", { class: "swatch", style: `background:${dimensionColor(id)}` }), dimensionName(id));
}

function instructionView(instruction) {
  return [
    labelled("Description", textView(instruction.description)),
    labelled("Constraints", constraintList(instruction.constraints)),
    instruction.input !== null && instruction.input !== undefined && labelled("Input", textView(instruction.input)),
  ];
}

/** The instruction a step is about: of the step itself, or of the stage that made it. */
function instructionOf(record) {
  const made = (stage) => record.steps.find((step) => step.stage === stage)?.data?.instruction;
  return made("bind") ?? made("structure") ?? record.instruction;
}

/** Full marks that nothing contradicts. */
function full(score) {
  return score.score === state.head.top_score && !score.disputed;
}

function scoresView(judgement, instruction) {
  if (!judgement) return h("p", { class: "note" }, "not judged");
  const texts = new Map((instruction?.constraints || []).map((c) => [c.id, c.text]));
  const row = (s) => {
    const kind = full(s) ? "score ten" : s.disputed || s.score === null || s.score === undefined ? "score" : "score low";
    const told = s.by === "code" ? `decided by code${s.version ? ` (catalogue ${s.version})` : ""} ` : s.disputed ? `disputed${s.found ? `: code finds it ${s.found === "holds" ? "kept" : "broken"}` : ": votes disagree"} ` : "";
    const by = told ? h("small", null, told) : null;
    return h("li", null, h("span", { class: kind }, s.score ?? "–"), h("div", null, h("div", { class: "body" }, h("small", null, s.constraint, " "), texts.get(s.constraint) ?? ""), (by || s.reasoning) && h("div", { class: "reasoning" }, by, s.reasoning)));
  };
  const task = judgement.task ? [judgement.task] : [];
  const perfect = [...task, ...judgement.scores].every(full);
  const failed = judgement.scores.filter((s) => !full(s)).length;
  const fault = failed ? `${failed} of ${judgement.scores.length} constraints without full marks` : "the task without full marks";
  return h(
    "details",
    { open: !perfect },
    h("summary", null, perfect ? `full marks for ${task.length ? "the task and " : ""}every constraint` : fault, judgement.votes > 1 ? ` (${judgement.votes} votes)` : judgement.votes === 0 ? " (by code, no judge was asked)" : ""),
    h("ul", { class: "scores" }, [...task, ...judgement.scores].map(row)),
  );
}

function attemptsView(attempts, instruction) {
  if (!attempts?.length) return null;
  return h(
    "details",
    null,
    h("summary", null, `${attempts.length} imperfect ${attempts.length === 1 ? "response" : "responses"} kept`),
    attempts.map((attempt, n) => [
      h("h5", null, `Try ${n + 1}`, attempt.fault ? `: ${words(attempt.fault)}` : ""),
      textView(attempt.response),
      attempt.judgement && scoresView(attempt.judgement, instruction),
    ]),
  );
}

function sideBySide(names, before, after, kind) {
  const [left, right] = sides(before, after);
  return h("div", { class: `side diff ${kind}` }, h("div", null, h("h5", null, names[0]), h("div", { class: "text", tabindex: "0" }, left)), h("div", null, h("h5", null, names[1]), h("div", { class: "text", tabindex: "0" }, right)));
}

/** x1 and x2 constraint by constraint; what is kept or revised has one id in both. */
function twoInstructions(x1, x2) {
  const second = new Map(x2.constraints.map((c) => [c.id, c]));
  const rows = x1.constraints.map((c) => [c.id, c.text, second.get(c.id)?.text ?? null]);
  const first = new Set(x1.constraints.map((c) => c.id));
  for (const c of x2.constraints) if (!first.has(c.id)) rows.push([c.id, null, c.text]);
  return h(
    "div",
    { class: "pairs diff" },
    ["", "x1", "x2"].map((text) => h("span", { class: "head" }, text)),
    rows.map(([id, before, after]) => {
      const [left, right] = before === null ? ["", [h("ins", null, after)]] : after === null ? [[h("del", null, before)], ""] : sides(before, after);
      return [h("span", { class: "cid note" }, id), h("span", null, left), h("span", null, right)];
    }),
  );
}

const VIEWS = {
  answer: (data, record) => [
    data.response === null ? h("p", { class: "why" }, "There is no response.") : labelled("Response", textView(data.response)),
    scoresView(data.judgement, record.instruction),
    data.overall !== null && h("p", { class: "note" }, `The judge's own overall number: ${data.overall}`),
  ],
  expand: (data) => [data.text ? labelled("Expanded instruction", textView(data.text)) : data.parts && instructionView(data.parts), data.fewer && h("p", { class: "why" }, `Fewer constraints: ${data.fewer}`), h("p", { class: "note" }, `${data.target} wanted, offered: ${(data.offered || []).map(dimensionName).join(", ")}`)],
  structure: (data) => instructionView(data.instruction),
  quality: (data) => [h("p", { class: "why" }, `Complete: ${data.completeness}`), h("p", { class: "why" }, `Redundant: ${data.redundancy}`), data.feasibility && h("p", { class: "why" }, `Feasible: ${data.feasibility}`)],
  bind: (data) => labelled("Constraints", constraintList(data.instruction.constraints)),
  respond: (data, record) => [
    data.response !== undefined && labelled("Response", textView(data.response)),
    data.judgement && scoresView(data.judgement, instructionOf(record)),
    attemptsView(data.imperfect, instructionOf(record)),
  ],
  dpo: (data, record) => [
    h("p", { class: "why" }, `The worse response is ${data.origin}; it fails ${(data.failed || []).join(", ")}.`),
    sideBySide(["Chosen", "Rejected"], data.chosen, data.rejected, "better"),
    scoresView(data.rejected_judgement, instructionOf(record)),
  ],
  iopo: (data) => groupView(data),
  turn: (data) => [labelled("Prompt", textView(data.prompt)), labelled("Response", textView(data.chosen)), h("p", { class: "note" }, data.split)],
  pair: (data) => [labelled("Prompt", textView(data.prompt)), sideBySide(["Chosen", "Rejected"], data.chosen, data.rejected, "better"), h("p", { class: "note" }, `${data.split}, origin ${data.origin}`)],
  harvest: (data) => data.groups.map((group) => [h("h5", null, group.id), groupView(group)]),
};

function groupView(data) {
  return [
    h("p", { class: "why" }, `Operation ${data.operation}; certificate ${words(data.certificate)}.`),
    labelled("Instructions", twoInstructions(data.x1, data.x2)),
    sideBySide(["y1", "y2"], data.y1, data.y2, "neutral"),
    labelled("Cells", cellsView(data)),
    labelled("Terms of the loss", h("div", null, Object.entries(data.terms).map(([name, proven]) => h("p", { class: "term" }, h("b", null, proven ? "✓" : "–"), state.head.terms?.[name] || words(name), h("small", null, proven ? "proven" : "not proven"))))),
  ];
}

function cellsView(data) {
  const cell = (key) => {
    const judgement = data.cells[key];
    const failed = judgement ? [...(judgement.task ? [judgement.task] : []), ...judgement.scores].filter((s) => !full(s)).length : null;
    const verdict = judgement === null ? "not judged" : failed ? `fails ${failed}` : "full marks";
    return h("div", null, h("h6", null, `(${key.slice(0, 2)}, ${key.slice(2)})`, h("span", { class: `pill ${judgement === null ? "pending" : failed ? "rejected" : "accepted"}` }, verdict)), judgement && scoresView(judgement, data[key.slice(0, 2)]));
  };
  return h("div", { class: "judged" }, ["x1y1", "x1y2", "x2y1", "x2y2"].map(cell));
}

/** What a stage made; of a record that it did not accept, what is kept. */
function stepData(step, record) {
  const view = step.data.kind ? VIEWS[step.data.kind] : step.status === "accepted" && VIEWS[step.stage];
  if (view) return view(step.data, record);
  return step.data.imperfect ? attemptsView(step.data.imperfect, instructionOf(record)) : otherView(step.data, record);
}

/** A stage that the page knows nothing of: its fields by their names, in the shape they have. */
function otherView(data, record) {
  return Object.entries(data).filter(([, value]) => value !== null).map(([name, value]) => {
    if (typeof value === "object" && value.description !== undefined && value.constraints) return [h("h5", null, words(name)), instructionView(value)];
    if (typeof value === "object" && Array.isArray(value.scores)) return labelled(words(name), scoresView(value, instructionOf(record)));
    return labelled(words(name), typeof value === "string" ? textView(value) : textView(JSON.stringify(value, null, 2), "pre"));
  });
}

/** Prompts and raw answers, made when they are opened. */
function callsView(step) {
  if (!step.calls.length) return null;
  const note = step.note && h("p", { class: "note" }, step.note);
  const details = h("details", { class: "calls" }, h("summary", null, `Prompts and raw answers (${step.calls.length})`));
  details.addEventListener("toggle", () => { if (details.open && details.children.length === 1) append(details, [note, step.calls.map(callView)]); });
  return details;
}

function callView(call) {
  const [prompt, cached, completion] = call.tokens;
  const facts = [
    call.sample ? `sample ${call.sample + 1}` : null,
    call.attempt ? `attempt ${call.attempt + 1}` : null,
    call.model,
    `${grouped(prompt)} prompt tokens, ${grouped(cached)} cached, ${grouped(completion)} completion`,
    `${(call.latency ?? 0).toFixed(2)} s`,
    call.finish !== "stop" ? `ended by ${call.finish}` : null,
    call.retries ? `${call.retries} retries` : null,
  ].filter(Boolean);
  const system = call.system && state.head.systems?.[call.system];
  return h(
    "div",
    null,
    h("h6", null, call.prompt, h("small", null, facts.join(" · "))),
    system && h("details", null, h("summary", null, "System part, the same for every record"), textView(system, "pre")),
    call.user && h("details", { open: true }, h("summary", null, "Prompt"), textView(call.user, "pre")),
    h("details", { open: true }, h("summary", null, "Raw answer"), textView(call.text, "pre")),
  );
}
