// What an offline credential tells: its claims set, read exactly as codes/credential.py documents and reads it.

import { ES256, importKey } from "./cose.js";
import { isWhole } from "./trust_list.js";

export const PREFIX = "GZ1:";
export const LONGEST = 1200;

const [ISSUER, EXPIRES, ISSUED, HOLDER_KEY, IDENTITY, STATUS, OURS] = [1, 4, 6, 8, 169, 65535, -65537];
const [NUMBER, NAME, GENDER] = [1, 4, 9];
const [TIER, LEVEL, REGION, LAST4, BORN] = [1, 2, 3, 4, 5];

const isText = (value) => typeof value === "string";
const isMap = (value, size) => value instanceof Map && (size === undefined || value.size === size);

/** What a tier tells of the person, null where it is not exactly that. */
function told(identity, ours) {
  const [name, gender, number] = [NAME, GENDER, NUMBER].map((key) => identity.get(key));
  const [last4, born] = [LAST4, BORN].map((key) => ours.get(key));
  if (!isText(name)) return null;
  switch (ours.get(TIER)) {
    case 0: return isMap(identity, 1) && isMap(ours, 3) ? { name } : null;
    case 1: return isMap(identity, 2) && isWhole(gender) && isMap(ours, 5) && isText(last4) && isWhole(born) ? { name, gender, last4, birthYear: born } : null;
    case 2: {
      const whole = isMap(identity, 3) && isWhole(gender) && isMap(ours, 3) && isText(number) && /^[0-9]{17}[\x20-\x7e]$/.test(number);
      return whole ? { name, gender, last4: number.slice(-4), birthYear: Number(number.slice(6, 10)), idNumber: number } : null;
    }
    default: return null;
  }
}

async function holderKey(confirmation) {
  if (!isMap(confirmation, 1) || !isMap(confirmation.get(1))) return null;
  return importKey(ES256, confirmation.get(1));
}

/** The credential of a claims set, null where it is not exactly one of one tier. `holderKey` is null on paper. */
export async function readClaims(claims) {
  if (!isMap(claims, claims?.has?.(HOLDER_KEY) ? 7 : 6)) return null;
  const [issuer, expiresAt, issuedAt] = [ISSUER, EXPIRES, ISSUED].map((key) => claims.get(key));
  const [identity, ours] = [claims.get(IDENTITY), claims.get(OURS)];
  const place = isMap(claims.get(STATUS)) ? claims.get(STATUS).get("status_list") : null;
  const fits = isText(issuer) && isWhole(issuedAt) && isWhole(expiresAt) && issuedAt >= 0 && issuedAt < expiresAt
    && isMap(place) && isWhole(place.get("idx")) && place.get("idx") >= 0 && isText(place.get("uri"))
    && isMap(identity) && isMap(ours) && [TIER, LEVEL, REGION].every((key) => isWhole(ours.get(key)));
  const person = fits ? told(identity, ours) : null;
  const key = claims.has(HOLDER_KEY) ? await holderKey(claims.get(HOLDER_KEY)) : null;
  if (!person || (claims.has(HOLDER_KEY) && !key)) return null;
  const [tier, level, region] = [TIER, LEVEL, REGION].map((name) => ours.get(name));
  return { issuer, tier, issuedAt, expiresAt, uri: place.get("uri"), index: place.get("idx"), level, region, ...person, holderKey: key };
}
