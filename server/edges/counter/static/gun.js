// A USB scanner gun is a keyboard that types very fast and ends with Enter.

const PAUSE = 90; // milliseconds between two keys beyond which it was a person
const SHORTEST = 8;

/** Calls `seen(text)` when something types like a gun while no text field has the focus. */
export function listen(seen) {
  let text = "";
  let last = 0;
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
    if (event.target.closest?.("input, textarea, [contenteditable]")) return;
    const now = event.timeStamp; // when the key was pressed, however busy this page is
    if (now - last > PAUSE) text = "";
    last = now;
    if (event.key === "Enter") {
      if (text.length >= SHORTEST) {
        event.preventDefault();
        event.stopPropagation();
        seen(text);
      }
      text = "";
    } else if (event.key.length === 1) {
      if (text) event.preventDefault(); // a credential holds letters and spaces, which would press a button or turn a list
      text += event.key;
    }
  }, true);
  document.addEventListener("keyup", (event) => {
    if (event.key === " " && text.length > 1 && !event.target.closest?.("input, textarea, [contenteditable]")) event.preventDefault();
  }, true);
}
