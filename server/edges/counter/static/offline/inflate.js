// Inflate of a zlib stream (RFC 1950 over RFC 1951) that never writes more than it may: a few kilobytes of a code
// cannot become megabytes. Our own, because a browser's stream has no cap, some devices lack it, and engines differ on
// what may follow the end.

import { must } from "./refused.js";

const LENGTHS = [3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258];
const LENGTH_BITS = [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0];
const DISTANCES = [1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097, 6145, 8193, 12289, 16385, 24577];
const DISTANCE_BITS = [0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13];
const ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];
const LONGEST = 15;
const BAD = "bad-deflate";

/** A canonical Huffman code: how many symbols have each length, and the symbols in order (RFC 1951, 3.2.2). */
function huffman(lengths, mayBeIncomplete) {
  const counts = new Uint16Array(LONGEST + 1);
  for (const length of lengths) counts[length] += 1;
  const used = lengths.length - counts[0];
  counts[0] = 0;
  let left = 1;
  for (let length = 1; length <= LONGEST; length += 1) {
    left = left * 2 - counts[length];
    must(left >= 0, BAD);
  }
  must(left === 0 || (mayBeIncomplete && used <= 1), BAD);
  const offsets = new Uint16Array(LONGEST + 2);
  for (let length = 1; length <= LONGEST; length += 1) offsets[length + 1] = offsets[length] + counts[length];
  const symbols = new Uint16Array(used);
  lengths.forEach((length, symbol) => { if (length) symbols[offsets[length]++] = symbol; });
  return { counts, symbols };
}

const filled = (...parts) => parts.flatMap(([times, length]) => Array(times).fill(length));
const FIXED = {
  literals: huffman(filled([144, 8], [112, 9], [24, 7], [8, 8]), false),
  distances: huffman(filled([32, 5]), false),
};

class Stream {
  constructor(bytes, start, most) {
    this.bytes = bytes;
    this.next = start;
    this.bit = 0;
    this.bits = 0;
    this.most = most;
    this.out = new Uint8Array(Math.min(most, 4096));
    this.length = 0;
  }

  take(count) {
    while (this.bits < count) {
      must(this.next < this.bytes.length, BAD);
      this.bit |= this.bytes[this.next++] << this.bits;
      this.bits += 8;
    }
    const value = this.bit & ((1 << count) - 1);
    this.bit >>>= count;
    this.bits -= count;
    return value;
  }

  symbol({ counts, symbols }) {
    let code = 0;
    let first = 0;
    let index = 0;
    for (let length = 1; length <= LONGEST; length += 1) {
      code |= this.take(1);
      const count = counts[length];
      if (code - count < first) return symbols[index + code - first];
      index += count;
      first = (first + count) << 1;
      code <<= 1;
    }
    return must(false, BAD);
  }

  put(byte) {
    must(this.length < this.most, BAD);
    if (this.length === this.out.length) {
      const wider = new Uint8Array(Math.min(this.most, this.out.length * 2));
      wider.set(this.out);
      this.out = wider;
    }
    this.out[this.length++] = byte;
  }
}

function stored(stream) {
  stream.bit = 0;
  stream.bits = 0;
  const { bytes } = stream;
  must(stream.next + 4 <= bytes.length, BAD);
  const length = bytes[stream.next] | (bytes[stream.next + 1] << 8);
  const check = bytes[stream.next + 2] | (bytes[stream.next + 3] << 8);
  stream.next += 4;
  must(length === (~check & 0xffff) && stream.next + length <= bytes.length, BAD);
  for (let left = length; left > 0; left -= 1) stream.put(bytes[stream.next++]);
}

function described(stream) {
  const literals = stream.take(5) + 257;
  const distances = stream.take(5) + 1;
  const coded = stream.take(4) + 4;
  must(literals <= 286 && distances <= 30, BAD);
  const lengths = new Uint8Array(19);
  for (let index = 0; index < coded; index += 1) lengths[ORDER[index]] = stream.take(3);
  const code = huffman(lengths, false);
  const all = [];
  while (all.length < literals + distances) {
    const symbol = stream.symbol(code);
    if (symbol < 16) {
      all.push(symbol);
      continue;
    }
    must(symbol !== 16 || all.length > 0, BAD);
    const repeated = symbol === 16 ? all.at(-1) : 0;
    const times = symbol === 16 ? 3 + stream.take(2) : symbol === 17 ? 3 + stream.take(3) : 11 + stream.take(7);
    must(all.length + times <= literals + distances, BAD);
    for (let left = times; left > 0; left -= 1) all.push(repeated);
  }
  must(all[256] !== 0, BAD);
  return { literals: huffman(all.slice(0, literals), true), distances: huffman(all.slice(literals), true) };
}

function compressed(stream, { literals, distances }) {
  for (;;) {
    const symbol = stream.symbol(literals);
    if (symbol === 256) return;
    if (symbol < 256) {
      stream.put(symbol);
      continue;
    }
    must(symbol - 257 < LENGTHS.length, BAD);
    const length = LENGTHS[symbol - 257] + stream.take(LENGTH_BITS[symbol - 257]);
    const far = stream.symbol(distances);
    must(far < DISTANCES.length, BAD);
    const distance = DISTANCES[far] + stream.take(DISTANCE_BITS[far]);
    must(distance <= stream.length, BAD);
    for (let left = length; left > 0; left -= 1) stream.put(stream.out[stream.length - distance]);
  }
}

function adler32(bytes) {
  let [low, high] = [1, 0];
  for (let at = 0; at < bytes.length;) {
    const end = Math.min(at + 3800, bytes.length);
    for (; at < end; at += 1) high += low += bytes[at];
    low %= 65521;
    high %= 65521;
  }
  return ((high << 16) | low) >>> 0;
}

/** What the whole of `bytes` inflates to, at most `most` bytes; refused as `bad-deflate` with anything over or after. */
export function inflate(bytes, most) {
  must(bytes.length >= 6, BAD);
  const [method, flags] = bytes;
  must((method & 15) === 8 && method >> 4 <= 7 && ((method << 8) | flags) % 31 === 0 && !(flags & 32), BAD);
  const stream = new Stream(bytes, 2, most);
  let last = false;
  while (!last) {
    last = stream.take(1) === 1;
    const kind = stream.take(2);
    must(kind < 3, BAD);
    if (kind === 0) stored(stream);
    else compressed(stream, kind === 1 ? FIXED : described(stream));
  }
  const out = stream.out.slice(0, stream.length);
  must(stream.next + 4 === bytes.length, BAD);
  const wanted = new DataView(bytes.buffer, bytes.byteOffset + stream.next, 4).getUint32(0);
  must(adler32(out) === wanted, BAD);
  return out;
}

/**
 * What a credential's wrapping holds: the one stored form that codes/deflate.py writes (0x78 0x01, one final stored block,
 * Adler-32), so that nobody can pack a code anew into a second text that is also good.
 */
export function unstore(bytes, most) {
  const data = inflate(bytes, most);
  must(bytes[0] === 0x78 && bytes[1] === 0x01 && bytes[2] === 0x01 && bytes.length === data.length + 11, BAD);
  return data;
}
