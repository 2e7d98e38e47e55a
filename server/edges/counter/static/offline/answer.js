// What an offline look says, as elements: the verdict, what the tier tells, the card to compare, the age of the list.

import { el, icon, say, threeParts, verdict } from "../view.js";
import { aged, looksWord, proofLabel, tell } from "./words.js";

const clock = (seconds) => window.Yima.clockTime(seconds * 1000);
const day = (seconds) => new Intl.DateTimeFormat(document.documentElement.lang === "en" ? "en-GB" : "zh-CN", { timeZone: "Asia/Shanghai", dateStyle: "long" }).format(new Date(seconds * 1000));

/** Which sentence a reason of `judge` has; several that mean the same to a clerk share one. */
const SENTENCE = {
  malformed: "unreadable", "too-long": "unreadable", "bad-deflate": "unreadable", "bad-cbor": "unreadable", "bad-claims": "unreadable",
  "wrong-issuer": "not-allowed", "tier-not-allowed": "not-allowed", "key-not-valid": "not-allowed",
  "keys-too-old": "lists-too-old", "list-too-old": "lists-too-old",
};

/** Where nobody refused: it just cannot be told here and now. */
const UNTOLD = new Set(["dynamic", "unsupported-algorithm", "keys-too-old", "list-too-old", "list-missing", "no-shift", "log-full", "no-keys", "storage"]);

/** As the server masks a name: 张*, 王*兰, and of longer ones the first and the last, never their length. */
export function masked(name) {
  const letters = [...name];
  if (letters.length < 3) return `${letters[0] ?? ""}*`;
  return `${letters[0]}${letters.length === 3 ? "*" : "**"}${letters.at(-1)}`;
}

function field(name, ...value) {
  return el("div", {}, el("dt", {}, tell(`field.${name}`)), el("dd", {}, ...value.map((part) => part instanceof Node ? part : String(part))));
}

/** The region by its name; its number only where this terminal knows no name for it. */
function regionOf({ credential, region }) {
  if (region) return field("region", region);
  return field("region", `${tell("field.region_other")} `, el("span", { class: "hint" }, tell("field.region_code", { code: credential.region })));
}

/** What the tier tells; of another portal's credential no more than was agreed. */
function fieldsOf(told, whole) {
  const { credential, agreed } = told;
  const list = el("dl", { class: "seen" });
  if (agreed) {
    if (whole && agreed.fields.has("id_number") && credential.idNumber) list.append(field("id_number", credential.idNumber));
    if (whole && agreed.fields.has("gender") && credential.tier > 0) list.append(field("gender", tell(`field.gender_${[1, 2].includes(credential.gender) ? credential.gender : 0}`)));
    if (agreed.fields.has("region")) list.append(regionOf(told));
    list.append(field("expires", day(credential.expiresAt)));
    return list;
  }
  if (credential.tier > 0) {
    list.append(credential.idNumber && whole ? field("id_number", credential.idNumber) : field("last4", credential.last4));
    if (whole) list.append(field("gender", tell(`field.gender_${[1, 2].includes(credential.gender) ? credential.gender : 0}`)));
    if (whole && !credential.idNumber) list.append(field("birth_year", credential.birthYear));
  }
  list.append(regionOf(told), field("expires", day(credential.expiresAt)));
  return list;
}

function listNote(told) {
  if (told.freshness === "green") return null;
  const age = told.listAge === null ? "" : aged(told.listAge);
  const text = told.listAge === null ? tell("note.no_list") : tell(`note.${told.freshness}`, { age });
  return el("p", { class: "message message-warn", "data-note": told.freshness }, text);
}

const againNote = (told) => (told.before ? el("p", { class: "message message-warn", "data-note": "again" }, tell("note.again", { time: window.Yima.dayTime(told.before) })) : null);

function cardStep(told, { same, other }) {
  const yes = el("button", { class: "button button-primary", type: "button", id: "card-same" }, tell("card.same"));
  const no = el("button", { class: "button button-danger", type: "button", id: "card-other" }, tell("card.other"));
  yes.addEventListener("click", () => same(told));
  no.addEventListener("click", () => other(told));
  return el("section", { class: "card-step", "aria-labelledby": "card-title" },
    el("h3", { id: "card-title" }, icon("person"), tell("card.title")), el("p", {}, tell("card.lead")), el("div", { class: "actions" }, yes, no));
}

