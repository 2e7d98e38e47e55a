// How ready this terminal is for a time without a network, in sight on both pages of the desk.

import { MOST_LINES } from "./log.js";
import { readiness } from "./desk.js";
import { aged, spanned, tell } from "./words.js";

const EVERY = 30_000;
const KINDS = { green: "ok", amber: "warn", red: "bad" };
const WORDS = { green: "state.fresh", amber: "state.amber", red: "state.red" };

const at = (id) => document.getElementById(id);

function drawLists(lists) {
  const badge = at("lists-state");
  badge.className = `badge badge-${lists ? KINDS[lists.freshness] : "bad"}`;
  badge.dataset.list = lists?.freshness ?? "none";
  const word = lists?.kind === "keys" ? "state.only_keys" : lists ? WORDS[lists.freshness] : "state.no_lists";
  badge.textContent = tell(word, lists ? { age: aged(lists.age) } : {});
}

function drawLines({ lines, full }) {
  const parts = [lines.lines ? tell("state.some_lines", { count: lines.lines }) : tell("state.no_lines")];
  if (lines.wrong) parts.push(tell("state.wrong_lines", { count: lines.wrong }));
  if (full) parts.push(tell("state.full", { count: MOST_LINES }));
  at("lines-state").textContent = parts.join(document.documentElement.lang === "en" ? "; " : "；");
  at("lines-state").dataset.lines = String(lines.lines);
}

function drawClock(seconds) {
  const note = at("clock-state");
  note.hidden = !seconds;
  const span = spanned(Math.round(seconds / 60) * 60, { minutes: "state.span_minutes", hours: "state.span_hours", days: "state.span_days" });
  note.textContent = seconds ? tell(seconds > 0 ? "state.clock_fast" : "state.clock_slow", { span }) : "";
}

/** Draws what is known now; answers it. */
export async function drawState() {
  const ready = await readiness();
  drawLists(ready.lists);
  drawLines(ready);
  drawClock(ready.clockWrong);
  at("shift-state").textContent = ready.shift ? tell("state.shift_until", { staff_no: ready.shift.staff_no, time: window.Yima.dayTime(ready.shift.until) }) : tell("state.no_shift");
  return ready;
}

/** Keeps it drawn. */
export function keepStateDrawn() {
  setInterval(() => drawState().catch(() => {}), EVERY);
  return drawState();
}
