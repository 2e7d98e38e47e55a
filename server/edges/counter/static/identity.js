// The identity desk: name and number from the document in hand, and the code that was shown just now, if one was.

import { SIGN_IN, mustLeave, signedCall } from "./terminal.js";

const SHOWN = 60_000; // a name leaves the screen after a minute
const { busy, clearFaults, faults, newKey } = window.Yima;
const words = JSON.parse(document.getElementById("words").textContent);
const say = (key, facts = {}) => (words[key] ?? key).replace(/\{(\w+)\}/g, (_, name) => facts[name] ?? "");
const at = (id) => document.getElementById(id);
const form = at("form");
const result = at("result");
const waiting = [...result.children];
let visit = new URLSearchParams(location.search).get("visit") ?? "";
let clearing = 0;

function line(tag, text) {
  const made = document.createElement(tag);
  made.textContent = text;
  return made;
}

function forget() {
  clearTimeout(clearing);
  result.replaceChildren(...waiting);
}

function show(done, withCode) {
  clearTimeout(clearing);
  const shown = document.createElement("div");
  shown.className = "empty";
  shown.append(line("h2", say("done", { name: done.name_masked })), line("p", say(done.known_before ? "done_text" : "done_new")));
  if (withCode) shown.append(line("p", say(done.code_is_theirs ? "code_theirs" : "code_not_theirs")));
  result.replaceChildren(shown);
  result.focus();
  clearing = setTimeout(() => { form.reset(); forget(); }, SHOWN);
}

if (visit) at("code-state").textContent = say("with_code");

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  clearFaults(form);
  const body = { name: form.name.value.trim(), id_number: form.id_number.value.replace(/\s+/g, "").toUpperCase(), card_in_hand: true };
  if (visit) body.visit_id = visit;
  try {
    const done = await busy(at("check"), signedCall("POST", "/counter/api/v1/identity-checks", body, { key: newKey() }));
    show(done, Boolean(visit));
    visit = "";
    at("code-state").textContent = say("no_code");
  } catch (problem) {
    if (mustLeave(problem)) location.assign(SIGN_IN);
    else faults(form, problem);
  }
});

form.name.focus();
document.documentElement.dataset.ready = "yes";
