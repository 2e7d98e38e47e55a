// The parts of the counter's verifier that need no key: run by test_offline_parts.py under node.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { constants, deflateSync, inflateSync } from "node:zlib";

const offline = new URL("../../server/edges/counter/static/offline/", import.meta.url);
const from = (name) => import(new URL(name, offline));
const { decode } = await from("base45.js");
const { inflate, unstore } = await from("inflate.js");
const { read, write } = await from("cbor.js");
const { learned, now, wrongBy } = await from("clock.js");
const { bare } = await from("holder_proof.js");
const { looksLike } = await from("foreign.js");
const { newest, ofClaims } = await from("status_list.js");

const vectors = JSON.parse(readFileSync(new URL("../../codes/vectors/credential.json", import.meta.url), "utf8"));
const bytes = (hex) => Uint8Array.from(Buffer.from(hex, "hex"));
const refusedAs = (reason) => (error) => error.reason === reason;

let seed = 7;
const dice = (sides) => {
  seed = (Math.imul(seed, 1103515245) + 12345) >>> 0;
  return (seed >>> 8) % sides;
};

test("base45 is read as the published vectors say, and nothing else is", () => {
  for (const { text, bytes: stated } of vectors.base45) {
    if (stated === null) assert.throws(() => decode(text), refusedAs("malformed"), text);
    else assert.equal(Buffer.from(decode(text)).toString("base64url"), stated, text);
  }
});

test("inflate undoes every way of packing, and refuses what zlib refuses", () => {
  for (let round = 0; round < 300; round += 1) {
    const data = Buffer.from(Array.from({ length: dice(3000) }, (_, at) => (round % 3 ? dice(round % 3 === 1 ? 4 : 256) : at % 7)));
    const packed = deflateSync(data, { level: dice(10), strategy: [constants.Z_DEFAULT_STRATEGY, constants.Z_FIXED, constants.Z_HUFFMAN_ONLY, constants.Z_RLE][dice(4)] });
    assert.deepEqual(Buffer.from(inflate(packed, 3000)), data);
    const broken = Uint8Array.from(packed);
    broken[dice(broken.length)] ^= 1 << dice(8);
    let theirs = null;
    try { theirs = inflateSync(broken, { maxOutputLength: 3000 }); } catch { /* refused */ }
    if (theirs) assert.deepEqual(Buffer.from(inflate(broken, 3000)), theirs);
    else assert.throws(() => inflate(broken, 3000), refusedAs("bad-deflate"));
  }
});

test("a bomb stops at its bound, and nothing may follow the end", () => {
  assert.throws(() => inflate(deflateSync(Buffer.alloc(20_000_000)), 4096), refusedAs("bad-deflate"));
  assert.throws(() => inflate(Buffer.concat([deflateSync(Buffer.from("x")), Buffer.from("y")]), 4096), refusedAs("bad-deflate"));
  assert.throws(() => inflate(deflateSync(Buffer.from("cut")).subarray(0, 8), 4096), refusedAs("bad-deflate"));
});

test("a credential's wrapping has one form", () => {
  const data = Buffer.from("the one form");
  assert.deepEqual(Buffer.from(unstore(deflateSync(data, { level: 0, windowBits: 15 }), 4096)), data);
  assert.throws(() => unstore(deflateSync(data), 4096), refusedAs("bad-deflate"));
});

test("CBOR is read strictly", () => {
  const wrong = {
    "a key twice": "a201010102", "a longer form than needed": "1801", "an indefinite length": "9fff", "a tag": "c100", "a float": "f93c00",
    "null": "f6", "bytes after the item": "0000", "text that is not UTF-8": "62c328", "a list that ends too early": "8201", "a huge length": "5b00000000ffffffff",
    "a key that is neither a number nor text": "a1414100", "too deep": `${"81".repeat(9)}00`, "nothing": "",
  };
  for (const [name, hex] of Object.entries(wrong)) assert.throws(() => read(bytes(hex)), refusedAs("bad-cbor"), name);
});

test("CBOR is written as it is read", () => {
  for (const value of [0, 23, 24, 255, 256, 65535, 65536, -1, -257, "text", ["Signature1", 1, "王"]]) assert.deepEqual(read(write(value)), value);
  assert.equal(read(bytes("1bffffffffffffffff")), 0xffffffffffffffffn);
  assert.equal(read(bytes("3bffffffffffffffff")), -0x10000000000000000n);
});

test("status lists are read with 1, 2, 4 and 8 bits, low bits first", () => {
  const list = (bits, hex) => ofClaims(new Map([[2, "u"], [4, 20], [6, 10], [65533, new Map([["bits", bits], ["lst", Uint8Array.from(deflateSync(bytes(hex)))]])]]));
  const all = (found) => Array.from({ length: found.length }, (_, at) => found.status(at));
  assert.deepEqual(all(list(1, "b9a3")), [1, 0, 0, 1, 1, 1, 0, 1, 1, 1, 0, 0, 0, 1, 0, 1]); // the draft's own example
  assert.deepEqual(all(list(2, "c944f9")), [1, 2, 0, 3, 0, 1, 0, 1, 1, 2, 3, 3]);
  assert.deepEqual(all(list(4, "21")), [1, 2]);
  assert.equal(list(8, "ff07").status(1), 7);
  assert.equal(list(8, "ff07").status(2), null);
  assert.equal(list(3, "00"), null);
});

test("a phone's copy is the same thing with every proof", () => {
  for (const { shown, text } of vectors.proofs) {
    assert.equal(bare(shown), text);
    assert.equal(bare(text), text);
  }
});

test("foreign codes are named as the server names them", () => {
  const named = { "134567890123456789": "wechat_pay", "281234567890123456": "alipay", "6212345678901234567": "unionpay", "6901234567892": "product", "https://example.cn/a": "link",
    "HC1:6BF": "health_certificate", "511602186209161281": "identity_number", "511602186209161282": "unnamed", "hello": "unnamed" };
  for (const [text, kind] of Object.entries(named)) assert.equal(looksLike(text), kind, text);
});

test("of two lists of one name the newer one counts", () => {
  const [older, newer] = [{ uri: "u", issuedAt: 1 }, { uri: "u", issuedAt: 2 }];
  assert.equal(newest([newer, older]).get("u"), newer);
  assert.equal(newest([older, newer]).get("u"), newer);
});

test("the time is the device's, corrected by the server's last word, and never before it", () => {
  const clock = learned(1_000_000_000, 1_000_600_000); // the device is ten minutes fast
  assert.equal(now(clock, 1_000_660_000), 1_000_060);
  assert.equal(now(clock, 900_000_000), 1_000_000);
  assert.equal(now(null, 5_999), 5);
});

test("a clock that is wrong is told, and by how much", () => {
  const right = learned(1_000_000_000, 1_000_000_000);
  assert.equal(wrongBy(right, 1_000_050_000), 0);
  assert.equal(wrongBy(right, 999_000_000), -1000);
  assert.equal(wrongBy(learned(1_000_000_000, 1_000_600_000), 1_000_700_000), 600);
  assert.equal(wrongBy(learned(1_000_000_000, 999_400_000), 999_500_000), -600);
  assert.equal(wrongBy(undefined, 5), 0);
});
