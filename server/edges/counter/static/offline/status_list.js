// Which credentials have been withdrawn: a Token Status List as CWT (draft-ietf-oauth-status-list), read as
// codes/status_list.py reads it. Green until its ttl, amber until it expires, then red.

import { read as readCbor } from "./cbor.js";
import { parse, signedBy, toBeSigned } from "./cose.js";
import { inflate } from "./inflate.js";
import { Refused } from "./refused.js";
import { CLOCK_SECONDS, isWhole } from "./trust_list.js";

const MEDIA_TYPE = "application/statuslist+cwt";
const LARGEST = 1 << 20; // of a list, packed and unpacked: a million entries of 8 bits
const LIST = 65533;
const TTL = 65534;

export const [VALID, INVALID, SUSPENDED] = [0, 1, 2];

/** One list, read and found genuine. */
export class StatusList {
  constructor(claims, bits, packed) {
    [this.uri, this.expiresAt, this.issuedAt] = [2, 4, 6].map((name) => claims.get(name));
    this.ttl = claims.get(TTL) ?? this.expiresAt - this.issuedAt;
    this.bits = bits;
    this.packed = packed;
  }

  get length() {
    return Math.floor((this.packed.length * 8) / this.bits);
  }

  /** The number at this place, null outside the list. */
  status(index) {
    if (!isWhole(index) || index < 0 || index >= this.length) return null;
    const place = index * this.bits;
    return (this.packed[Math.floor(place / 8)] >> place % 8) & ((1 << this.bits) - 1);
  }

  /** How far it can be relied on at `now`, unix seconds. */
  freshness(now) {
    if (now >= this.expiresAt) return "red";
    return now < this.issuedAt + this.ttl ? "green" : "amber";
  }
}

/** The list of these claims, whoever signed them; null where they are none. */
export function ofClaims(claims) {
  if (!(claims instanceof Map) || typeof claims.get(2) !== "string" || ![4, 6].every((name) => isWhole(claims.get(name)))) return null;
  const carried = claims.get(LIST);
  const bits = carried instanceof Map ? carried.get("bits") : null;
  if (![1, 2, 4, 8].includes(bits) || !(carried.get("lst") instanceof Uint8Array)) return null;
  const found = new StatusList(claims, bits, inflate(carried.get("lst"), LARGEST));
  return isWhole(found.ttl) && found.ttl > 0 && found.issuedAt < found.expiresAt ? found : null;
}

/** The list, if a key that may sign the lists of its issuer signed it; null otherwise. One from the future is none. */
export async function readStatusList(message, trust, now) {
  try {
    const signed = parse(message, LARGEST);
    if (signed.type !== MEDIA_TYPE) return null;
    const claims = readCbor(signed.payload, LARGEST);
    for (const listed of trust.named(signed.kid)) {
      const may = listed.lists && listed.key.public && listed.key.alg === signed.alg && claims instanceof Map
        && listed.issuer === claims.get(1) && listed.stillGood(now) && listed.signedInTime(claims.get(6));
      if (may && await signedBy(listed.key, signed.signature, toBeSigned(signed))) {
        const found = ofClaims(claims);
        return found && found.issuedAt <= now + CLOCK_SECONDS ? found : null;
      }
    }
    return null;
  } catch (error) {
    if (error instanceof Refused) return null;
    throw error;
  }
}

/** By uri, the one issued last: an older list never replaces a newer one. */
export function newest(lists) {
  const found = new Map();
  for (const one of lists) if (!(found.get(one.uri)?.issuedAt >= one.issuedAt)) found.set(one.uri, one);
  return found;
}
