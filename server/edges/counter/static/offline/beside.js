// Beside the desk that has a network: keeps it ready for the time without one, and stands in when the network breaks.

import { mustLeave, signedCall } from "../terminal.js";
import { forgetShift, learnTime, remember, rememberPurposes, renew, sendHome } from "./desk.js";
import { lookAndShow } from "./show.js";
import { drawState, keepStateDrawn } from "./state.js";
import { stayInstalled } from "./worker.js";
import { tell } from "./words.js";

const API = "/counter/api/v1";
const EVERY = 3_600_000; // lists are renewed
const HOME_EVERY = 60_000; // lines that waited for a card go home
const LANGUAGE = "yima-counter-language";

async function bytesOf(path) {
  const answer = await fetch(path, { credentials: "omit", cache: "no-cache", signal: AbortSignal.timeout(15_000) });
  if (!answer.ok) throw new Error(`${path} answered ${answer.status}`);
  return new Uint8Array(await answer.arrayBuffer());
}

/** Fetches what this terminal must know: its shift, the server's time, keys and lists. */
async function prepare() {
  const asked = Date.now();
  const kit = await signedCall("GET", `${API}/offline-kit`).catch(async (problem) => {
    if (mustLeave(problem)) await forgetShift(); // ended elsewhere, or no terminal any more
    if (problem.code === "terminal-clock") await learnTime(problem.facts.server_time, asked); // so that it can be said
    throw problem;
  });
  await remember(kit, asked);
  await drawState();
  if (kit.root) await renew(kit, bytesOf);
}

/** The lines of the time without a network go home; what is refused as a whole waits for the next time. */
async function upload() {
  const sent = await sendHome((lines) => signedCall("POST", `${API}/offline-reads`, { lines }));
  if (sent) window.Yima.toast(tell("state.sent", { count: sent }));
}

async function attempt(work) {
  await work().catch(() => {}); // without a network, or without a shift: it is tried again
  await drawState().catch(() => {});
}

/** `data-offline` says how often that has been done: a page that is ready can be unplugged. */
async function everything() {
  await attempt(prepare);
  await attempt(upload);
  const { dataset } = document.documentElement;
  dataset.offline = String(Number(dataset.offline ?? 0) + 1);
}

/** Begins to keep this desk ready. */
export function beReady() {
  localStorage.setItem(LANGUAGE, document.documentElement.lang);
  keepStateDrawn().catch(() => {});
  everything();
  stayInstalled().catch(() => {});
  setInterval(everything, EVERY);
  setInterval(() => attempt(upload), HOME_EVERY);
  window.addEventListener("online", everything);
  document.querySelector("[data-sign-out]")?.addEventListener("click", () => forgetShift().catch(() => {}));
}

export { lookAndShow as lookInstead, rememberPurposes };
