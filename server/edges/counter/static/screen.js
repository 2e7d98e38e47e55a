// Where the answer stands: one at a time, in view, forgotten after a minute.

import { say, waiting } from "./view.js";

const SHOWN = 60_000; // how long an answer stays on the screen

const at = (id) => document.getElementById(id);
const [result, clears, clearButton] = [at("result"), at("clears"), at("clear")];

let turn = 0; // which answer the screen belongs to
let clearing = 0;
let staying = false;

export const screen = {
  /** A new answer begins; whoever holds an earlier turn has nothing to say any more. */
  begin() {
    turn += 1;
    staying = false;
    clearInterval(clearing);
    clears.textContent = "";
    return turn;
  },

  turn: () => turn,

  /** Whether the screen still belongs to this turn. */
  holds: (own) => own === turn,

  /** Something is being filled in: a code that happens to lie before the camera does not take it away. */
  stay() {
    staying = true;
  },

  stays: () => staying,

  show(nodes) {
    result.replaceChildren(...nodes);
  },

  /** On a narrow screen the answer lies below the camera. */
  bringIntoView() {
    if (result.getBoundingClientRect().top > innerHeight * 0.6) result.scrollIntoView({ block: "start" });
  },

  busy(on) {
    if (on) result.setAttribute("aria-busy", "true");
    else result.removeAttribute("aria-busy");
  },

  find: (selector) => result.querySelector(selector),

  /** Nothing is left of the last answer. */
  reset() {
    screen.begin();
    clearButton.hidden = true;
    screen.show(waiting());
  },

  /** May be cleared by hand from now on; by itself not yet. */
  mayClear() {
    clearButton.hidden = false;
  },

  clearLater() {
    clearInterval(clearing);
    clearButton.hidden = false;
    const end = Date.now() + SHOWN;
    const tick = () => {
      const left = Math.ceil((end - Date.now()) / 1000);
      if (left <= 0) return screen.reset();
      clears.textContent = say("result.clears_in", { seconds: left });
    };
    tick();
    clearing = setInterval(tick, 1000);
  },
};

clearButton.addEventListener("click", screen.reset);
document.addEventListener("keydown", (event) => { if (event.key === "Escape" && !clearButton.hidden) screen.reset(); });
