// Two beeps that cannot be confused: one high for yes, two low for no, a soft one while the phone is asked.

let context = null;
let allowed = true;

const TUNES = {
  ok: [[1320, 0, 0.14]],
  bad: [[330, 0, 0.16], [250, 0.22, 0.26]],
  ask: [[660, 0, 0.08], [880, 0.12, 0.1]],
};

export function allow(value) {
  allowed = value;
}

/** Plays a tune if sound is on and the browser lets us; silence is never an error. */
export function play(name) {
  document.documentElement.dataset.sound = name;
  if (!allowed || !("AudioContext" in window)) return;
  // Before the first click or key the browser would only complain.
  if (navigator.userActivation && !navigator.userActivation.hasBeenActive) return;
  context ??= new AudioContext();
  if (context.state === "suspended") context.resume();
  for (const [pitch, after, length] of TUNES[name]) {
    const tone = context.createOscillator();
    const gain = context.createGain();
    const start = context.currentTime + after;
    tone.frequency.value = pitch;
    tone.type = name === "bad" ? "square" : "sine";
    gain.gain.setValueAtTime(0.0001, start);
    gain.gain.exponentialRampToValueAtTime(name === "bad" ? 0.12 : 0.25, start + 0.015);
    gain.gain.exponentialRampToValueAtTime(0.0001, start + length);
    tone.connect(gain).connect(context.destination);
    tone.start(start);
    tone.stop(start + length + 0.02);
  }
}
