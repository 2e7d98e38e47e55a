// The call strip: next, again, start, finish, skip, send on, and numbers for whoever was just scanned or has no phone.
// The picture is asked for anew after every step and every live event of the hall; nothing is remembered here.

import { mustLeave, signedCall } from "./terminal.js";
import { el } from "./view.js";

const API = "/counter/api/v1";
const { newKey, toast } = window.Yima;
const words = JSON.parse(document.getElementById("strip-words").textContent);
const say = (key, facts = {}) => (words[key] ?? key).replace(/\{(\w+)\}/g, (_, name) => facts[name] ?? "");
const strip = document.getElementById("strip");
const KEYS = { F2: "next", F4: "recall", F7: "skip", F8: "finish" };
const AGAIN = 20_000;
const SCANNED_LIFE = 25 * 60_000; // the server takes half an hour

let line = null;
let form = ""; // give or transfer, while open
let scanned = null; // { visit, tickets, until }: who may be given a number
let given = null;
let working = false;

function button(key, onclick, kind = "") {
  const node = el("button", { class: `button ${kind}`, type: "button", "data-act": key }, say(key));
  node.addEventListener("click", onclick);
  return node;
}

function select(id, label, options) {
  const list = el("select", { id });
  list.append(...options.map(([value, text]) => el("option", { value }, text)));
  return el("div", {}, el("label", { for: id }, label), list);
}

/** One step at a time: until it is answered and drawn every button rests, so that no press is lost unseen. */
async function act(work) {
  if (working) return;
  working = true;
  rest();
  try {
    await work();
  } catch (problem) {
    if (mustLeave(problem)) return;
    toast(`${problem.title} ${problem.detail}`.trim(), "bad");
  }
  await load(true);
  working = false;
  for (const one of strip.querySelectorAll("[data-rests]")) {
    one.disabled = false;
    delete one.dataset.rests;
  }
}

function rest() {
  for (const one of strip.querySelectorAll("button:enabled")) {
    one.disabled = true;
    one.dataset.rests = "";
  }
}

/** One key for one step until it was answered: after a lost answer the same press finds what was done, once. */
const keys = new Map();
async function send(path, body = {}) {
  const step = `${path} ${JSON.stringify(body)}`;
  if (!keys.has(step)) keys.set(step, newKey());
  try {
    const answer = await signedCall("POST", `${API}${path}`, body, { key: keys.get(step) });
    keys.delete(step);
    return answer;
  } catch (problem) {
    if (problem.status >= 400 && problem.status < 500) keys.delete(step);
    throw problem;
  }
}

const move = (ticket, body) => act(() => send(`/tickets/${ticket.id}/moves`, body));
const steps = {
  next: () => act(() => send("/line/calls")),
  recall: () => line.current && move(line.current, { move: "recall" }),
  start: () => line.current && move(line.current, { move: "start" }),
  skip: () => line.current && move(line.current, { move: "skip" }),
  finish: () => line.current && move(line.current, { move: "finish" }),
};

function toggle(name) {
  form = form === name ? "" : name;
  given = null;
  draw();
  strip.querySelector(".strip-form select")?.focus();
}

function setOpen(isOpen) {
  return act(() => signedCall("PUT", `${API}/line/counter`, { is_open: isOpen }));
}

function now() {
  const { current } = line;
  if (!current) return el("div", { class: "strip-now" }, el("p", { class: "strip-number is-idle" }, say(line.day_closed ? "day_closed" : line.is_open ? "nobody" : "closed")));
  const facts = [current.business_name, current.state_label, current.green_name, current.calls > 1 ? say("calls", { count: current.calls }) : ""];
  return el("div", { class: "strip-now", role: "status" }, el("p", { class: "strip-number" }, current.number), el("p", { class: "strip-facts" }, facts.filter(Boolean).join(" · ")));
}

