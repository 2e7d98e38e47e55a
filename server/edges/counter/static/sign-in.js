// The way in to a counter: says which terminal this is and whose shift a sign-in would end, or that it must be enrolled.

import { able, known } from "./terminal.js";

const words = JSON.parse(document.getElementById("words").textContent);
const say = (key, facts = {}) => (words[key] ?? key).replace(/\{(\w+)\}/g, (_, name) => facts[name] ?? "");
const at = (id) => document.getElementById(id);
const demo = Boolean(document.querySelector('meta[name="demo-device"]'));

function tell(kind, ...sentences) {
  const lines = sentences.filter(Boolean).map((text) => Object.assign(document.createElement("p"), { textContent: text }));
  at("device").className = `message message-${kind}`;
  at("device").replaceChildren(...lines);
  at("device").hidden = false;
}

function mustEnrol() {
  at("form").hidden = true;
  at("enrol").hidden = false;
  if (!able()) at("enrol-fault").hidden = false;
}

async function look() {
  let answer;
  try {
    answer = await known({ demo });
  } catch (problem) {
    if (problem.status === 404 || problem.status === 403 && problem.code === "terminal-unknown") return mustEnrol();
    return tell("bad", problem.title, problem.detail);
  }
  if (!answer) return mustEnrol();
  const { terminal, shift } = answer;
  const since = shift && window.Yima.clockTime(shift.since);
  tell(shift ? "warn" : "info",
    demo ? say("demo_enrolled", terminal) : say("here", terminal),
    shift && say("on_shift", { ...shift, since }));
}

// Whoever is quicker than the enrolment waits for it; without it the shift would be refused.
at("form").ready = look().finally(() => { document.documentElement.dataset.ready = "yes"; });
