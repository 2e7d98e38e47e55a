// Beside the desk that has a network: keeps it ready for the time without one, and stands in when the network breaks.

import { mustLeave, signedCall } from "../terminal.js";
import { forgetShift, learnTime, remember, rememberPurposes, renew, sendHome } from "./desk.js";
import { lookAndShow } from "./show.js";
import { drawState, keepStateDrawn } from "./state.js";
import { stayInstalled } from "./worker.js";
import { tell } from "./words.js";

const API = "/counter/api/v1";
const EVERY = 3_600_000; // lists are renewed
const SOON = [3_000, 10_000, 30_000, 60_000]; // after what did not work, the last one again and again
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

/** Whether it worked; without a network, or with a server that is just starting, it is tried again soon. */
async function attempt(work) {
  const problem = await work().then(() => null, (why) => why);
  await drawState().catch(() => {});
  return !problem || mustLeave(problem);
}

let failures = 0;
let soon = 0;

/** `data-offline` says how often that has been done: a page that is ready can be unplugged. */
async function everything() {
  clearTimeout(soon);
  failures = (await attempt(prepare)) ? 0 : failures + 1;
  if (failures) soon = setTimeout(everything, SOON[Math.min(failures, SOON.length) - 1]);
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
