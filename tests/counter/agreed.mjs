// Reads texts by the keys of recognised portals, as the page without a network does: JSON in, JSON out.

import { readFileSync } from "node:fs";

const offline = new URL("../../server/edges/counter/static/offline/", import.meta.url);
const [{ importKey }, { read }, { readAgreed }, { judge }] = await Promise.all(["cose.js", "cbor.js", "agreed.js", "verdict.js"].map((name) => import(new URL(name, offline))));

const { shared, cases } = JSON.parse(readFileSync(0, "utf8"));
const rows = shared.rows.map(({ address, bytes }) => ({ address, bytes: Uint8Array.from(Buffer.from(bytes, "hex")) }));
const root = await importKey(shared.root.alg, read(Uint8Array.from(Buffer.from(shared.root.key, "base64url"))));
const portals = await readAgreed(shared.agreed, rows, root, shared.now);

async function looked({ text, purpose, day = shared.now }) {
  for (const one of portals) {
    const fields = one.fields(purpose, day);
    if (!fields) continue;
    const { accepted, reason } = await judge(text, { keys: one.keys, lists: one.lists, now: shared.now });
    return { accepted, reason: reason ?? null, agreed: [...fields] };
  }
  return { accepted: false, reason: "unknown-key", agreed: [] };
}

process.stdout.write(JSON.stringify(await Promise.all(cases.map(looked))));
