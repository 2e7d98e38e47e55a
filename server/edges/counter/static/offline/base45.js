// Base45 of RFC 9285: two bytes are three characters, one byte left over is two. Strict: its alphabet and nothing else.

import { must } from "./refused.js";

const ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";
const VALUES = new Int8Array(128).fill(-1);
[...ALPHABET].forEach((character, value) => { VALUES[character.charCodeAt(0)] = value; });

function valueAt(text, index) {
  const value = VALUES[text.charCodeAt(index)] ?? -1;
  must(value >= 0, "malformed");
  return value;
}

/** The bytes of a text; refused as `malformed` where no encoder would have written it (RFC 9285, section 6). */
export function decode(text) {
  must(text.length % 3 !== 1, "malformed");
  const bytes = new Uint8Array(Math.floor(text.length / 3) * 2 + (text.length % 3 ? 1 : 0));
  let to = 0;
  for (let from = 0; from < text.length; from += 3) {
    const left = text.length - from;
    let value = valueAt(text, from) + valueAt(text, from + 1) * 45;
    if (left >= 3) {
      value += valueAt(text, from + 2) * 2025;
      must(value <= 0xffff, "malformed");
      bytes[to++] = value >> 8;
    }
    must(left >= 3 || value <= 0xff, "malformed");
    bytes[to++] = value & 0xff;
  }
  return bytes;
}