function buttons() {
  const { current } = line;
  const row = el("div", { class: "row" });
  if (line.day_closed) return row;
  if (!line.is_open) row.append(button("open", () => setOpen(true), "button-primary"));
  else if (!current) row.append(button("next", steps.next, "button-primary"), button("close", () => setOpen(false)));
  else if (current.state === "called") row.append(button("start", steps.start, "button-primary"), button("recall", steps.recall), button("skip", steps.skip), button("finish", steps.finish), button("transfer", () => toggle("transfer")));
  else row.append(button("finish", steps.finish, "button-primary"), button("transfer", () => toggle("transfer")));
  if (line.gives_numbers) row.append(button("give", () => toggle("give")));
  return row;
}

function waiting() {
  const served = line.lines.filter((one) => line.serves.includes(one.business) && one.waiting);
  if (!served.length) return el("p", { class: "strip-keys" }, `${say("waiting_none")} · ${say("keys")}`);
  const list = el("ul", { class: "strip-lines" });
  list.append(...served.map((one) => el("li", {}, `${one.name} `, el("strong", {}, say("waiting", { count: one.waiting })), one.green ? ` · ${say("green")} ${one.green}` : "")));
  return el("div", {}, list, el("p", { class: "strip-keys" }, say("keys")));
}

function transferForm() {
  const { current } = line;
  if (!current) return null;
  const businesses = line.lines.map((one) => [one.business, one.name]);
  const where = select("to-business", say("business"), businesses);
  where.querySelector("select").value = current.business;
  const counters = select("to-counter", say("to_counter"), [["", say("any_counter")]]);
  const refill = () => {
    const business = where.querySelector("select").value;
    const open = line.counters.filter((one) => one.is_open && one.number !== line.counter && one.serves.includes(business));
    counters.querySelector("select").replaceChildren(...[["", say("any_counter")], ...open.map((one) => [one.number, one.name])].map(([value, text]) => el("option", { value }, text)));
  };
  where.addEventListener("change", refill);
  refill();
  const go = el("button", { class: "button button-primary", type: "submit" }, say("confirm_transfer"));
  const node = el("form", { class: "strip-form" }, where, counters, go, button("cancel", () => toggle("transfer")));
  node.addEventListener("submit", (event) => {
    event.preventDefault();
    const business = where.querySelector("select").value;
    const counter = counters.querySelector("select").value;
    form = "";
    move(current, { move: "transfer", ...(business === current.business ? {} : { business }), ...(counter ? { counter: Number(counter) } : {}) });
  });
  return node;
}

function giveForm() {
  const visit = scanned && Date.now() < scanned.until ? scanned.visit : null;
  const hers = visit ? scanned.tickets : [];
  const business = select("give-business", say("business"), line.lines.map((one) => [one.business, `${one.name}（${say("waiting", { count: one.waiting })}）`]));
  const green = select("give-green", say("green"), [["", say("green_none")], ...line.green.map((one) => [one.code, one.name])]);
  const go = el("button", { class: "button button-primary", type: "submit" }, visit ? say("give_for", { name: visit.holder.name_masked ?? "" }) : say("give_paper"));
  const node = el("form", { class: "strip-form" }, business, green, go,
    hers.length ? el("p", { class: "strip-hers" }, hers.map((one) => `${one.number} ${one.state_label}${one.about ? ` · ${one.about}` : ""}`).join("，")) : null);
  node.addEventListener("submit", (event) => {
    event.preventDefault();
    const reason = green.querySelector("select").value;
    act(async () => {
      given = await send("/tickets", { business: business.querySelector("select").value, ...(visit ? { visit_id: visit.visit_id } : {}), ...(reason ? { green: reason } : {}) });
      form = "";
      if (visit) scanned = null;
      else print(given);
    });
  });
  return node;
}

const print = (ticket) => window.open(`/counter/tickets/${ticket.id}/slip?print=1`, "yima-slip", "width=420,height=640");

