// The fresh signature of a phone over its copy, so that a screenshot dies in a minute; codes/holder_proof.py documents it.

import { signedBy } from "./cose.js";
import { PREFIX } from "./credential.js";

const BYTES = 70;
const CHARACTERS = 105;
const EARLY = 15; // seconds that a phone's clock may be fast
const LATE = 60;
const MARK = 0x50;

/** The proof in front of a credential (null where there is none) and the bytes of the bare credential. */
export function split(text, data) {
  if (data[0] !== MARK || data.length <= BYTES) return { proof: null, packed: data };
  const view = new DataView(data.buffer, data.byteOffset);
  const at = view.getUint8(1) * 0x100000000 + view.getUint32(2);
  const proof = { at, signature: data.slice(6, BYTES), text: PREFIX + text.slice(PREFIX.length + CHARACTERS) };
  return { proof, packed: data.slice(BYTES) };
}

const PROVEN = `${PREFIX}55A`; // base45 of the mark and the first byte of every time before the year 36,812

/** The credential without its proof: the same while a phone shows it, though its picture changes twice a minute. */
export const bare = (text) => (text.startsWith(PROVEN) ? PREFIX + text.slice(PREFIX.length + CHARACTERS) : text);

/** Whether this device made it, over this text and time. */
export const madeBy = (proof, key) => signedBy(key, proof.signature, new TextEncoder().encode(`yima-proof-1|${proof.at}|${proof.text}`));

/** Whether it is good at `now`, unix seconds. */
export const fresh = (proof, now) => proof.at - EARLY <= now && now < proof.at + LATE;
