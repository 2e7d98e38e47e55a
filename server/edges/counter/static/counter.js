// The counter: one code in (camera, scanner gun, by hand), one answer out.

import { deskStep } from "./desk.js";
import { readWith, trimmed } from "./instruments.js";
import { mismatched, withCredential } from "./offline/answer.js";
import { beReady, lookInstead, rememberPurposes } from "./offline/beside.js";
import { bare } from "./offline/holder_proof.js";
import { screen } from "./screen.js";
import { seeing } from "./seeing.js";
import { play } from "./sound.js";
import { SIGN_IN, mustLeave, signedCall } from "./terminal.js";
import { accepted, el, refused, say, working } from "./view.js";

const API = "/counter/api/v1";
const SAME_TEXT = 10_000; // how long one Idempotency-Key belongs to one text
const CARD_HOLDS = 120_000; // how long a compared card waits for that answer
const ASK_EVERY = 1_500; // how often an open question is looked at

const { newKey } = window.Yima;
const at = (id) => document.getElementById(id);
const purpose = at("purpose");

let purposes = [];
let sighting = { subject: "", text: "", key: "", until: 0, settled: false };
let carded = { subject: "", until: 0 }; // the credential whose card was compared and that has no answer yet
let choices = Promise.resolve(); // until the purposes came, nothing can be declared

async function tally() {
  const today = await signedCall("GET", `${API}/today`).catch(() => null);
  if (!today) return;
  at("scanned").textContent = today.scanned.toLocaleString();
  at("refused").textContent = today.refused.toLocaleString();
}

/** A phone's copy is drawn anew twice a minute and is one look before a camera, unless it was refused: then it may be live now. */
function keyFor(text) {
  const subject = `${purpose.value}\n${bare(text)}`;
  const same = sighting.text === text || !sighting.settled || sighting.accepted;
  const again = same && sighting.subject === subject && Date.now() < sighting.until;
  if (!again) sighting = { subject, text, key: newKey(), until: 0, settled: false };
  sighting.until = Date.now() + SAME_TEXT;
  return again;
}

const phoneOf = (text) => (/^90\d{32}$/.test(text) ? text.slice(6, 18) : bare(text)); // a code's handle stays a day
let reminded = 0; // of which panel it was said that the camera waits

/** A camera sees the same code ten times a second: that is one look. While something is being filled in it waits: a
 *  phone that lies there draws a new code twice a minute. A gun or a hand goes on to the next person. */
function seenByCamera(text) {
  if (screen.stays()) {
    if (phoneOf(text) === phoneOf(sighting.text)) sighting.until = Date.now() + SAME_TEXT; // it lies there still
    else if (reminded !== screen.turn()) {
      reminded = screen.turn();
      window.Yima.toast(say("scan.camera_waits"));
    }
    return;
  }
  const again = keyFor(text);
  if (again && sighting.settled) return;
  if (!again) check(text);
}

function seenOnce(text) {
  if (sighting.text !== text) sighting.until = 0; // one key belongs to one text
  const kept = sighting.until;
  const again = keyFor(text);
  if (again) sighting.until = kept; // a hand-made repeat does not prolong the ten seconds
  check(text);
}

/** Whether nobody was asked; a credential can be judged here also where only a gateway answers. */
const unreachable = (problem, text) => problem.status === 0 || (text.startsWith("GZ1:") && [502, 503, 504].includes(problem.status));

/** The card was compared: its credential is looked at again, and again if its proof has grown old meanwhile. */
function cardAgrees(text) {
  carded = { subject: bare(text), until: Date.now() + CARD_HOLDS };
  check(text, newKey());
}

/** The card is somebody else's: the look counts as refused, on the server too. A network that fails is tried again. */
function cardDiffers(visit) {
  refuse(mismatched());
  const tell = (left) => signedCall("POST", `${API}/visits/${visit.visit_id}/card-mismatch`).catch((problem) => {
    if (mustLeave(problem)) return location.assign(SIGN_IN);
    if (left && (problem.status === 0 || problem.status >= 500)) setTimeout(() => tell(left - 1), ASK_EVERY);
    return null;
  });
  tell(5).then(tally);
}

async function check(text, key = sighting.key) {
  const own = screen.begin();
  const sent = key === sighting.key ? sighting : {};
  // Under one key the same is sent again, also where the card has had its answer meanwhile.
  const card = (sent.card ??= carded.subject === bare(text) && Date.now() < carded.until);
  screen.busy(true);
  const waitingLook = setTimeout(() => screen.holds(own) && screen.show(working()), 150);
  await choices;
  const declared = purpose.value;
  try {
    const visit = await signedCall("POST", `${API}/scans`, { text, purpose: declared, card_in_hand: card }, { key });
    sent.settled = sent.accepted = true;
    if (card) carded = { subject: "", until: 0 }; // it stands for one answer
    if (!screen.holds(own)) return;
    answer(visit, own, text);
  } catch (problem) {
    if (mustLeave(problem)) return location.assign(SIGN_IN);
    // Where the network failed, the same text is tried again with the same key.
    if (problem.status === 0 || problem.status >= 500) sent.until = 0;
    sent.settled = true;
    if (!screen.holds(own)) return;
    if (unreachable(problem, text)) return await lookInstead(text, declared, own, { fallback: true, id: key });
    refuse(refused(problem));
  } finally {
    clearTimeout(waitingLook);
    screen.busy(false);
    tally();
  }
}

