// Runs the counter's own verifier under node: a JSON of keys, lists and texts comes in, a JSON of verdicts goes out.

import { readFileSync } from "node:fs";

const offline = new URL("../../server/edges/counter/static/offline/", import.meta.url);
const from = (name) => import(new URL(name, offline));
const [{ importKey }, { read }, { readTrustList }, { newest, readStatusList }, { judge }] = await Promise.all(
  ["cose.js", "cbor.js", "trust_list.js", "status_list.js", "verdict.js"].map(from),
);

const bytes = (hex) => Uint8Array.from(Buffer.from(hex, "hex"));
const plain = (_, value) => (value instanceof Uint8Array ? Buffer.from(value).toString("hex") : value instanceof Map ? [...value] : value);

let last = { name: "" };

/** The keys and lists of a case; the same as before where it names the same. */
async function known({ root, keys, lists, now }) {
  const name = JSON.stringify([root, keys, lists, now]);
  if (last.name === name) return last;
  const trust = await readTrustList(bytes(keys), await importKey(root.alg, read(bytes(root.key))));
  const found = trust ? await Promise.all(lists.map((packed) => readStatusList(bytes(packed), trust, now))) : [];
  last = { name, keys: trust, lists: newest(found.filter(Boolean)) };
  return last;
}

async function looked(one) {
  const { keys, lists } = await known(one);
  if (!keys) return { accepted: false, reason: "no-keys" };
  const told = await judge(one.text, { keys, lists, now: one.now });
  if (told.credential) told.credential = { ...told.credential, holderKey: Boolean(told.credential.holderKey) };
  return told;
}

const asked = JSON.parse(readFileSync(0, "utf8"));
const answers = [];
for (const one of asked.cases) answers.push(await looked({ ...asked.shared, ...one }));
process.stdout.write(JSON.stringify(answers, plain));
