// A desk without a network: what it knows, what it answers, what it writes down. No page in here.
//
// A read is refused before anything else where it could not be anybody's (no shift) or could not be kept (log full, no
// storage): a look that leaves no line would be one that the resident never sees.

import { readAgreed, renewAgreed } from "./agreed.js";
import { learned, now as instant, wrongBy } from "./clock.js";
import { importKey } from "./cose.js";
import { read as readCbor } from "./cbor.js";
import { looksLike } from "./foreign.js";
import { close, hasRoom, keep, sendHome, waiting } from "./log.js";
import { newest, readStatusList } from "./status_list.js";
import { facts, lists, seen } from "./store.js";
import { readTrustList } from "./trust_list.js";
import { judge } from "./verdict.js";

const AGAIN_WITHIN = 24 * 3600 * 1000;
const KEYS = "keys";
const OWN = /^\/\.well-known\/yima\/status\//;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

const base64 = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (character) => character.charCodeAt(0));
const hex = (bytes) => (bytes ? Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("") : "");

/** Everything that was fetched before, verified anew: what lies on a disk is believed no more than what comes by wire. */
class Knowledge {
  static async load() {
    const [root, rows, clock, agreed] = await Promise.all([facts.get("root"), lists.all(), facts.get("clock"), facts.get("agreed")]);
    return new Knowledge().take(root, rows, clock, agreed ?? []);
  }

  async take(root, rows, clock, agreed) {
    this.clock = clock;
    this.keys = null;
    const key = root ? await importKey(root.alg, readCbor(base64(root.key))) : null;
    const signed = rows.find((row) => row.address === KEYS);
    if (key && signed) this.keys = await readTrustList(signed.bytes, key);
    const packed = this.keys ? rows.filter((row) => OWN.test(row.address)) : [];
    const read = await Promise.all(packed.map((row) => readStatusList(row.bytes, this.keys, this.now())));
    this.lists = newest(read.filter(Boolean));
    this.agreed = key ? await readAgreed(agreed, rows, key, this.now()) : [];
    return this;
  }

  /** Unix seconds, as far as this device can know them. */
  now() {
    return instant(this.clock, Date.now());
  }

  /** The list that is oldest, for it decides what can be said. Null where nothing came yet; where the keys came and
   *  there is no list, nothing was issued yet, and how old the keys are is what can be said (`kind`). */
  freshness() {
    const order = ["green", "amber", "red"];
    const now = this.now();
    const found = [...this.lists.values()].map((list) => ({ freshness: list.freshness(now), age: now - list.issuedAt }));
    if (this.keys?.tooOld(now)) found.push({ freshness: "red", age: now - this.keys.issuedAt });
    found.sort((one, other) => order.indexOf(other.freshness) - order.indexOf(one.freshness) || other.age - one.age);
    if (!found.length && this.keys) return { kind: "keys", freshness: "green", age: Math.max(0, now - this.keys.issuedAt) };
    return found[0] ?? null;
  }
}

let knowledge = null;
const known = async () => (knowledge ??= await Knowledge.load());

/** Keeps the server's time, unix seconds; `asked` is when it was asked, by this device's clock. */
export const learnTime = (seconds, asked) => facts.set("clock", learned(seconds * 1000, (asked + Date.now()) / 2));

/** Keeps what the server says about this terminal and its shift; `asked` is when it was asked, by this device's clock. */
export async function remember(kit, asked) {
  await learnTime(kit.server_time, asked);
  await facts.set("root", kit.root);
  await facts.set("place", kit.place);
  await facts.set("regions", kit.regions);
  await facts.set("shift", kit.shift);
}

/** Keeps the purposes that this terminal may declare. */
export const rememberPurposes = (purposes) => facts.set("purposes", purposes);

/** The shift is over: nobody reads at this terminal until somebody signs in. */
export const forgetShift = () => facts.set("shift", null);

/**
 * Renews the lists from what `fetchBytes(path)` answers. A list that does not verify, or is older than the one here,
 * changes nothing; one that this terminal is no longer told of goes.
 */
export async function renew(kit, fetchBytes) {
  const before = await known();
  const root = await importKey(kit.root.alg, readCbor(base64(kit.root.key)));
  const bytes = await fetchBytes(kit.keys);
  const keys = root && await readTrustList(bytes, root);
  if (keys && !(before.keys?.version > keys.version)) await lists.put({ address: KEYS, bytes });
  const trusted = keys ?? before.keys;
  for (const path of trusted ? kit.lists : []) {
    const packed = await fetchBytes(path);
    const list = await readStatusList(packed, trusted, instant(await facts.get("clock"), Date.now()));
    const older = list && before.lists.get(list.uri)?.issuedAt > list.issuedAt;
    if (list && !older) await lists.put({ address: path, bytes: packed });
  }
  const told = new Set([KEYS, ...kit.lists]);
  const agreed = root ? kit.agreed ?? [] : [];
  const now = instant(await facts.get("clock"), Date.now());
  for (const one of agreed) await renewAgreed(one, { before: before.agreed, root, now, fetchBytes, put: lists.put });
  await facts.set("agreed", agreed);
  for (const one of agreed) [one.keys, ...one.lists].forEach((path) => told.add(path));
  await lists.remove((await lists.all()).map((row) => row.address).filter((address) => !told.has(address)));
  knowledge = await Knowledge.load();
}

