// The tour: ticks steps from real events, signs frames in, reads SMS, hands the phone's code to the counter.

import { known } from "/static/counter/terminal.js";

const { call, toast, busy, dayTime } = window.Yima;
const read = (id) => JSON.parse(document.getElementById(id).textContent);
const words = read("words");
const people = new Map(read("cast").map((one) => [one.id, one]));
const say = (key, facts = {}) => (words[key] ?? key).replace(/\{(\w+)\}/g, (_, name) => facts[name] ?? "");
const at = (id) => document.getElementById(id);
const frame = (pane) => document.querySelector(`iframe[data-pane="${pane}"]`);
const DOORS = { counter: "/counter", console: "/console" };
const SMS_EVERY = 2_000;

const kept = JSON.parse(sessionStorage.getItem("yima-tour") ?? "{}");
const state = { done: kept.done ?? [], before: kept.before ?? [], who: kept.who ?? {}, phone: kept.phone ?? people.get("mother")?.phone ?? "" };
const keep = () => sessionStorage.setItem("yima-tour", JSON.stringify(state));

/* The story */

const lines = [...document.querySelectorAll("#story > li")];
let opened = "";

function open(step) {
  opened = step;
  for (const line of lines) {
    const chosen = line.dataset.step === step;
    line.querySelector("button").setAttribute("aria-expanded", String(chosen));
    at(`step-${line.dataset.step}`).hidden = !chosen;
  }
}

function drawStory() {
  const now = lines.find((line) => !state.done.includes(line.dataset.step))?.dataset.step;
  for (const line of lines) {
    const step = line.dataset.step;
    const done = state.done.includes(step);
    line.classList.toggle("is-done", done);
    line.classList.toggle("is-now", step === now);
    const word = done ? (state.before.includes(step) ? "before" : "done") : step === now ? "now" : "later";
    line.querySelector(".story-state").textContent = say(`step.${word}`);
  }
  return now;
}

function tick(step, before = false) {
  if (!step || state.done.includes(step)) return;
  const following = opened === drawStory();
  state.done.push(step);
  if (before) state.before.push(step);
  keep();
  const now = drawStory();
  if (following || step === opened) open(now ?? step);
  if (!now) toast(say("step.all_done"));
}

for (const line of lines) line.querySelector("button").addEventListener("click", () => open(line.dataset.step));
at("restart").addEventListener("click", () => {
  state.done = [];
  state.before = [];
  keep();
  open(drawStory());
});

function listen() {
  const events = new EventSource("/tour/events");
  const badge = at("listening");
  const draw = (alive) => {
    badge.className = `badge badge-${alive ? "ok" : "warn"}`;
    badge.textContent = say(alive ? "page.watching" : "page.lost");
  };
  events.addEventListener("open", () => draw(true));
  events.addEventListener("error", () => draw(false));
  events.addEventListener("moment", (event) => tick(JSON.parse(event.data).step));
}

/* Who looks */

function drawWho() {
  for (const place of document.querySelectorAll("[data-who]")) {
    const one = people.get(state.who[place.dataset.who]);
    place.textContent = one ? say("page.signed_in", { name: one.name }) : say("page.nobody");
  }
  const chosen = Object.values(state.who);
  for (const chip of document.querySelectorAll(".chip[data-cast]")) chip.setAttribute("aria-pressed", String(chosen.includes(chip.dataset.cast)));
}

let pendingToken = "";

/** The phone may still be loading, so it is told again when it says that it is ready. */
function tellPhone() {
  if (pendingToken) frame("phone").contentWindow?.postMessage({ type: "yima-sign-in", token: pendingToken }, location.origin);
}

