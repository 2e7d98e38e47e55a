// The counter: one code in (camera, scanner gun, by hand), one answer out, forgotten after a minute.

import { Camera } from "./camera.js";
import { listen } from "./gun.js";
import { allow, play } from "./sound.js";
import { accepted, el, refused, say, waiting, working } from "./view.js";

const API = "/counter/api/v1";
const SAME_TEXT = 10_000; // how long one Idempotency-Key belongs to one text
const SHOWN = 60_000; // how long an answer stays on the screen
const ASK_EVERY = 1_500; // how often an open question is looked at

const { call, newKey } = window.Yima;
const at = (id) => document.getElementById(id);
const [result, purpose, clears, clearButton] = [at("result"), at("purpose"), at("clears"), at("clear")];

let purposes = [];
let sighting = { subject: "", key: "", until: 0, settled: false };
let turn = 0; // which answer the screen belongs to
let clearing = 0;

function show(nodes) {
  result.replaceChildren(...nodes);
}

/** On a narrow screen the answer lies below the camera. */
function bringIntoView() {
  if (result.getBoundingClientRect().top > innerHeight * 0.6) result.scrollIntoView({ block: "start" });
}

function reset() {
  turn += 1;
  clearInterval(clearing);
  clears.textContent = "";
  clearButton.hidden = true;
  show(waiting());
}

function clearLater() {
  clearInterval(clearing);
  clearButton.hidden = false;
  const end = Date.now() + SHOWN;
  const tick = () => {
    const left = Math.ceil((end - Date.now()) / 1000);
    if (left <= 0) return reset();
    clears.textContent = say("result.clears_in", { seconds: left });
  };
  tick();
  clearing = setInterval(tick, 1000);
}

async function tally() {
  const today = await call("GET", `${API}/today`).catch(() => null);
  if (!today) return;
  at("scanned").textContent = today.scanned.toLocaleString();
  at("refused").textContent = today.refused.toLocaleString();
}

function keyFor(text) {
  const subject = `${purpose.value}\n${text}`;
  const again = sighting.subject === subject && Date.now() < sighting.until;
  if (!again) sighting = { subject, key: newKey(), until: 0, settled: false };
  sighting.until = Date.now() + SAME_TEXT;
  return again;
}

/** A camera sees the same code ten times a second: that is one look. */
function seenByCamera(text) {
  const again = keyFor(text);
  if (again && sighting.settled) return;
  if (!again) check(text);
}

function seenOnce(text) {
  const kept = sighting.until;
  const again = keyFor(text);
  if (again) sighting.until = kept; // a hand-made repeat does not prolong the ten seconds
  check(text);
}

async function check(text) {
  const own = (turn += 1);
  const sent = sighting;
  clearInterval(clearing);
  clears.textContent = "";
  result.setAttribute("aria-busy", "true");
  const waitingLook = setTimeout(() => own === turn && show(working()), 150);
  try {
    const visit = await call("POST", `${API}/scans`, { text, purpose: purpose.value }, { key: sent.key });
    sent.settled = true;
    if (own !== turn) return;
    answer(visit, own);
  } catch (problem) {
    if (problem.status === 401) return location.assign("/counter/sign-in");
    // Where the network failed, the same text is tried again with the same key.
    if (problem.status === 0 || problem.status >= 500) sent.until = 0;
    sent.settled = true;
    if (own !== turn) return;
    show(refused(problem));
    bringIntoView();
    play("bad");
    clearLater();
  } finally {
    clearTimeout(waitingLook);
    result.removeAttribute("aria-busy");
    tally();
  }
}

function answer(visit, own) {
  show(accepted(visit));
  bringIntoView();
  const pending = visit.consent?.state === "pending";
  play(pending ? "ask" : visit.consent && visit.consent.state !== "allowed" ? "bad" : "ok");
  if (pending) return ask(visit, own);
  clearLater();
}

/** Turns the ring and looks whether the resident has answered. */
function ask(visit, own) {
  clearButton.hidden = false;
  const ring = result.querySelector(".ask");
  const end = Date.parse(visit.consent.expires_at);
  const whole = Math.max(1, end - Date.parse(visit.at));
  const skew = Date.now() - Date.parse(visit.at);
  let looked = Date.now();
  let asking = false;
  const timer = setInterval(async () => {
    if (own !== turn) return clearInterval(timer);
    const left = Math.max(0, end + Math.min(0, skew) - Date.now());
    ring.turn(Math.ceil(left / 1000), Math.min(1, left / whole));
    if (asking || Date.now() - looked < ASK_EVERY) return;
    asking = true;
    const now = await call("GET", `${API}/visits/${visit.visit_id}`).catch(() => null);
    asking = false;
    looked = Date.now();
    if (now && own === turn && now.consent?.state !== "pending") {
      clearInterval(timer);
      answer(now, own);
    }
  }, 250);
}

