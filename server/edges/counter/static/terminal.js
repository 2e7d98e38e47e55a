// The counter's own device: its key, and the calls that it signs. Every page of a counter calls our API through here:
//
//   import { signedCall, mustLeave } from "/static/counter/terminal.js";
//   const visit = await signedCall("POST", "/counter/api/v1/scans", { text, purpose }, { key: newKey() });
//   const paper = await signedCall("GET", "/counter/api/v1/papers/1", null, { as: "blob" });   // a file: a Blob
//   await signedCall("DELETE", "/counter/api/v1/sessions/current");
//
// It takes and throws what Yima.call does (Problem; status 0 without a network). options: key (Idempotency-Key),
// as ("json" | "blob"), timeout, signal. A try again after a lost answer is the same call with the same key: each call
// carries a nonce of its own. `mustLeave(problem)` says that nobody is on shift here, or that this is no terminal any
// more: go to SIGN_IN, which says what to do. An <img>, a link or an EventSource cannot be signed: fetch a Blob.
//
// The key is ECDSA P-256, made here and not extractable; it lives in IndexedDB of this origin and never leaves the
// browser. What is signed: server/domain/terminals/signatures.py.

const API = "/counter/api/v1";
const DATABASE = "yima-terminal";
const VERSION = "YIMA-TERMINAL-1";
const ENROLMENT = "YIMA-ENROL-1";
const ALGORITHM = { name: "ECDSA", namedCurve: "P-256" };
const SIGNING = { name: "ECDSA", hash: "SHA-256" };

export const SIGN_IN = "/counter/sign-in";
export const mustLeave = (problem) => problem.status === 401 || problem.code === "terminal-unknown";

const bytes = (text) => new TextEncoder().encode(text);
const base64url = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
const hex = (buffer) => Array.from(new Uint8Array(buffer), (one) => one.toString(16).padStart(2, "0")).join("");

/** Whether this browser can keep a key at all: WebCrypto needs https or this very machine. */
export const able = () => Boolean(globalThis.crypto?.subtle && globalThis.indexedDB);

function opened() {
  return new Promise((done, fail) => {
    const request = indexedDB.open(DATABASE, 1);
    request.onupgradeneeded = () => request.result.createObjectStore("device");
    request.onsuccess = () => done(request.result);
    request.onerror = () => fail(request.error);
  });
}

async function inStore(mode, work) {
  const database = await opened();
  try {
    return await new Promise((done, fail) => {
      const request = work(database.transaction("device", mode).objectStore("device"));
      request.transaction.oncomplete = () => done(request.result);
      request.transaction.onerror = () => fail(request.transaction.error);
      request.transaction.onabort = () => fail(request.transaction.error);
    });
  } finally {
    database.close();
  }
}

/** What this device is: { id, hall, counter, name, key }, or null where it never was enrolled. */
export async function own() {
  return able() ? (await inStore("readonly", (store) => store.get("own"))) ?? null : null;
}

/** The four headers of a request as our server checks them; none where this device has no key: it will be refused. */
export async function signature(method, path, text = "", key = "") {
  const device = await own();
  if (!device) return {};
  const address = new URL(path, location.href);
  const time = String(Math.floor(Date.now() / 1000));
  const nonce = base64url(crypto.getRandomValues(new Uint8Array(16)));
  const body = hex(await crypto.subtle.digest("SHA-256", bytes(text)));
  const signed = [VERSION, device.id, method, address.pathname + address.search, body, time, nonce, key].join("\n");
  const made = await crypto.subtle.sign(SIGNING, device.key, bytes(signed));
  return { "X-Yima-Terminal": device.id, "X-Yima-Time": time, "X-Yima-Nonce": nonce, "X-Yima-Signature": base64url(made) };
}

/** Calls our API as this terminal. A browser may send a request a second time by itself when a connection breaks: the
 *  second one is refused, and asking again with the same key brings the first one's answer. */
export async function signedCall(method, path, body = null, options = {}) {
  const signed = { ...options, sign: signature };
  try {
    return await window.Yima.call(method, path, body, signed);
  } catch (problem) {
    if (problem.code !== "terminal-nonce-used" || !options.key) throw problem;
    return window.Yima.call(method, path, body, signed);
  }
}

const PLAIN = /[\s-]/g;

/** Makes a key, registers it with a one-time code, and keeps it. The same code again, after a lost answer, goes on
 *  with the key that was made for it. */
let pending = null;
export async function enrol(typed) {
  const code = typed.replace(PLAIN, "").toUpperCase();
  if (pending?.code !== code) pending = { code, pair: await crypto.subtle.generateKey(ALGORITHM, false, ["sign"]) };
  const { pair } = pending;
  const point = base64url(await crypto.subtle.exportKey("raw", pair.publicKey));
  const proof = base64url(await crypto.subtle.sign(SIGNING, pair.privateKey, bytes(`${ENROLMENT}\n${code}\n${point}`)));
  const seat = await window.Yima.call("POST", `${API}/enrolments`, { code, public_key: point, proof });
  await inStore("readwrite", (store) => store.put({ ...seat, key: pair.privateKey }, "own"));
  pending = null;
  navigator.storage?.persist?.().catch(() => false); // so that the browser does not clear the key when space is short
  return seat;
}

const asked = () => signedCall("GET", `${API}/terminal`);

async function found(demo) {
  if (await own()) {
    try {
      return await asked();
    } catch (problem) {
      if (problem.code !== "terminal-unknown") throw problem;
    }
  }
  if (!demo || !able()) return null;
  const invited = await window.Yima.call("POST", "/tour/api/v1/terminals", {});
  await enrol(invited.code);
  return asked();
}

/** Which terminal this is and who is on shift: { terminal, shift }; null where somebody has to enrol it first.
 *  In the demonstration a new browser asks for its code itself. One window at a time: there is one key. */
export const known = ({ demo = false } = {}) =>
  navigator.locks ? navigator.locks.request(DATABASE, () => found(demo)) : found(demo);

window.Yima.signedCall = signedCall; // staff.js signs the sign-in form and the button that ends a shift with it