function showPane(pane) {
  at(`tab-${pane}`).click();
  const top = at("stage").getBoundingClientRect().top;
  if (top < 0 || top > innerHeight * 0.4) at("stage").scrollIntoView({ block: "start", behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth" });
}

/** A clerk's shift belongs to a terminal: this browser becomes one, once. */
async function enter(one) {
  const device = one.door === "counter" ? await known({ demo: true }) : null;
  const body = { cast_id: one.id, ...(device && { terminal_id: device.terminal.id }) };
  return call("POST", "/tour/api/v1/sign-in", body);
}

async function become(castId, button) {
  const one = people.get(castId);
  let session;
  try {
    session = await busy(button, enter(one));
  } catch (problem) {
    return toast(problem.detail, "bad");
  }
  state.who[session.door] = castId;
  if (session.door === "phone") {
    pendingToken = session.token;
    state.phone = one.phone;
    at("sms-to").value = one.phone;
    tick("sign_in");
    if (session.loa >= 3) tick("verify", true);
    tellPhone();
    readSms(true);
  } else {
    frame(session.door).src = one.lands ?? DOORS[session.door];
  }
  keep();
  drawWho();
  drawScan();
  showPane(session.door);
}

for (const button of document.querySelectorAll("[data-cast]")) button.addEventListener("click", () => become(button.dataset.cast, button));
for (const button of document.querySelectorAll("[data-reload]")) {
  button.addEventListener("click", () => frame(button.dataset.reload).contentWindow.location.reload());
}
frame("phone").addEventListener("load", tellPhone);

/* The phone's screen, scanned */

let codeText = "";
const scan = at("scan");

function drawScan() {
  const ready = codeText && state.who.counter;
  scan.disabled = !ready;
  scan.textContent = say(!codeText ? "page.scan_wait" : state.who.counter ? "page.scan" : "page.scan_no_counter");
}

scan.addEventListener("click", () => {
  frame("counter").contentWindow.postMessage({ type: "yima-scan", text: codeText }, location.origin);
  toast(say("page.scanned"));
  showPane("counter");
});

window.addEventListener("message", (event) => {
  if (event.origin !== location.origin || event.source !== frame("phone").contentWindow) return;
  if (event.data?.type === "yima-ready") tellPhone();
  if (event.data?.type === "yima-signed-in" || event.data?.type === "yima-sign-in-refused") pendingToken = "";
  if (event.data?.type === "yima-route" && !String(event.data.path).includes("/code/")) {
    codeText = "";
    drawScan();
  }
  if (event.data?.type === "yima-code") {
    codeText = typeof event.data.text === "string" ? event.data.text : "";
    drawScan();
  }
});

/* Text messages */

let newest = "";

function bubble(message) {
  const item = document.createElement("li");
  item.className = "bubble";
  const time = document.createElement("time");
  time.dateTime = message.at;
  time.textContent = dayTime(message.at);
  item.append(time, message.text);
  return item;
}

function pop(message) {
  const box = document.createElement("div");
  box.className = "bubble";
  const icon = document.createElement("span");
  icon.className = "icon icon-bell";
  icon.setAttribute("aria-hidden", "true");
  const text = document.createElement("p");
  text.textContent = message.text;
  box.append(icon, text);
  at("sms-pop").replaceChildren(box);
  setTimeout(() => box.remove(), 12_000);
}

async function readSms(quiet = false) {
  const phone = at("sms-to").value.trim();
  if (!/^1\d{10}$/.test(phone)) return;
  const answer = await call("GET", `/dev/outbox?to=${phone}`).catch(() => null);
  if (!answer || phone !== at("sms-to").value.trim()) return;
  const { messages } = answer;
  at("sms-list").replaceChildren(...messages.slice(0, 20).map(bubble));
  at("sms-empty").hidden = messages.length > 0;
  at("sms-count").hidden = !messages.length;
  at("sms-count").textContent = String(messages.length);
  const first = messages.length ? `${phone}${messages[0].at}${messages[0].text}` : phone;
  if (newest !== first && newest.startsWith(phone) && !quiet && messages.length) pop(messages[0]);
  newest = first;
}

at("sms-to").value = state.phone;
at("sms-to").addEventListener("input", () => {
  state.phone = at("sms-to").value.trim();
  keep();
  readSms(true);
});
setInterval(() => { if (!document.hidden) readSms(); }, SMS_EVERY);

open(drawStory() ?? lines.at(-1).dataset.step);
drawWho();
drawScan();
readSms(true);
listen();
document.documentElement.dataset.ready = "yes";
