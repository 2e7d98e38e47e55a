// Other portals whose credentials are read here: their keys and lists, and how far an agreement lets this counter look.
// What the server no longer tells of is no longer here; an agreement also ends by itself on its last day.

import { newest, readStatusList } from "./status_list.js";
import { readTrustList } from "./trust_list.js";

const SPREAD = 8 * 3600; // legal days are those of Asia/Shanghai, which has no summer time

const dayOf = (now) => new Date((now + SPREAD) * 1000).toISOString().slice(0, 10);

/** One portal's agreement with everything verified anew. */
class Agreed {
  constructor({ portal, name, until, scopes, regions }, keys, lists) {
    Object.assign(this, { portal, name, until, keys, lists, regions });
    this.scopes = new Map(scopes.map((one) => [one.purpose, new Set(one.fields)]));
  }

  /** The fields that may be seen for this purpose at `now`; null where nothing was agreed. */
  fields(purpose, now) {
    return dayOf(now) <= this.until ? this.scopes.get(purpose) ?? null : null;
  }
}

/** The keys of these bytes, if the root signed them and they are that portal's. */
async function keysOf(portal, bytes, root) {
  const keys = bytes ? await readTrustList(bytes, root) : null;
  return keys?.issuer === portal ? keys : null;
}

/** Every agreement of `kit` whose keys are among `rows` (address and bytes). */
export async function readAgreed(kit, rows, root, now) {
  const kept = new Map(rows.map((row) => [row.address, row.bytes]));
  const found = await Promise.all(kit.map(async (one) => {
    const keys = await keysOf(one.portal, kept.get(one.keys), root);
    if (!keys) return null;
    const read = await Promise.all(one.lists.filter((path) => kept.has(path)).map((path) => readStatusList(kept.get(path), keys, now)));
    return new Agreed(one, keys, newest(read.filter(Boolean)));
  }));
  return found.filter(Boolean);
}

/** Fetches what one agreement needs and keeps it with `put({address, bytes})`: never older than what `before` holds. */
export async function renewAgreed(one, { before, root, now, fetchBytes, put }) {
  const held = before.find((other) => other.portal === one.portal);
  const bytes = await fetchBytes(one.keys);
  const keys = await keysOf(one.portal, bytes, root);
  if (keys && !(held?.keys.version > keys.version)) await put({ address: one.keys, bytes });
  const trusted = keys ?? held?.keys;
  for (const path of trusted ? one.lists : []) {
    const packed = await fetchBytes(path);
    const list = await readStatusList(packed, trusted, now);
    if (list && !(held?.lists.get(list.uri)?.issuedAt > list.issuedAt)) await put({ address: path, bytes: packed });
  }
}
