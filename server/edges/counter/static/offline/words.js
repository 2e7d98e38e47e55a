// The words of the time without a network.

const group = (id) => JSON.parse(document.getElementById(id)?.textContent ?? "{}");
const words = group("words-unplugged");
const proofs = group("words-proof");
const looks = group("words-looks");

/** What a foreign code looks like, as a sentence. */
export const looksWord = (kind) => looks[kind] ?? "";

/** A word with its {placeholders} filled. */
export const tell = (key, facts = {}) => (words[key] ?? key).replace(/\{(\w+)\}/g, (_, name) => facts[name] ?? "");

/** How far an identity has been checked, in words. */
export const proofLabel = (level) => proofs[String(level)] ?? String(level);

/** A span of seconds as one rounded figure: 25 minutes, 13 hours, 9 days. `kind` names the family of words. */
export function spanned(seconds, { minutes, hours, days }) {
  const count = Math.abs(seconds);
  if (count < 3600) return tell(minutes, { count: Math.max(1, Math.floor(count / 60)) });
  if (count < 2 * 86400) return tell(hours, { count: Math.floor(count / 3600) });
  return tell(days, { count: Math.floor(count / 86400) });
}

/** How old a list is. */
export function aged(seconds) {
  if (seconds < 60) return tell("state.just_now");
  return spanned(seconds, { minutes: "state.minutes", hours: "state.hours", days: "state.days" });
}