function refuse(nodes) {
  screen.show(nodes);
  screen.bringIntoView();
  play("bad");
  screen.clearLater();
}

/** What is shown of a visit; beside a credential the step with the card, from tier 1 on. */
function shown(visit, own, text) {
  const looked = accepted(visit, seeing(visit, (now) => screen.holds(own) && answer(now, screen.begin(), text)), (step) => deskStep(visit, step));
  if (!visit.credential) return looked;
  return withCredential(looked, visit, { same: () => cardAgrees(text), other: () => cardDiffers(visit) });
}

function answer(visit, own, text) {
  const owed = visit.credential?.card_needed;
  // Whoever showed an own code can be the helper of somebody without a phone.
  const whose = visit.holder.acting_for || visit.recognised || owed ? "" : `?visit=${visit.visit_id}`;
  at("to-delegation").href = `/counter/delegation${whose}`;
  at("to-identity").href = `/counter/identity${whose}`;
  screen.show(shown(visit, own, text));
  // The strip gives numbers; for a credential whose card is still to be compared nothing is done yet.
  if (!owed) document.dispatchEvent(new CustomEvent("yima-visit", { detail: { visit, purpose: purpose.value } }));
  screen.bringIntoView();
  const pending = visit.consent?.state === "pending";
  play(pending || owed ? "ask" : visit.consent && visit.consent.state !== "allowed" ? "bad" : "ok");
  if (pending) return ask(visit, own, text);
  screen.clearLater();
}

/** How the question stands now: the visit, a refusal where its delegation has ended, null where it cannot be told. */
const standing = (visit) => signedCall("GET", `${API}/visits/${visit.visit_id}`).catch((problem) => (problem.code === "delegation-over" ? { over: problem } : null));

/** Turns the ring and looks whether the resident has answered. */
function ask(visit, own, text) {
  screen.mayClear();
  const ring = screen.find(".ask");
  const end = Date.parse(visit.consent.expires_at);
  const whole = Math.max(1, end - Date.parse(visit.at));
  const skew = Date.now() - Date.parse(visit.at);
  let looked = Date.now();
  let asking = false;
  const timer = setInterval(async () => {
    if (!screen.holds(own)) return clearInterval(timer);
    const left = Math.max(0, end + Math.min(0, skew) - Date.now());
    ring.turn(Math.ceil(left / 1000), Math.min(1, left / whole));
    if (asking || Date.now() - looked < ASK_EVERY) return;
    asking = true;
    const now = await standing(visit);
    asking = false;
    looked = Date.now();
    if (!now || !screen.holds(own) || now.consent?.state === "pending") return;
    clearInterval(timer);
    if (now.over) refuse(refused(now.over));
    else answer(now, own, text);
  }, 250);
}

function describePurpose() {
  const chosen = purposes.find((one) => one.code === purpose.value);
  const facts = at("purpose-facts");
  if (!chosen) return facts.replaceChildren();
  const shown = el("ul", { "aria-label": say("scan.will_show") });
  for (const field of chosen.fields) {
    shown.append(el("li", { title: field.reason }, el("span", { class: `badge badge-${field.needs_consent ? "ask" : "see"}` }, field.needs_consent ? `${field.label} · ${say(field.card ? "scan.needs_consent_or_card" : "scan.needs_consent")}` : field.label)));
  }
  facts.replaceChildren(shown, el("details", { class: "basis" }, el("summary", {}, say("scan.basis")), el("p", {}, chosen.basis)));
  localStorage.setItem("yima-purpose", chosen.code);
}

async function loadPurposes() {
  try {
    ({ purposes } = await signedCall("GET", `${API}/purposes`));
  } catch (problem) {
    if (mustLeave(problem)) return location.assign(SIGN_IN);
    return screen.show(refused(problem));
  }
  purpose.replaceChildren(...purposes.map((one) => el("option", { value: one.code }, one.label)));
  const before = localStorage.getItem("yima-purpose");
  if (purposes.some((one) => one.code === before)) purpose.value = before;
  describePurpose();
  rememberPurposes(purposes);
}

readWith(seenByCamera, seenOnce);
purpose.addEventListener("change", describePurpose);

// Only the demonstration's tour, on this very origin, may hand over what the phone frame shows.
if (document.querySelector('meta[name="accepts-screen"]')) {
  window.addEventListener("message", (event) => {
    if (event.origin !== location.origin || event.source !== window.parent || window.parent === window) return;
    if (event.data?.type === "yima-scan" && typeof event.data.text === "string") seenOnce(trimmed(event.data.text));
  });
}

screen.reset();
choices = loadPurposes();
tally();
beReady();
document.documentElement.dataset.ready = "yes";
