// A list that is worked off: read by pages; whatever of it did not change stays as it stands, with what was typed and
// opened in it; read on when the page at hand is empty.
import { busy, failure, fill, h } from "./dom.js";
import { t } from "./words.js";

/** ``read(cursor)`` answers ``[things, next cursor]``, ``card`` draws one, ``none`` what stands there when all is done,
 * ``box`` makes what the cards stand in, ``idOf`` tells one thing from another. ``change(how)`` puts another list in the
 * place of what is shown; ``again`` reads anew as much as is shown. A failed read is said in the list: what was done before
 * it has been done all the same. */
export function worklist(place, { read, card, none, box = () => h("div", { class: "console-stack" }), idOf = (one) => one.id }) {
  const drawn = new Map(); // id -> what was drawn, of which thing, as it was said then
  let shown = [];
  let further = null;
  let cards = null;

  function cardOf(one) {
    const kept = drawn.get(idOf(one));
    if (kept && (kept.one === one || kept.text === JSON.stringify(one))) return kept.element;
    const element = card(one);
    drawn.set(idOf(one), { one, text: JSON.stringify(one), element });
    return element;
  }

  /** Nothing that stays is moved: an element that is put in anew loses its focus and what was opened in it. */
  function arrange(elements) {
    const staying = new Set(elements);
    for (const old of [...cards.children]) if (!staying.has(old)) old.remove();
    elements.forEach((element, at) => {
      if (cards.children[at] !== element) cards.insertBefore(element, cards.children[at] ?? null);
    });
  }

  const next = h("button", { class: "button", type: "button", onclick: () => busy(next, () => load(further)) }, t("more"));
  const more = h("div", { class: "console-more" });

  function draw() {
    const ids = new Set(shown.map(idOf));
    for (const id of drawn.keys()) if (!ids.has(id)) drawn.delete(id);
    fill(more, further && next);
    if (!shown.length) {
      cards = null;
      fill(place, none(), more);
      return;
    }
    if (!cards?.isConnected) {
      cards = box();
      fill(place, cards, more);
    }
    arrange(shown.map(cardOf));
  }

  const unread = (problem, retry) => fill(cards?.isConnected ? more : place, failure(problem, retry));

  async function load(cursor = "") {
    try {
      const [found, after] = await read(cursor);
      const here = new Set(shown.map(idOf)); // a thing that moved to this page meanwhile stands here already
      shown = cursor ? [...shown, ...found.filter((one) => !here.has(idOf(one)))] : found;
      further = after;
      draw();
    } catch (problem) {
      unread(problem, () => load(cursor));
    }
  }

  async function change(how) {
    shown = how(shown);
    if (shown.length || !further) return draw();
    arrange([]);
    return load(further);
  }

  async function again() {
    try {
      const whole = [];
      let cursor = "";
      do {
        const [found, after] = await read(cursor);
        whole.push(...found);
        cursor = after;
      } while (cursor && whole.length < shown.length);
      further = cursor;
      shown = whole;
      draw();
    } catch (problem) {
      unread(problem, again);
    }
  }

  return { load, change, again };
}
