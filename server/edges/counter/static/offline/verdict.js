// What this terminal says to the text of a credential without asking anybody: the order and the reasons of
// codes/verdict.py. Nothing of a payload is looked at before its signature holds, and a refusal tells nothing of it but
// which credential it is.

import { decode } from "./base45.js";
import { read as readCbor } from "./cbor.js";
import { parse, signedBy, toBeSigned } from "./cose.js";
import { LONGEST, PREFIX, readClaims } from "./credential.js";
import { fresh, madeBy, split } from "./holder_proof.js";
import { unstore } from "./inflate.js";
import { Refused, must } from "./refused.js";
import { SUSPENDED, VALID } from "./status_list.js";
import { CLOCK_SECONDS } from "./trust_list.js";

const LARGEST = 4096;

/** The listed keys that made this signature: usually one, more where a key is listed for several issuers or windows. */
async function makersOf(signed, keys) {
  const hinted = keys.named(signed.kid).filter((listed) => listed.key.alg === signed.alg);
  must(hinted.length, "unknown-key");
  const able = hinted.filter((listed) => listed.key.public);
  must(able.length, "unsupported-algorithm");
  const bytes = toBeSigned(signed);
  const genuine = await Promise.all(able.map((listed) => signedBy(listed.key, signed.signature, bytes)));
  const made = able.filter((_, index) => genuine[index]);
  must(made.length, "bad-signature");
  return made;
}

function claimsOf(signed) {
  try {
    return readCbor(signed.payload);
  } catch (error) {
    must(!(error instanceof Refused), "bad-claims");
    throw error;
  }
}

function keyObjects(credential, made, now) {
  const objections = made.map((listed) => oneKeyObjects(credential, listed, now));
  return objections.includes("") ? "" : objections[0];
}

function oneKeyObjects(credential, listed, now) {
  if (credential.issuer !== listed.issuer) return "wrong-issuer";
  if (!listed.tiers.has(credential.tier)) return "tier-not-allowed";
  return listed.signedInTime(credential.issuedAt) && listed.stillGood(now) ? "" : "key-not-valid";
}

function timeObjects(credential, now) {
  if (credential.issuedAt > now + CLOCK_SECONDS) return "not-yet";
  return now >= credential.expiresAt + CLOCK_SECONDS ? "expired" : "";
}

async function proofObjects(credential, proof, now) {
  if (!credential.holderKey) return proof ? "proof-wrong" : "";
  if (!proof) return "proof-missing";
  if (!(await madeBy(proof, credential.holderKey))) return "proof-wrong";
  return fresh(proof, now) ? "" : "proof-stale";
}

/** A number that has no meaning here is no yes; neither is a place outside the list. */
function statusObjects(listed, index) {
  const status = listed.status(index);
  if (status === VALID) return "";
  return status === SUSPENDED ? "suspended" : "revoked";
}

function listsObject(credential, keys, listed, now) {
  if (credential.tier && keys.tooOld(now)) return "keys-too-old";
  const told = listed ? statusObjects(listed, credential.index) : "";
  if (told || !credential.tier) return told;
  if (!listed) return "list-missing";
  return listed.freshness(now) === "red" ? "list-too-old" : "";
}

async function opened(text, keys, now) {
  must(text.startsWith(PREFIX), "malformed");
  must(text.length <= LONGEST, "too-long");
  const { proof, packed } = split(text, decode(text.slice(PREFIX.length)));
  const signed = parse(unstore(packed, LARGEST));
  const made = await makersOf(signed, keys);
  const credential = signed.type === "" ? await readClaims(claimsOf(signed)) : null;
  must(credential, "bad-claims");
  return { credential, made, proof, kid: signed.kid };
}

/**
 * The whole verdict: `{accepted: true, credential, kid, freshness, listAge}` or `{accepted: false, reason, reference, kid}`.
 * `keys` is a TrustList, `lists` a Map of StatusList by uri, `now` unix seconds; `freshness` is green, amber or red.
 */
export async function judge(text, { keys, lists, now }) {
  try {
    const { credential, made, proof, kid } = await opened(text, keys, now);
    const list = lists.get(credential.uri);
    const reason = keyObjects(credential, made, now) || timeObjects(credential, now)
      || await proofObjects(credential, proof, now) || listsObject(credential, keys, list, now);
    if (!reason) return { accepted: true, credential, kid, freshness: list?.freshness(now) ?? "red", listAge: list ? now - list.issuedAt : null };
    const { issuer, uri, index, tier } = credential;
    return { accepted: false, reason, reference: { issuer, uri, index, tier }, kid, listAge: list ? now - list.issuedAt : null };
  } catch (error) {
    if (error instanceof Refused) return { accepted: false, reason: error.reason, reference: null, kid: null, listAge: null };
    throw error;
  }
}
