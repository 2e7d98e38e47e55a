// The counter without a network: answers the unplugged desk from the browser's cache. The server puts two lines before
// this file: VERSION, a digest of everything named in SHELL, and SHELL itself. Nothing of a person is ever cached:
// only SHELL is, fetched without cookies, and calls of the API are not looked at.

/* global VERSION, SHELL */

const KEPT = `yima-counter-${VERSION}`;
const UNPLUGGED = "/counter/unplugged";
const DESK = "/counter";
const OWN = new Set([UNPLUGGED, "/counter/decode-worker.js"]); // what runs on this version's files and no others
const WAYS_IN = new Set([DESK, "/counter/sign-in"]);
const PATIENCE = 6_000; // a network that is there but says nothing
const files = new Set(SHELL);

self.addEventListener("install", (event) => {
  event.waitUntil((async () => {
    const cache = await caches.open(KEPT);
    await cache.addAll(SHELL.map((path) => new Request(path, { credentials: "omit", cache: "no-cache" })));
  })());
});

self.addEventListener("activate", (event) => {
  event.waitUntil((async () => {
    for (const name of await caches.keys()) if (name.startsWith("yima-counter-") && name !== KEPT) await caches.delete(name);
    await self.clients.claim();
  })());
});

/** A page says when nothing is on its screen that a reload would take away. */
self.addEventListener("message", (event) => {
  if (event.data?.type === "yima-take-over") self.skipWaiting();
});

/** The unplugged page of this version, in the language that its address names. */
async function unplugged(url) {
  const cache = await caches.open(KEPT);
  const wanted = `${UNPLUGGED}${url.search}`;
  return (await cache.match(files.has(wanted) ? wanted : SHELL[0])) ?? Response.error();
}

const silence = () => new Promise((_, reject) => { setTimeout(() => reject(new DOMException("silent", "TimeoutError")), PATIENCE); });

/** The desk comes from the server; where the server cannot be reached, the way leads to the unplugged page. */
async function desk(request) {
  try {
    const answer = await Promise.race([fetch(request), silence()]);
    if (![502, 503, 504].includes(answer.status)) return answer;
  } catch { /* unreachable, which the unplugged page tells */ }
  return Response.redirect(UNPLUGGED);
}

/** Files of the shell: the unplugged page and its worker from the cache, a page with a network from the server first. */
async function file(event, url) {
  const cache = await caches.open(KEPT);
  const page = event.clientId ? await self.clients.get(event.clientId) : null;
  const path = page ? new URL(page.url).pathname : "";
  const kept = () => cache.match(url.pathname);
  if (OWN.has(path)) return (await kept()) ?? fetch(event.request);
  try {
    return await Promise.race([fetch(event.request), silence()]);
  } catch (error) {
    const found = await kept();
    if (found) return found;
    throw error;
  }
}

self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || url.origin !== self.location.origin) return;
  if (event.request.mode === "navigate") {
    if (url.pathname === UNPLUGGED) event.respondWith(unplugged(url));
    else if (WAYS_IN.has(url.pathname)) event.respondWith(desk(event.request));
  } else if (files.has(url.pathname)) {
    event.respondWith(file(event, url));
  }
});
