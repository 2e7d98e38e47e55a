// Entries of the record, newest first. What somebody wrote to a full view stands under it.
import { h } from "./dom.js";
import { momentWords } from "./words.js";

export const entryList = (entries) => h("ol", { class: "entries" }, entries.map((entry) => h("li", {},
  h("time", { datetime: entry.at }, momentWords(entry.at)),
  h("span", { class: "entry-actor" }, entry.actor),
  h("span", { class: "entry-action" }, entry.action_label || entry.action),
  h("a", { class: "code entry-subject", href: `/console/audit?subject=${encodeURIComponent(entry.subject)}` }, entry.subject),
  h("span", { class: `entry-outcome entry-${entry.outcome}` }, entry.outcome_label || entry.outcome),
  entry.account_label && h("p", { class: "hint entry-note" }, entry.account_label),
  entry.note && h("p", { class: "hint entry-note" }, entry.note))));
