// Which keys may sign credentials: a list signed by a root that this terminal was given beforehand, laid out as
// codes/trust_list.py documents it. Algorithm, tiers and windows are taken from here, never from a message.

import { read as readCbor } from "./cbor.js";
import { importKey, isBytes, parse, sameBytes, signedBy, toBeSigned } from "./cose.js";
import { Refused } from "./refused.js";

const MEDIA_TYPE = "application/yima-keys+cwt";
const LARGEST = 65536;
const VERSION = -65538;
const KEYS = -65539;

export const CLOCK_SECONDS = 120; // how far two honest clocks may be apart

export const isWhole = (value) => Number.isSafeInteger(value);

class ListedKey {
  constructor(key, entry) {
    this.key = key; // `public` is null where this device cannot compute with the algorithm
    [this.kid, this.issuer, this.signsFrom, this.signsUntil, this.goodUntil] = [1, 4, 5, 6, 7].map((name) => entry.get(name));
    this.tiers = new Set(entry.get(8));
    this.lists = entry.get(9);
  }

  signedInTime(issuedAt) {
    return isWhole(issuedAt) && this.signsFrom <= issuedAt && issuedAt < this.signsUntil;
  }

  stillGood(now) {
    return now < this.goodUntil;
  }
}

/** The keys of one list. */
export class TrustList {
  constructor(claims, keys) {
    [this.issuer, this.nextUpdate, this.issuedAt, this.version] = [1, 4, 6, VERSION].map((name) => claims.get(name));
    this.keys = keys;
  }

  /** Every key with this hint, usually one. */
  named(kid) {
    return this.keys.filter((listed) => sameBytes(listed.kid, kid));
  }

  /** Whether the next list is overdue. */
  tooOld(now) {
    return now >= this.nextUpdate + CLOCK_SECONDS;
  }
}

async function listedKey(entry) {
  if (!(entry instanceof Map)) return null;
  const fits = isBytes(entry.get(1)) && entry.get(2) instanceof Map && typeof entry.get(4) === "string"
    && [3, 5, 6, 7].every((name) => isWhole(entry.get(name))) && Array.isArray(entry.get(8)) && typeof entry.get(9) === "boolean";
  if (!fits) return null;
  const key = await importKey(entry.get(3), entry.get(2));
  return key && (key.kid === null || sameBytes(key.kid, entry.get(1))) ? new ListedKey(key, entry) : null;
}

async function listed(claims) {
  const fits = claims instanceof Map && typeof claims.get(1) === "string" && [4, 6, VERSION].every((name) => isWhole(claims.get(name))) && Array.isArray(claims.get(KEYS));
  if (!fits) return null;
  const keys = await Promise.all(claims.get(KEYS).map(listedKey));
  return new TrustList(claims, keys.filter(Boolean));
}

/** The list, if `root` (of `importKey`) signed it; null otherwise. */
export async function readTrustList(message, root) {
  try {
    const signed = parse(message, LARGEST);
    const genuine = signed.type === MEDIA_TYPE && signed.alg === root.alg && root.public && await signedBy(root, signed.signature, toBeSigned(signed));
    return genuine ? await listed(readCbor(signed.payload, LARGEST)) : null;
  } catch (error) {
    if (error instanceof Refused) return null;
    throw error;
  }
}
