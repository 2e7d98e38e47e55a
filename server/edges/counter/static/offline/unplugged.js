// The desk without a network: the same instruments, the same screen, and this device's own judgement.

import { readWith, trimmed } from "../instruments.js";
import { screen } from "../screen.js";
import { el } from "../view.js";
import { bare } from "./holder_proof.js";
import { drawState, keepStateDrawn } from "./state.js";
import { lookAndShow } from "./show.js";
import { stayInstalled } from "./worker.js";
import { tell } from "./words.js";

const SAME_TEXT = 10_000; // a camera sees one code ten times a second
const TRY_EVERY = 15_000;
const LANGUAGE = "yima-counter-language";
const DESK = "/counter";

const at = (id) => document.getElementById(id);
const purpose = at("purpose");
let sighting = { subject: "", text: "", until: 0, accepted: false };

/** The same code within ten seconds, while its answer stands there, is one look. */
function seenOnce(text) {
  if (sighting.text === text && Date.now() < sighting.until && !at("clear").hidden) return;
  const own = { subject: bare(text), text, accepted: false, until: Date.now() + SAME_TEXT };
  sighting = own;
  lookAndShow(text, purpose.value, screen.begin()).then((told) => { own.accepted = told.accepted; });
}

/** A phone's copy is drawn anew twice a minute and is one look, unless it was refused: then it may be live now. */
function seenByCamera(text) {
  const same = sighting.text === text || (sighting.accepted && sighting.subject === bare(text));
  const again = same && Date.now() < sighting.until;
  if (again) sighting.until = Date.now() + SAME_TEXT;
  else seenOnce(text);
}

function fillPurposes(purposes) {
  purpose.replaceChildren(...purposes.map((one) => el("option", { value: one.code }, one.label)));
  const before = localStorage.getItem("yima-purpose");
  if (purposes.some((one) => one.code === before)) purpose.value = before;
}

/** Whether our server answers: any answer of its own will do. */
async function reachable() {
  const answer = await fetch("/healthz", { cache: "no-store", signal: AbortSignal.timeout(4_000) }).catch(() => null);
  return Boolean(answer?.ok);
}

/** Back to the desk with a network, once nothing on the screen would be lost. */
async function goOnline() {
  if (document.hidden || !at("clear").hidden || !(await reachable())) return false;
  if (at("clear").hidden) location.replace(DESK);
  return true;
}

async function begin() {
  const language = localStorage.getItem(LANGUAGE);
  if (language && language !== document.documentElement.lang) return location.replace(`?lang=${language}`);
  screen.reset();
  readWith(seenByCamera, seenOnce);
  purpose.addEventListener("change", () => localStorage.setItem("yima-purpose", purpose.value));
  at("try-network").addEventListener("click", async () => {
    at("try-network").disabled = true;
    if (await reachable()) return location.replace(DESK);
    at("try-network").disabled = false;
    window.Yima.toast(tell("page.still"), "bad");
  });
  window.addEventListener("online", goOnline);
  setInterval(goOnline, TRY_EVERY);
  if (document.querySelector('meta[name="accepts-screen"]')) {
    window.addEventListener("message", (event) => {
      if (event.origin !== location.origin || event.source !== window.parent || window.parent === window) return;
      if (event.data?.type === "yima-scan" && typeof event.data.text === "string") seenOnce(trimmed(event.data.text));
    });
  }
  stayInstalled().catch(() => {});
  const ready = await keepStateDrawn();
  fillPurposes(ready.purposes);
  if (ready.place) at("place").textContent = `${ready.place.hall} · ${ready.place.counter}`;
  if (ready.shift) at("shift-name").textContent = ready.shift.staff_no;
  document.documentElement.dataset.ready = "yes";
}

begin().catch(() => drawState().catch(() => {}));
