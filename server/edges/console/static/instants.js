// A native date and time control speaks the browser's language; what was chosen is said beside it in the page's.
import { h } from "./dom.js";
import { momentWords } from "./words.js";

const CONTROLS = "input[type=datetime-local]";

/** What the control holds, as the wall clock in Shanghai; nothing where it holds nothing or no instant that there is. */
function wordsOf(input) {
  const at = `${input.value}:00+08:00`;
  return Number.isNaN(Date.parse(at)) ? "" : momentWords(at);
}

/** Say what every control holds now. Whoever fills one by script says so again. */
export function sayInstants() {
  for (const input of document.querySelectorAll(CONTROLS)) {
    let beside = input.nextElementSibling;
    if (!beside?.matches(".instant-words")) {
      beside = h("output", { class: "hint instant-words", for: input.id });
      input.after(beside);
    }
    beside.textContent = wordsOf(input);
  }
}

document.addEventListener("input", (event) => { if (event.target.matches?.(CONTROLS)) sayInstants(); });