/** How ready this terminal is: lists, clock, log, shift, place and purposes. */
export async function readiness() {
  const has = await known();
  has.clock = await facts.get("clock");
  const [lines, shift, place, purposes, room] = await Promise.all([waiting(), facts.get("shift"), facts.get("place"), facts.get("purposes"), hasRoom()]);
  const onShift = shift && Date.parse(shift.until) > has.now() * 1000 ? shift : null;
  return { lists: has.freshness(), clockWrong: wrongBy(has.clock, Date.now()), lines, full: !room, shift: onShift, place: place ?? null, purposes: purposes ?? [] };
}

const kindOf = (text) => (text.startsWith("GZ1:") ? "credential" : /^90\d{32}$/.test(text) ? "dynamic" : "foreign");

async function barred(ready, has) {
  if (!ready.shift) return "no-shift";
  if (ready.full) return "log-full";
  return has.keys ? "" : "no-keys";
}

/** What a look leaves behind, as the server takes it. */
function lineOf(told, { id, purpose, shift, at }) {
  const which = told.credential ?? told.reference;
  return {
    id: UUID.test(id) ? id : crypto.randomUUID(),
    at: new Date(at * 1000).toISOString(),
    list: which?.uri ?? null,
    idx: which?.index ?? null,
    kid: hex(told.kid),
    tier: which ? `T${which.tier}` : null,
    verdict: told.accepted ? "accepted" : told.reason === "unsupported-algorithm" ? "unknown-key" : told.reason,
    purpose,
    staff_no: shift.staff_no,
    card_in_hand: false,
    list_age_seconds: told.listAge === null ? null : Math.max(0, told.listAge),
  };
}

/** When this terminal accepted the same credential within a day, null where it did not; remembers this time. */
async function notedBefore({ issuer, uri, index }, at) {
  const before = await seen.note(`${issuer} ${uri} ${index}`, at, AGAIN_WITHIN);
  await seen.sweep(at, AGAIN_WITHIN);
  return before;
}

/** By our own keys; what none of them made, by those of portals that are recognised for this purpose. `agreed` then
 *  says whose it was and which fields may be seen. */
async function judged(text, purpose, has, now) {
  const own = await judge(text, { keys: has.keys, lists: has.lists, now });
  if (own.accepted || own.reason !== "unknown-key") return own;
  for (const one of has.agreed) {
    const fields = one.fields(purpose, now);
    const told = fields && await judge(text, { keys: one.keys, lists: one.lists, now });
    if (told && (told.accepted || told.reason !== "unknown-key")) return { ...told, agreed: { name: one.name, fields }, regions: one.regions };
  }
  return own;
}

/**
 * One read; `id` names its line where the server may know it already. Answers `{reason}` where nothing was read at all; otherwise what `judge` says with the `line` that was kept,
 * `at` (unix seconds), `region` (its name, "" where this terminal does not know it), and `before` (milliseconds) where
 * this terminal accepted the same credential within a day.
 */
export async function look(text, purpose, id = "") {
  const kind = kindOf(text);
  if (kind !== "credential") return { accepted: false, reason: kind, looks: kind === "foreign" ? looksLike(text) : "", line: null };
  const has = await known();
  const ready = await readiness();
  const bar = await barred(ready, has);
  if (bar) return { accepted: false, reason: bar, line: null };
  const at = has.now();
  const told = await judged(text, purpose, has, at);
  const line = lineOf(told, { id, purpose, shift: ready.shift, at });
  try {
    await keep(line, told.accepted && told.credential.tier > 0);
  } catch {
    return { accepted: false, reason: "storage", line: null };
  }
  const region = (told.regions ?? await facts.get("regions") ?? {})[told.credential?.region] ?? "";
  return { ...told, at, line, region, before: told.accepted ? await notedBefore(told.credential, at * 1000) : null };
}

/** The clerk has compared the card with the credential: the line says so, and what came of it. */
export async function cardSeen(line, same) {
  Object.assign(line, same ? { card_in_hand: true } : { verdict: "card-mismatch" });
  await keep(line);
}

/** Nothing more comes of this read. */
export const done = (line) => close(line.id);

export { sendHome };
