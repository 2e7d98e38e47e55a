// COSE_Sign1 (RFC 9052, section 4.2) with the browser's own cryptography, read as codes/cose.py reads it. The algorithm
// is the listed key's; what the message names is only compared with it, and has to be under the signature.

import { joined, read, write } from "./cbor.js";
import { must } from "./refused.js";

const TAG_SIGN1 = 0xd2;
const [ALG, CRITICAL, KID, TYPE] = [1, 2, 4, 16]; // header parameters (RFC 9052, 3.1; RFC 9596)
const [KTY, CURVE, X, Y] = [1, -1, -2, -3]; // of a COSE key (RFC 9053, section 7)
const SIGNATURE = 64;

export const ES256 = -7;
export const EDDSA = -8;

const POINT = Uint8Array.of(4); // X9.62, uncompressed
const CURVES = new Map([
  [ES256, { kty: 2, curve: 1, name: { name: "ECDSA", namedCurve: "P-256" }, how: { name: "ECDSA", hash: "SHA-256" }, raw: (key) => joined([POINT, key.get(X), key.get(Y)]) }],
  [EDDSA, { kty: 1, curve: 6, name: { name: "Ed25519" }, how: { name: "Ed25519" }, raw: (key) => key.get(X) }],
]);

export const isBytes = (value, length) => value instanceof Uint8Array && (length === undefined || value.length === length);

/** A signed message taken apart, nothing of it believed yet. Refused as `bad-cbor`. */
export function parse(message, largest) {
  must(message[0] === TAG_SIGN1, "bad-cbor");
  const parts = read(message.subarray(1), largest);
  must(Array.isArray(parts) && parts.length === 4, "bad-cbor");
  const [protectedBytes, unprotected, payload, signature] = parts;
  must(isBytes(protectedBytes) && isBytes(payload) && isBytes(signature), "bad-cbor");
  must(unprotected instanceof Map && unprotected.size === 0, "bad-cbor");
  const header = read(protectedBytes);
  must(header instanceof Map && !header.has(CRITICAL), "bad-cbor");
  const [alg, kid, type] = [header.get(ALG), header.get(KID) ?? new Uint8Array(0), header.get(TYPE) ?? ""];
  must(typeof alg === "number" && isBytes(kid) && typeof type === "string", "bad-cbor");
  return { alg, kid, type, protectedBytes, payload, signature };
}

/**
 * The key of a COSE_Key map (RFC 9052, section 7) for one algorithm: `{alg, kid, public}`. `public` is null where this
 * device cannot compute with that algorithm; no key at all (null) where the map is not one, or not of its curve.
 */
export async function importKey(alg, parameters) {
  const known = CURVES.get(alg);
  if (!known) return { alg, kid: null, public: null };
  const fits = parameters.get(KTY) === known.kty && parameters.get(CURVE) === known.curve && isBytes(parameters.get(X), 32);
  if (!fits || (alg === ES256 && !isBytes(parameters.get(Y), 32))) return null;
  const kid = await thumbprint(known, parameters);
  try {
    return { alg, kid, public: await crypto.subtle.importKey("raw", known.raw(parameters), known.name, false, ["verify"]) };
  } catch (error) {
    return error.name === "NotSupportedError" ? { alg, kid, public: null } : null;
  }
}

/** The first 8 bytes of the key's COSE Key Thumbprint (RFC 9679): SHA-256 over its deterministic encoding. */
async function thumbprint(known, parameters) {
  const named = [KTY, CURVE, X, ...(known.kty === 2 ? [Y] : [])];
  const whole = joined([Uint8Array.of(0xa0 | named.length), ...named.flatMap((name) => [write(name), write(name === KTY ? known.kty : name === CURVE ? known.curve : parameters.get(name))])]);
  return new Uint8Array(await crypto.subtle.digest("SHA-256", whole)).slice(0, 8);
}

/** Whether `key` made this signature over these bytes. */
export async function signedBy(key, signature, bytes) {
  return signature.length === SIGNATURE && crypto.subtle.verify(CURVES.get(key.alg).how, key.public, signature, bytes);
}

/** What is under the signature of a message (RFC 9052, section 4.4), without external data. */
export const toBeSigned = ({ protectedBytes, payload }) => write(["Signature1", protectedBytes, new Uint8Array(0), payload]);

export const sameBytes = (one, other) => one.length === other.length && one.every((byte, index) => byte === other[index]);