function describePurpose() {
  const chosen = purposes.find((one) => one.code === purpose.value);
  const facts = at("purpose-facts");
  if (!chosen) return facts.replaceChildren();
  const shown = el("ul", { "aria-label": say("scan.will_show") });
  for (const field of chosen.fields) {
    shown.append(el("li", { title: field.reason }, el("span", { class: `badge badge-${field.needs_consent ? "ask" : "see"}` }, field.needs_consent ? `${field.label} · ${say("scan.needs_consent")}` : field.label)));
  }
  facts.replaceChildren(shown, el("details", { class: "basis" }, el("summary", {}, say("scan.basis")), el("p", {}, chosen.basis)));
  localStorage.setItem("yima-purpose", chosen.code);
}

async function loadPurposes() {
  try {
    ({ purposes } = await call("GET", `${API}/purposes`));
  } catch (problem) {
    if (problem.status === 401) return location.assign("/counter/sign-in");
    return show(refused(problem));
  }
  purpose.replaceChildren(...purposes.map((one) => el("option", { value: one.code }, one.label)));
  const before = localStorage.getItem("yima-purpose");
  if (purposes.some((one) => one.code === before)) purpose.value = before;
  describePurpose();
}

const camera = new Camera(at("video"), seenByCamera);
const cameraStatus = (key) => { at("camera-status").textContent = say(`scan.${key}`); };

async function startCamera(deviceId) {
  const button = at("camera-switch");
  button.disabled = true;
  try {
    await camera.start(deviceId);
  } catch (error) {
    camera.stop();
    cameraStatus(error.name === "NotAllowedError" ? "camera_denied" : "camera_none");
    return drawCamera();
  } finally {
    button.disabled = false;
  }
  cameraStatus("camera_on");
  drawCamera();
  const choices = await camera.choices();
  const choice = at("camera-choice");
  choice.hidden = choices.length < 2;
  if (choice.childElementCount !== choices.length) choice.replaceChildren(...choices.map((one) => el("option", { value: one.deviceId }, one.label)));
}

function drawCamera() {
  at("camera").dataset.on = String(camera.on);
  at("video").hidden = !camera.on;
  at("camera-switch").textContent = say(camera.on ? "scan.camera_stop" : "scan.camera_start");
  if (!camera.on) at("camera-choice").hidden = true;
}

at("camera-switch").addEventListener("click", () => {
  if (!camera.on) return startCamera();
  camera.stop();
  drawCamera();
  cameraStatus("camera_idle");
});
at("camera-choice").addEventListener("change", (event) => startCamera(event.target.value));
navigator.permissions?.query({ name: "camera" }).then((state) => state.state === "granted" && startCamera()).catch(() => {});

/** Digits are printed in groups; a foreign code is left as it is. */
const trimmed = (text) => (/^[\d\s]+$/.test(text) ? text.replace(/\s+/g, "") : text.trim());

at("by-hand").addEventListener("submit", (event) => {
  event.preventDefault();
  const field = at("text");
  const text = trimmed(field.value);
  at("text-fault").textContent = text ? "" : say("scan.empty");
  field.toggleAttribute("aria-invalid", !text);
  if (!text) return field.focus();
  field.value = "";
  seenOnce(text);
});

listen((text) => seenOnce(trimmed(text)));
purpose.addEventListener("change", describePurpose);
clearButton.addEventListener("click", reset);
document.addEventListener("keydown", (event) => { if (event.key === "Escape" && !clearButton.hidden) reset(); });

const sound = at("sound");
function setSound(on) {
  allow(on);
  sound.setAttribute("aria-pressed", String(on));
  sound.textContent = say(on ? "scan.sound_on" : "scan.sound_off");
  localStorage.setItem("yima-sound", on ? "on" : "off");
}
sound.addEventListener("click", () => setSound(sound.getAttribute("aria-pressed") !== "true"));
setSound(localStorage.getItem("yima-sound") !== "off");

// Only the demonstration's tour, on this very origin, may hand over what the phone frame shows.
if (document.querySelector('meta[name="accepts-screen"]')) {
  window.addEventListener("message", (event) => {
    if (event.origin !== location.origin || event.source !== window.parent || window.parent === window) return;
    if (event.data?.type === "yima-scan" && typeof event.data.text === "string") seenOnce(trimmed(event.data.text));
  });
}

reset();
loadPurposes();
tally();
document.documentElement.dataset.ready = "yes";
