// A diff by words (by characters in Chinese): Myers' algorithm, with a bound on how far apart texts may be.

const TOKEN = /\p{Script=Han}|(?:(?!\p{Script=Han})[\p{L}\p{N}_])+|\s+|[^\s]/gu;
const FARTHEST = 1500;

const tokens = (text) => String(text ?? "").match(TOKEN) || [];

/** Pieces [kind, text] that lead from `before` to `after`; kind is "same", "del" or "ins". */
function difference(before, after) {
  const a = tokens(before);
  const b = tokens(after);
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start++;
  let end = 0;
  while (end < a.length - start && end < b.length - start && a[a.length - 1 - end] === b[b.length - 1 - end]) end++;
  const middle = shortest(a.slice(start, a.length - end), b.slice(start, b.length - end));
  const steps = [...a.slice(0, start).map((t) => ["same", t]), ...middle, ...a.slice(a.length - end).map((t) => ["same", t])];
  return joined(steps);
}

function shortest(a, b) {
  const whole = () => [...a.map((t) => ["del", t]), ...b.map((t) => ["ins", t])];
  const most = Math.min(a.length + b.length, FARTHEST);
  const reach = new Int32Array(2 * most + 3);
  const trace = [];
  for (let d = 0; d <= most; d++) {
    trace.push(reach.slice(most - d, most + d + 3));
    for (let k = -d; k <= d; k += 2) {
      const at = k + most + 1;
      let x = k === -d || (k !== d && reach[at - 1] < reach[at + 1]) ? reach[at + 1] : reach[at - 1] + 1;
      let y = x - k;
      while (x < a.length && y < b.length && a[x] === b[y]) { x++; y++; }
      reach[at] = x;
      if (x >= a.length && y >= b.length) return walkBack(a, b, trace, d);
    }
  }
  return whole();
}

function walkBack(a, b, trace, distance) {
  const steps = [];
  let x = a.length;
  let y = b.length;
  for (let d = distance; d > 0; d--) {
    const reach = trace[d];
    const at = (k) => reach[k + d + 1];
    const k = x - y;
    const from = k === -d || (k !== d && at(k - 1) < at(k + 1)) ? k + 1 : k - 1;
    const fromX = at(from);
    const fromY = fromX - from;
    while (x > fromX && y > fromY) { steps.push(["same", a[--x]]); y--; }
    if (x > fromX) steps.push(["del", a[--x]]);
    else steps.push(["ins", b[--y]]);
  }
  while (x > 0 && y > 0) { steps.push(["same", a[--x]]); y--; }
  return steps.reverse();
}

/** What is too short between two changes to read as kept: blanks, a short word, one Chinese character. */
const SLIGHT = /^(?:[^\p{Script=Han}\n]{1,4}|\p{Script=Han})$/u;

/** Neighbours of one kind as one piece; slight pieces between two changes belong to the changes. */
function joined(steps) {
  const pieces = [];
  let del = "";
  let ins = "";
  let slight = "";
  const flush = () => {
    if (del) pieces.push(["del", del]);
    if (ins) pieces.push(["ins", ins]);
    if (slight) pieces.push(["same", slight]);
    del = ins = slight = "";
  };
  for (const [kind, text] of steps) {
    if (kind === "same" && (del || ins) && SLIGHT.test(slight + text)) { slight += text; continue; }
    if (kind === "same") {
      flush();
      if (pieces.length && pieces.at(-1)[0] === "same") pieces.at(-1)[1] += text;
      else pieces.push(["same", text]);
      continue;
    }
    if (slight) { del += slight; ins += slight; slight = ""; }
    if (kind === "del") del += text;
    else ins += text;
  }
  flush();
  return pieces;
}

/** The two sides of a diff as nodes: what is gone on the left, what is new on the right. */
function sides(before, after) {
  const pieces = difference(before, after);
  const side = (own) => pieces.filter(([kind]) => kind === "same" || kind === own).map(([kind, text]) => (kind === "same" ? text : h(kind, null, text)));
  return [side("del"), side("ins")];
}
