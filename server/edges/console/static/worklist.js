// A list that is worked off: read by pages, drawn anew when something of it is done, read on when the page at hand is empty.
import { failure, fill, h } from "./dom.js";
import { t } from "./words.js";

/** ``read(cursor)`` answers ``[things, next cursor]``, ``card`` draws one, ``none`` what stands there when all is done,
 * ``within`` puts the cards into something. ``change(how)`` puts another list in the place of what is shown. */
export function worklist(place, { read, card, none, within = (cards) => cards }) {
  let shown = [];
  let further = null;

  function draw() {
    fill(place, shown.length ? within(shown.map(card)) : none(),
      further && h("p", { class: "console-more" }, h("button", { class: "button", type: "button", onclick: () => load(further) }, t("more"))));
  }

  async function load(cursor = "") {
    try {
      const [found, next] = await read(cursor);
      shown = cursor ? [...shown, ...found] : found;
      further = next;
      draw();
    } catch (problem) {
      fill(place, failure(problem, () => load(cursor)));
    }
  }

  async function change(how) {
    shown = how(shown);
    if (shown.length || !further) draw();
    else await load(further);
  }

  return { load, change };
}