function givenPart() {
  if (!given) return null;
  const again = el("button", { class: "button button-small", type: "button" }, say("print"));
  again.addEventListener("click", () => print(given));
  return el("div", { class: "strip-form", role: "status" }, el("p", { class: "strip-hers" }, say("given", { number: given.number, ahead: given.ahead, about: given.about })), again);
}

function skippedPart() {
  if (!line.skipped.length) return null;
  const part = el("div", { class: "strip-skipped" }, el("strong", {}, say("skipped")));
  for (const ticket of line.skipped) {
    const recall = button("recall", () => move(ticket, { move: "recall" }), "button-small");
    recall.disabled = !line.is_open || Boolean(line.current);
    part.append(el("span", {}, ticket.number, recall, button("requeue", () => move(ticket, { move: "requeue" }), "button-small")));
  }
  return part;
}

/** What was chosen in a form that stays open. */
function keepChoices(redraw) {
  const chosen = [...strip.querySelectorAll(".strip-form select")].map((one) => [one.id, one.value]);
  redraw();
  for (const [id, value] of chosen) {
    const list = document.getElementById(id);
    if (!list || ![...list.options].some((one) => one.value === value)) continue;
    list.value = value;
    list.dispatchEvent(new Event("change"));
  }
}

const draw = () => keepChoices(drawAnew);
function drawAnew() {
  const parts = [
    el("h2", { id: "strip-title", class: "visually-hidden" }, say("title")),
    el("div", { class: "strip-main" }, now(), el("div", { class: "stack-small" }, buttons(), waiting())),
    form === "transfer" ? transferForm() : null,
    form === "give" ? giveForm() : null,
    givenPart(),
    skippedPart(),
  ];
  strip.replaceChildren(...parts.filter(Boolean));
  strip.hidden = false;
  if (working) rest();
}

/** Without a network the strip says so once and stays as it was. */
function lost() {
  if (strip.querySelector(".strip-gone")) return;
  strip.append(el("p", { class: "message message-warn strip-gone", role: "status" }, say("gone")));
}

let loading = false;
let again = false;
let mustDraw = false;
/** `step`: something was done here, so a form in use may go; else whoever is choosing in one is left alone. */
async function load(step = false) {
  mustDraw ||= step;
  if (loading) { again = true; return; }
  loading = true;
  try {
    line = await signedCall("GET", `${API}/line`);
    if (!line.current && form === "transfer") form = "";
    if (mustDraw || !strip.querySelector(".strip-form :focus")) draw();
    mustDraw = false;
  } catch (problem) {
    if (line && !mustLeave(problem)) lost();
  } finally {
    loading = false;
    if (again) { again = false; load(); }
  }
}

document.addEventListener("keydown", (event) => {
  const step = KEYS[event.key];
  if (!step || event.repeat || !line || event.ctrlKey || event.altKey || event.metaKey) return;
  event.preventDefault();
  if (!strip.querySelector(`[data-act="${step}"]`)) return;
  steps[step]();
});

document.addEventListener("yima-visit", async ({ detail }) => {
  if (detail.purpose !== "hall_queue" || !line) return;
  const found = await signedCall("GET", `${API}/visits/${detail.visit.visit_id}/tickets`).catch(() => null);
  scanned = { visit: detail.visit, tickets: found?.tickets ?? [], until: Date.now() + SCANNED_LIFE };
  given = null;
  if (line.gives_numbers) form = "give";
  draw();
});

let soon = 0;
function listen() {
  const heard = new EventSource(`/hall/api/v1/halls/${encodeURIComponent(line.hall)}/stream`);
  for (const name of ["line", "counter", "day"]) heard.addEventListener(name, () => { clearTimeout(soon); soon = setTimeout(load, 150); });
  heard.onopen = () => load();
}

load().then(() => {
  if (!line) return;
  listen();
  setInterval(() => { if (!document.hidden) load(); }, AGAIN);
});
