// A delegation for somebody without a phone: two cards (or the helper's scanned code), how far, until when; for a newborn
// the birth certificate in hand. It waits for a second member of staff at the console; taking one back needs the card.

import { SIGN_IN, mustLeave, signedCall } from "./terminal.js";

const API = "/counter/api/v1/delegations";
const KEPT = 300_000; // names and numbers leave the screen after five minutes without a touch
const { busy, clearFaults, faults, newKey } = window.Yima;
const words = JSON.parse(document.getElementById("words").textContent);
const say = (key, facts = {}) => (words[key] ?? key).replace(/\{(\w+)\}/g, (_, name) => facts[name] ?? "");
const at = (id) => document.getElementById(id);
const form = at("form");
const lookup = at("lookup");
const visit = new URLSearchParams(location.search).get("visit");
let key = newKey();
let forgetting = 0;

function el(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

const cardOf = (who) => ({ name: at(`${who}-name`).value.trim(), id_number: at(`${who}-id`).value.replace(/\s+/g, "").toUpperCase() });
const chosen = (name) => [...form.querySelectorAll(`input[name=${name}]:checked`)].map((one) => one.value);

/** Problems name fields by their place in the body; here each card has fields of its own. */
const own = (problem) => Object.assign(problem, { errors: problem.errors.map((one) => ({ ...one, field: one.field.replace("helper.card.", "helper.").replace(/^(scope\.)?(items|purposes).*/, "items") })) });

async function attempt(where, button, work) {
  clearFaults(where);
  try {
    return await busy(button, work());
  } catch (problem) {
    if (mustLeave(problem)) return location.assign(SIGN_IN);
    if (problem.status && problem.status < 500) key = newKey();
    if (problem.code === "newborn-similar") at("another").hidden = false;
    faults(where, own(problem));
    return null;
  }
}

function forget() {
  form.reset();
  at("another").hidden = true;
  lookup.reset();
  at("found").replaceChildren();
  choose();
}

function soon() {
  clearTimeout(forgetting);
  forgetting = setTimeout(forget, KEPT);
}

function choose() {
  const all = at("all_items").checked;
  const whom = form.elements.for_whom.value;
  for (const one of form.querySelectorAll("[data-for]")) one.hidden = one.dataset.for !== whom;
  for (const one of form.querySelectorAll("input[name=items]")) one.disabled = all;
  at("record").disabled = !at("seen").checked;
}

const line = (label, value) => el("div", {}, el("dt", {}, label), el("dd", {}, value));
const facts = (one) => el("dl", { class: "facts" }, line(say("who"), one.pair), line(say("may"), one.scope_text), line(say("period"), `${one.first_day} – ${one.last_day}`), line(say("state"), one.state_label));

function taking(one) {
  const button = el("button", { class: "button button-danger", type: "button" }, say("take_back"));
  button.addEventListener("click", async () => {
    if (button.dataset.sure !== "yes") {
      button.dataset.sure = "yes";
      button.textContent = say("take_back_sure", { name: one.delegate_masked });
      return;
    }
    const done = await attempt(lookup, button, () => signedCall("POST", `${API}/${one.id}/withdrawal`, { ...cardOf("found"), card_in_hand: true }, { key: newKey() }));
    if (done) button.closest("article").replaceWith(el("p", { class: "message message-ok" }, say("taken_back", { name: done.delegate_masked })));
  });
  return button;
}

function person() {
  const allItems = at("all_items").checked;
  return {
    kind: "relative", principal: cardOf("principal"), relation: form.elements.relation.value,
    scope: { all_items: allItems, items: allItems ? [] : chosen("items"), purposes: chosen("purposes") },
  };
}

/** A guardian does everything for a child. */
function newborn() {
  const child = { name: at("child").value.trim(), born: at("born").value, certificate_no: at("certificate").value.trim(), relation: at("to-child").value, is_another: at("is_another").checked };
  return { kind: "guardian", newborn: child, scope: { all_items: true, all_purposes: true } };
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const body = {
    ...(form.elements.for_whom.value === "newborn" ? newborn() : person()), card_in_hand: true, last_day: form.last_day.value,
    helper: visit ? { visit_id: visit } : { card: cardOf("helper") },
  };
  const made = await attempt(form, at("record"), () => signedCall("POST", API, body, { key, timeout: 30_000 }));
  if (!made) return;
  key = newKey();
  forget();
  at("found").replaceChildren(el("article", { class: "stack" }, el("h2", {}, say("recorded")), facts(made), el("p", { class: "message message-warn" }, say("waits"))));
  at("result").focus();
});

lookup.addEventListener("submit", async (event) => {
  event.preventDefault();
  const found = await attempt(lookup, at("find"), () => signedCall("POST", `${API}/lookups`, { ...cardOf("found"), card_in_hand: true }));
  if (!found) return;
  at("found").replaceChildren(...(found.delegations.length
    ? found.delegations.map((one) => el("article", { class: "stack" }, el("h3", {}, one.kind_label), facts(one), taking(one)))
    : [el("p", { class: "muted" }, say("none"))]));
});

if (visit) {
  at("helper-code").hidden = false;
  at("helper-code").textContent = say("by_code");
  at("helper-fields").hidden = true;
}
form.addEventListener("change", choose);
document.addEventListener("input", soon);
choose();
at("principal-name").focus();
document.documentElement.dataset.ready = "yes";
