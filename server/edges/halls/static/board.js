// The hall's display. The picture is always asked for anew; an event only says when. What is said aloud comes from
// comparing two pictures, so a line that broke and came back neither repeats an old call nor loses a new one.

import { Voice } from "./voice.js";

const words = JSON.parse(document.getElementById("words").textContent);
const say = (key, facts = {}) => (words[key] ?? key).replace(/\{(\w+)\}/g, (_, name) => facts[name] ?? "");
const at = (id) => document.getElementById(id);
const board = at("board");
const root = `/hall/api/v1/halls/${encodeURIComponent(board.dataset.hall)}`;
const STILL_NEWS = 60_000; // a call older than this is shown and not said
const AGAIN = 15_000; // how often to look where no event comes
const FRESH = 8_000;

const said = new Set();
let asking = false;
let askAgain = false;
let lost = false;

function el(tag, className, ...children) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  node.append(...children.filter((child) => child !== null && child !== ""));
  return node;
}

const voice = new Voice(board.dataset.language, (state) => {
  const button = at("voice");
  button.textContent = say(state === "on" ? "sound_on" : state === "none" ? "sound_none" : state === "off" ? "sound_off" : "sound_start");
  button.setAttribute("aria-pressed", String(state === "on"));
  button.disabled = state === "none";
});

let freshUntil = 0;
function draw(picture) {
  const [first, ...others] = picture.calls;
  const hero = at("hero");
  const key = first?.key ?? "";
  if (hero.dataset.key !== key || !hero.childElementCount) {
    hero.dataset.key = key;
    hero.classList.toggle("is-empty", !first);
    hero.replaceChildren(...(first
      ? [el("p", "hero-word", say(first.serving ? "serving" : "calling")), el("p", "hero-number", first.number), el("p", "hero-counter", first.counter_name), first.name_masked ? el("p", "hero-name", first.name_masked) : ""]
      : [el("p", "hero-counter", say(picture.is_open ? "empty" : "closed")), el("p", "hero-word", picture.is_open ? say("empty_text") : "")]));
  } else if (first) {
    hero.querySelector(".hero-word").textContent = say(first.serving ? "serving" : "calling");
  }
  hero.classList.toggle("is-fresh", Boolean(first) && Date.now() < freshUntil);
  const waiting = picture.lines.some((line) => line.waiting);
  at("hours").dataset.over = String(!picture.numbers_until);
  at("hours").textContent = picture.numbers_until ? say("until", { time: picture.numbers_until }) : first || waiting ? say("over") : "";
  at("calls").replaceChildren(...others.map((call) => el("li", "", el("span", "call-number", call.number), call.name_masked ? el("span", "call-state", call.name_masked) : "", el("span", "call-counter", call.counter_name), el("span", "call-state", say(call.serving ? "serving" : "called")))));
  at("lines").replaceChildren(...picture.lines.map((line) => el("li", "", el("span", "line-name", line.name), el("span", "line-count", say("people", { count: line.waiting })), line.waiting ? el("span", "line-about", line.about) : "")));
}

/** Says every call that was not said yet, oldest first; what is old news when the page opens is only shown. */
function announce(picture) {
  const now = Date.parse(picture.now);
  for (const call of [...picture.calls].reverse()) {
    if (said.has(call.key)) continue;
    said.add(call.key);
    if (call.serving || now - Date.parse(call.called_at) > STILL_NEWS) continue;
    freshUntil = Date.now() + FRESH;
    voice.say(call.voice);
  }
}

async function look() {
  if (asking) { askAgain = true; return; }
  asking = true;
  try {
    const answer = await fetch(`${root}/board`, { cache: "no-store", headers: { "Accept-Language": document.documentElement.lang }, signal: AbortSignal.timeout(10_000) });
    if (!answer.ok) throw new Error(String(answer.status));
    const picture = await answer.json();
    announce(picture);
    draw(picture);
    setLost(false);
  } catch {
    setLost(true);
  } finally {
    asking = false;
    if (askAgain) { askAgain = false; look(); }
  }
}

function setLost(now) {
  lost = now;
  const live = at("live");
  live.dataset.lost = String(lost);
  live.textContent = say(lost ? "lost" : "live");
}

function listen() {
  const line = new EventSource(`${root}/stream`);
  line.onopen = look;
  for (const name of ["line", "counter", "day"]) line.addEventListener(name, look);
  line.onerror = () => {
    if (line.readyState !== EventSource.CLOSED) return; // the browser opens it again by itself
    setTimeout(listen, 3_000);
  };
}

function tick() {
  at("clock").textContent = new Intl.DateTimeFormat(document.documentElement.lang === "en" ? "en-GB" : "zh-CN", { timeZone: "Asia/Shanghai", month: "short", day: "numeric", weekday: "short", hour: "2-digit", minute: "2-digit", hour12: false }).format(new Date());
}

const dark = () => (document.documentElement.dataset.theme ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light")) === "dark";
function setTheme(name) {
  if (name) document.documentElement.dataset.theme = name;
  at("theme").textContent = say(dark() ? "light" : "dark");
}
at("theme").addEventListener("click", () => {
  const name = dark() ? "light" : "dark";
  localStorage.setItem("yima-board-theme", name);
  setTheme(name);
});
at("voice").addEventListener("click", () => voice.toggle());

setTheme(localStorage.getItem("yima-board-theme"));
tick();
setInterval(tick, 5_000);
setInterval(look, AGAIN);
setInterval(() => { if (Date.now() >= freshUntil) at("hero").classList.remove("is-fresh"); }, 1_000);
look();
listen();
document.documentElement.dataset.ready = "yes";
