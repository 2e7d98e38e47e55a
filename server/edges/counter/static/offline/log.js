// The reads made without a network: one sealed line each, kept until the server has it, sent home once.
//
// A line's id is drawn here and is all that stands in the open; the rest is AES-256-GCM under a key that the browser
// made and does not give away (not extractable), with the id as authenticated data. A line is removed only after the
// server said that it has it; where the answer is lost it is sent again, and the server knows the id (exactly once).

import { facts, lines } from "./store.js";

export const MOST_LINES = 5_000; // some days of one counter; a full log refuses reads, it never drops one
const BATCH = 200; // lines in one call
const OPEN_FOR = 120_000; // how long a line may still be added to: the card is being looked at

const encoder = new TextEncoder();
const decoder = new TextDecoder();

async function sealingKey() {
  const found = await facts.get("log-key");
  if (found) return found;
  return facts.keep("log-key", await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]));
}

async function sealed(line, closesAt) {
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const how = { name: "AES-GCM", iv, additionalData: encoder.encode(line.id) };
  const bytes = await crypto.subtle.encrypt(how, await sealingKey(), encoder.encode(JSON.stringify(line)));
  return { id: line.id, iv, bytes: new Uint8Array(bytes), closesAt };
}

async function unsealed(row) {
  const how = { name: "AES-GCM", iv: row.iv, additionalData: encoder.encode(row.id) };
  return JSON.parse(decoder.decode(await crypto.subtle.decrypt(how, await sealingKey(), row.bytes)));
}

/** Whether one more read finds room. */
export const hasRoom = async () => (await lines.count()) < MOST_LINES;

/** Keeps a line. `open` ones may be written again until they are closed or two minutes are over. */
export async function keep(line, open = false) {
  await lines.put(await sealed(line, open ? Date.now() + OPEN_FOR : 0));
}

/** Nothing more will be added to this line. */
export async function close(id) {
  await lines.change(id, (row) => ({ ...row, closesAt: 0 }));
}

/** How many lines wait, and how many of them the server would not take. */
export async function waiting() {
  const rows = await lines.all();
  return { lines: rows.length, wrong: rows.filter((row) => row.wrong).length };
}

/** Closed by the page or by time; a clock that was set back holds no line for longer than that time. */
const ready = (row) => !row.wrong && (row.closesAt <= Date.now() || row.closesAt > Date.now() + OPEN_FOR);

async function sendSome(rows, send) {
  const readable = [];
  for (const row of rows) {
    const line = await unsealed(row).catch(() => null);
    if (line) readable.push(line);
    else await lines.change(row.id, (kept) => ({ ...kept, wrong: "unreadable" }));
  }
  if (!readable.length) return 0;
  const answer = await send(readable);
  const wrong = new Map(answer.wrong.map((one) => [readable[one.index].id, one.field]));
  for (const [id, why] of wrong) await lines.change(id, (row) => ({ ...row, wrong: why }));
  await lines.remove(readable.map((line) => line.id).filter((id) => !wrong.has(id)));
  return readable.length - wrong.size;
}

/**
 * Sends home what waits, in bunches, and answers how many arrived. `send(lines)` posts them and answers
 * `{wrong: [{index, field}]}`; what it throws ends the sending, and nothing is lost. Two pages of one terminal take turns.
 */
export async function sendHome(send) {
  const work = async () => {
    let sent = 0;
    for (;;) {
      const rows = (await lines.all()).filter(ready).slice(0, BATCH);
      if (!rows.length) return sent;
      sent += await sendSome(rows, send);
    }
  };
  return navigator.locks ? navigator.locks.request("yima-lines-home", work) : work();
}