const badges = (told, fallback) => el("div", { class: "row" },
  el("span", { class: "badge badge-warn" }, tell("state.title")),
  el("span", { class: "badge badge-info" }, tell(`form.${told.credential.holderKey ? "phone" : "paper"}`)),
  told.listAge === null ? null : el("span", { class: `badge badge-${{ green: "ok", amber: "warn", red: "bad" }[told.freshness]}`, "data-list": told.freshness }, `${tell("field.list")} ${aged(told.listAge)}`),
  fallback ? el("span", { class: "badge badge-warn" }, tell("note.fallback")) : null);

/** The name as far as it may be read: whole once the card was compared, of another portal's only as agreed. */
function nameOf({ credential, agreed }, checked) {
  if (agreed && !agreed.fields.has("name_masked")) return "—";
  const whole = credential.tier === 0 || (checked && (!agreed || agreed.fields.has("name")));
  return whole ? credential.name : masked(credential.name);
}

/**
 * An accepted credential. From tier 1 on only what is needed to compare the card stands there until `steps.same(told)` or
 * `steps.other(told)` was called; `checked` says that the card was compared.
 */
export function acceptedOffline(told, { checked, fallback, steps }) {
  const { credential } = told;
  const compares = credential.tier > 0 && !checked;
  const doubtful = credential.tier === 0 && told.freshness === "red";
  const kind = compares || doubtful ? "warn" : "ok";
  const shown = nameOf(told, checked);
  return [
    verdict(kind, tell(`verdict.${compares ? "card" : doubtful ? "warn" : "ok"}`), tell("verdict.at", { time: clock(told.at) })),
    el("div", { class: "result-body", "data-tier": String(credential.tier) },
      badges(told, fallback),
      el("div", {},
        el("p", { class: "holder-name" }, shown),
        told.agreed ? el("p", { class: "strong" }, tell("note.agreed", { portal: told.agreed.name })) : null,
        el("p", { class: "holder-proof" }, icon("person"), proofLabel(credential.level)),
        el("p", { class: "muted" }, tell(`tier.${credential.tier}`))),
      checked ? el("p", { class: "message message-ok", "data-note": "card" }, tell("card.checked")) : null,
      againNote(told),
      listNote(told),
      compares ? cardStep(told, steps) : null,
      fieldsOf(told, Boolean(checked) || credential.tier === 0),
      el("p", { class: "hint" }, tell("note.offline"))),
  ];
}

/**
 * The same step beside the answer of a server: which credential it was, and the card where it still has to be compared.
 * `visit` is the answer to a scan, `nodes` what the page shows of it.
 */
export function withCredential(nodes, visit, steps) {
  const { credential } = visit;
  const [band, body] = nodes;
  const needed = credential.card_needed;
  body.firstChild.after(el("div", { class: "stack-small", "data-tier": credential.tier.slice(1) },
    el("div", { class: "row" }, el("span", { class: "badge badge-info" }, credential.form_label), el("span", { class: "badge badge-none" }, credential.tier_label)),
    el("p", { class: "muted" }, `${tell("field.expires")} ${day(Date.parse(credential.expires_at) / 1000)}`),
    !needed && credential.tier !== "T0" ? el("p", { class: "message message-ok", "data-note": "card" }, tell("card.checked")) : null,
    needed ? cardStep(visit, steps) : null,
    credential.last4 ? el("dl", { class: "seen" }, field("last4", credential.last4)) : null,
    needed ? el("p", { class: "hint" }, say("card.then")) : null));
  return [needed ? verdict("warn", tell("verdict.card"), window.Yima.clockTime(visit.at)) : band, body];
}

/** A refusal in three parts, in this page's own words. */
export function refusedOffline(told, { fallback } = {}) {
  const sentence = `refused.${SENTENCE[told.reason] ?? told.reason}`;
  const parts = { what: tell(`${sentence}.title`), why: looksWord(told.looks) || tell(`${sentence}.why`), now: tell(`${sentence}.now`) };
  return threeParts(told.reason, parts, [
    el("div", { class: "row" }, el("span", { class: "badge badge-warn" }, tell("state.title")), fallback ? el("span", { class: "badge badge-warn" }, tell("note.fallback")) : null),
    againNote(told),
  ], UNTOLD.has(told.reason));
}

/** The card and the credential are two people. */
export function mismatched() {
  return threeParts("card-mismatch", { what: tell("card.mismatch_title"), why: tell("card.mismatch_why"), now: tell("card.mismatch_now") }, []);
}
