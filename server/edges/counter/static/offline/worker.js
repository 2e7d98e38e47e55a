// The service worker of the counter, from a page: asked for, and let in when nothing on the screen would be lost.

import { tell } from "./words.js";

const SCRIPT = "/counter/service-worker.js";
const SCOPE = "/counter";
const AGAIN = 3_600_000;
const TOLD = "yima-updated";

/** Whether the answer of a look is on the screen: then nothing is reloaded. */
const idle = () => document.getElementById("clear").hidden;

function whenIdle(work) {
  if (idle()) return work();
  const timer = setInterval(() => {
    if (!idle()) return;
    clearInterval(timer);
    work();
  }, 500);
}

function takeOver(worker) {
  const ready = () => worker.state === "installed" && navigator.serviceWorker.controller && whenIdle(() => worker.postMessage({ type: "yima-take-over" }));
  worker.addEventListener("statechange", ready);
  ready();
}

/** Registers the worker and takes a new version when the desk is idle; the page that comes then says so. */
export async function stayInstalled() {
  if (sessionStorage.getItem(TOLD)) {
    sessionStorage.removeItem(TOLD);
    window.Yima.toast(tell("page.updated"));
  }
  if (!("serviceWorker" in navigator)) return null;
  let controlled = Boolean(navigator.serviceWorker.controller);
  navigator.serviceWorker.addEventListener("controllerchange", () => {
    if (!controlled) return void (controlled = true); // the first one only takes hold
    whenIdle(() => {
      sessionStorage.setItem(TOLD, "yes");
      location.reload();
    });
  });
  const registration = await navigator.serviceWorker.register(SCRIPT, { scope: SCOPE, updateViaCache: "none" });
  for (const worker of [registration.installing, registration.waiting]) if (worker) takeOver(worker);
  registration.addEventListener("updatefound", () => takeOver(registration.installing));
  setInterval(() => registration.update().catch(() => {}), AGAIN);
  return registration;
}
