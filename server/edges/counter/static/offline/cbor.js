// A strict reader of CBOR (RFC 8949) as a signed message needs it, with the same part of it as codes/strict_cbor.py:
// integers of 64 bits, byte strings, UTF-8 text, true and false, arrays, and maps with integer or text keys; every length
// definite, every number in its shortest form, no key twice, nothing left over, depth and size bounded. And the little
// writing that the structure under a signature needs.

import { must } from "./refused.js";

const BAD = "bad-cbor";
const DEEPEST = 8;
const LARGEST = 4096;

class Reader {
  constructor(bytes) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.next = 0;
  }

  take(count) {
    must(count <= this.bytes.length - this.next, BAD);
    this.next += count;
    return this.next - count;
  }

  /** The number in a head, which is also a length; integers beyond 2^53 come as BigInt. */
  argument(info) {
    if (info < 24) return info;
    must(info <= 27, BAD); // reserved forms, and indefinite lengths
    if (info === 24) return this.shortest(this.view.getUint8(this.take(1)), 24);
    if (info === 25) return this.shortest(this.view.getUint16(this.take(2)), 0x100);
    if (info === 26) return this.shortest(this.view.getUint32(this.take(4)), 0x10000);
    const large = this.view.getBigUint64(this.take(8));
    const value = large <= Number.MAX_SAFE_INTEGER ? Number(large) : large;
    return this.shortest(value, 0x100000000);
  }

  shortest(value, smallest) {
    must(value >= smallest, BAD);
    return value;
  }

  slice(length) {
    const at = this.take(length);
    return this.bytes.slice(at, at + Number(length));
  }

  text(length) {
    try {
      return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(this.slice(length));
    } catch {
      return must(false, BAD);
    }
  }

  array(length, depth) {
    must(depth < DEEPEST && length <= this.bytes.length - this.next, BAD);
    const found = [];
    for (let index = 0; index < length; index += 1) found.push(this.item(depth + 1));
    return found;
  }

  map(length, depth) {
    must(depth < DEEPEST && length <= (this.bytes.length - this.next) / 2, BAD);
    const found = new Map();
    for (let index = 0; index < length; index += 1) {
      const key = this.item(depth + 1);
      must(["number", "bigint", "string"].includes(typeof key) && !found.has(key), BAD);
      found.set(key, this.item(depth + 1));
    }
    return found;
  }

  item(depth) {
    const head = this.view.getUint8(this.take(1));
    const info = head & 31;
    const major = head >> 5;
    must(major < 6 || head === 0xf4 || head === 0xf5, BAD); // no tag, no float, nothing but true and false
    if (major === 7) return head === 0xf5;
    const number = this.argument(info);
    if (major === 0) return number;
    if (major === 1) return typeof number === "bigint" || !Number.isSafeInteger(-1 - number) ? -1n - BigInt(number) : -1 - number;
    if (major === 2) return this.slice(number);
    if (major === 3) return this.text(number);
    return major === 4 ? this.array(number, depth) : this.map(number, depth);
  }
}

/** The one item that `bytes` are. Byte strings are Uint8Array, maps are Map. Refused as `bad-cbor`. */
export function read(bytes, largest = LARGEST) {
  must(bytes.length <= largest, BAD);
  const reader = new Reader(bytes);
  const found = reader.item(0);
  must(reader.next === bytes.length, BAD);
  return found;
}

function head(major, value) {
  if (value < 24) return [(major << 5) | value];
  if (value < 256) return [(major << 5) | 24, value];
  if (value < 65536) return [(major << 5) | 25, value >> 8, value & 255];
  return [(major << 5) | 26, value >>> 24, (value >> 16) & 255, (value >> 8) & 255, value & 255];
}

const encoder = new TextEncoder();

/** Deterministic CBOR of integers below 2^32, texts, byte strings and arrays of them. */
export function write(value) {
  if (typeof value === "number") return Uint8Array.from(value < 0 ? head(1, -1 - value) : head(0, value));
  if (Array.isArray(value)) return joined([Uint8Array.from(head(4, value.length)), ...value.map(write)]);
  const bytes = typeof value === "string" ? encoder.encode(value) : value;
  return joined([Uint8Array.from(head(typeof value === "string" ? 3 : 2, bytes.length)), bytes]);
}

/** Byte strings end to end. */
export function joined(parts) {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
