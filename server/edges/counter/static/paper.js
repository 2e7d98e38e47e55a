// The paper desk: name and number from the card, one press, and the sheet is there to be printed.

import { SIGN_IN, mustLeave, signedCall } from "./terminal.js";

const API = "/counter/api/v1";
const SHOWN = 180_000; // the sheet leaves the screen after three minutes
const { busy, clearFaults, faults, newKey } = window.Yima;
const words = JSON.parse(document.getElementById("words").textContent);
const say = (key, facts = {}) => (words[key] ?? key).replace(/\{(\w+)\}/g, (_, name) => facts[name] ?? "");
const at = (id) => document.getElementById(id);
const form = at("form");
const result = at("result");
const waiting = [...result.children];
let sheet = "";
let clearing = 0;

function el(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

function forget() {
  clearTimeout(clearing);
  if (sheet) URL.revokeObjectURL(sheet);
  sheet = "";
  result.replaceChildren(...waiting);
}

/** What stands on the card; spaces that people type between groups are not part of a number. */
const card = () => ({
  name: form.name.value.trim(), id_number: form.id_number.value.replace(/\s+/g, "").toUpperCase(), card_in_hand: true,
});

async function attempt(button, work) {
  clearFaults(form);
  try {
    return await busy(button, work());
  } catch (problem) {
    if (mustLeave(problem)) return location.assign(SIGN_IN);
    faults(form, problem);
    return null;
  }
}

const day = (instant) => new Date(instant).toLocaleDateString(document.documentElement.lang, { year: "numeric", month: "long", day: "numeric", timeZone: "Asia/Shanghai" });

function show(made, blob) {
  forget();
  sheet = URL.createObjectURL(blob);
  const frame = el("iframe", { class: "paper-sheet", src: `${sheet}#toolbar=0&navpanes=0&view=FitH`, title: say("sheet") });
  const print = el("button", { class: "button button-primary", type: "button" }, say("print"));
  const done = el("button", { class: "button", type: "button" }, say("done"));
  print.addEventListener("click", () => frame.contentWindow.print());
  done.addEventListener("click", () => { form.reset(); forget(); form.name.focus(); });
  result.replaceChildren(
    el("div", { class: "paper-done" },
      el("div", {}, el("h2", {}, say("made", { name: made.name_masked, tier: made.tier_label })),
        el("p", { class: "hint" }, say(made.known_before ? "until" : "until_new", { day: day(made.expires_at) }))),
      el("div", { class: "row" }, print, done)),
    frame,
  );
  result.focus();
  clearing = setTimeout(() => { form.reset(); forget(); }, SHOWN);
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const body = { ...card(), tier: form.tier.value };
  await attempt(at("make"), async () => {
    const made = await signedCall("POST", `${API}/papers`, body, { key: newKey(), timeout: 30_000 });
    const blob = await signedCall("GET", `${API}/papers/${made.id}?layout=${form.layout.value}`, null, { as: "blob", timeout: 60_000 });
    show(made, blob);
  });
});

at("lose").addEventListener("click", () => {
  clearFaults(form);
  at("losing").showModal();
});
at("lose-not").addEventListener("click", () => at("losing").close());
at("lose-now").addEventListener("click", async () => {
  const what = document.querySelector("input[name=what]:checked").value;
  at("losing").close();
  await attempt(at("lose"), async () => {
    const done = await signedCall("POST", `${API}/loss-reports`, { ...card(), what }, { key: newKey() });
    forget();
    result.replaceChildren(el("div", { class: "empty" },
      el("h2", {}, say("lost", { name: done.name_masked })),
      el("p", {}, say("lost_text", { credentials: done.credentials })),
      el("p", {}, say("lost_now"))));
    result.focus();
  });
});

form.name.focus();
document.documentElement.dataset.ready = "yes";
