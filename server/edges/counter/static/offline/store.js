// What this terminal keeps for the time without a network, in the browser's own database. No personal value is readable
// in it: the lists are public, a read's line is sealed, and the memory of what was read is two numbers.

const NAME = "yima-unplugged";
const EDITION = 1;
const TABLES = { facts: {}, lists: { keyPath: "address" }, lines: { keyPath: "id" }, seen: { keyPath: "subject" } };

let opened = null;

/** The promise of a request's or a transaction's end. */
function settled(request, good = "onsuccess") {
  return new Promise((resolve, reject) => {
    request[good] = () => resolve(request.result);
    request.onerror = () => reject(request.error);
    if ("onabort" in request) request.onabort = () => reject(request.error ?? new DOMException("aborted", "AbortError"));
  });
}

function database() {
  opened ??= (async () => {
    const request = indexedDB.open(NAME, EDITION);
    request.onupgradeneeded = () => {
      for (const [table, options] of Object.entries(TABLES)) request.result.createObjectStore(table, options);
    };
    const found = await settled(request);
    found.onversionchange = () => { found.close(); opened = null; };
    found.onclose = () => { opened = null; };
    return found;
  })().catch((error) => { opened = null; throw error; });
  return opened;
}

/** Runs `work(table)` in one transaction of its own and answers what it answers, once that is on the disk. */
async function within(table, mode, work) {
  const transaction = (await database()).transaction(table, mode, { durability: "strict" });
  const ended = settled(transaction, "oncomplete");
  try {
    const answer = await work(transaction.objectStore(table));
    await ended;
    return answer;
  } catch (error) {
    ended.catch(() => {});
    throw error;
  }
}

const get = (table, key) => within(table, "readonly", (rows) => settled(rows.get(key)));
const all = (table) => within(table, "readonly", (rows) => settled(rows.getAll()));
const count = (table) => within(table, "readonly", (rows) => settled(rows.count()));
const put = (table, row) => within(table, "readwrite", (rows) => settled(rows.put(row)));
const remove = (table, keys) => within(table, "readwrite", async (rows) => { for (const key of keys) rows.delete(key); });

/** Single facts by name: the shift, the trust root, the purposes, the clock. */
export const facts = {
  get: (name) => get("facts", name),
  set: (name, value) => within("facts", "readwrite", (rows) => settled(rows.put(value, name))),
  /** What stands under `name`; where nothing does, `made` is kept, and of two who try the first one's. */
  keep: (name, made) => within("facts", "readwrite", async (rows) => {
    const found = await settled(rows.get(name));
    if (found === undefined) rows.put(made, name);
    return found ?? made;
  }),
};

export const lists = { get: (address) => get("lists", address), all: () => all("lists"), put: (row) => put("lists", row), remove: (addresses) => remove("lists", addresses) };

export const lines = {
  /** Puts `altered(row)` in the place of a row, if it is still there. */
  change: (id, altered) => within("lines", "readwrite", async (rows) => {
    const found = await settled(rows.get(id));
    if (found) rows.put(altered(found));
  }),
  all: () => all("lines"),
  count: () => count("lines"),
  put: (row) => put("lines", row),
  remove: (ids) => remove("lines", ids),
};

export const seen = {
  /** Notes a read at `at` and answers the one before, if that is younger than `span` milliseconds. */
  note: (subject, at, span) => within("seen", "readwrite", async (rows) => {
    const before = await settled(rows.get(subject));
    rows.put({ subject, at });
    return before && at - before.at < span ? before.at : null;
  }),
  /** Forgets what is older than `span`. */
  sweep: async (at, span) => remove("seen", (await all("seen")).filter((row) => at - row.at >= span).map((row) => row.subject)),
};
