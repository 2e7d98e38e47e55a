// An offline look on the screen: answer, sound, and the card that is compared from tier 1 on.

import { screen } from "../screen.js";
import { play } from "../sound.js";
import { acceptedOffline, mismatched, refusedOffline } from "./answer.js";
import { cardSeen, done, look } from "./desk.js";
import { drawState } from "./state.js";

const asksCard = (told) => told.accepted && told.credential.tier > 0;

function put(nodes, tune) {
  screen.show(nodes);
  screen.bringIntoView();
  play(tune);
  screen.clearLater();
}

/** Looks at `text` without the network, shows and answers what came of it, on the turn `own`; `fallback`: the network just
 *  broke, and `id` is the key of the call whose answer did not come: should it have arrived, both are one look. */
export async function lookAndShow(text, purpose, own, { fallback = false, id = "" } = {}) {
  const told = await look(text, purpose, id).catch(() => ({ accepted: false, reason: "storage", line: null }));
  drawState().catch(() => {});
  if (screen.holds(own)) showLook(told, own, fallback);
  else if (told.line) await done(told.line);
  return told;
}

function showLook(told, own, fallback) {
  if (!told.accepted) return put(refusedOffline(told, { fallback }), "bad");
  if (!asksCard(told)) return put(acceptedOffline(told, { fallback }), told.freshness === "red" ? "ask" : "ok");
  const settle = async (same, nodes, tune) => {
    if (!screen.holds(own)) return;
    await cardSeen(told.line, same);
    put(nodes(), tune);
    drawState().catch(() => {});
  };
  const steps = {
    same: () => settle(true, () => acceptedOffline(told, { fallback, checked: true }), "ok"),
    other: () => settle(false, mismatched, "bad"),
  };
  put(acceptedOffline(told, { fallback, steps }), "ask");
}
