// Pages that are watched: they are asked for again, and what is marked live is exchanged; buttons and forms are sent.
import { call, newKey } from "./api.js";
import { busy, byId, complain, quiet, say } from "./dom.js";
import { sayInstants } from "./instants.js";
import { facts } from "./words.js";
import { drawMinutes, RateLine } from "./watch_lines.js";

const labels = JSON.parse(facts.labels);
const every = Number(facts.every);
const rate = byId("rate") && new RateLine(byId("rate"), byId("eta"), labels);

const counters = () => byId("counters") && JSON.parse(byId("counters").dataset.counters);

/** Whoever types, chooses or has opened something there keeps it. */
const inUse = (part) => part.contains(document.activeElement) || part.querySelector("details[open]") !== null;

let asking = false;
let again = false;
async function refresh() {
  if (asking) { again = true; return; }
  asking = true;
  try {
    const answer = await fetch(location.href, { credentials: "same-origin", cache: "no-store", headers: { Accept: "text/html" }, signal: AbortSignal.timeout(15000) });
    if (answer.redirected) { location.reload(); return; }
    if (!answer.ok) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    const before = counters()?.state;
    for (const part of document.querySelectorAll("[data-live]")) {
      const next = fresh.querySelector(`[data-live="${part.dataset.live}"]`);
      if (next && next.innerHTML !== part.innerHTML && !inUse(part)) part.replaceChildren(...next.childNodes);
    }
    rate?.add(counters());
    const now = counters()?.state;
    if (before && before !== now && ["finished", "stopped"].includes(now)) location.reload();
  } catch {
    // Without a network the page stays as it is; the next look tells.
  } finally {
    asking = false;
    if (again) { again = false; refresh(); }
  }
}

function valueOf(input) {
  const text = input.value.trim();
  if (input.dataset.kind === "number") return text === "" ? -1 : Number(text.replace(/[,\s，]/g, ""));
  if (input.dataset.kind === "shanghai") return text ? new Date(`${text}:00+08:00`).toISOString() : null;
  return text;
}

function bodyOf(form) {
  const body = {};
  for (const input of form.elements) {
    if (!input.name || (input.type === "radio" && !input.checked)) continue;
    body[input.name] = valueOf(input);
  }
  return body;
}

const keys = new Map();
async function send(button, place, path, body) {
  await busy(button, async () => {
    quiet();
    const asked = `${path} ${JSON.stringify(body)}`;
    if (place.dataset.key && !keys.has(asked)) keys.set(asked, newKey());
    try {
      const answer = await call("POST", path, body, place.dataset.key ? { key: keys.get(asked) } : {});
      if (place.dataset.then) { location.assign(place.dataset.then + (answer.resident_id ?? answer.id)); return; }
      say((place.dataset.done ?? "").replace("{moved}", answer?.moved ?? ""));
      button.blur();
      button.closest("details")?.removeAttribute("open");
      if (document.querySelector("[data-live]")) await refresh();
      else location.reload();
    } catch (problem) {
      complain(problem, (problem.errors ?? []).map((one) => ({ id: place.querySelector?.(`[name="${one.field}"]`)?.id ?? "problem", text: one.message })));
      if (problem.status === 409) await refresh();
    }
  });
}

async function download(button) {
  await busy(button, async () => {
    try {
      const body = button.dataset.body ? JSON.parse(button.dataset.body) : null;
      const file = await call("POST", button.dataset.download, body, { as: "blob" });
      const link = document.createElement("a");
      link.href = URL.createObjectURL(file);
      link.download = button.dataset.name;
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
    } catch (problem) {
      complain(problem);
    }
  });
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("button[data-send], button[data-download]");
  if (!button) return;
  if (button.dataset.download) download(button);
  else send(button, button, button.dataset.send, null);
});

document.addEventListener("submit", (event) => {
  const form = event.target.closest("form[data-send]");
  if (!form) return;
  event.preventDefault();
  const button = event.submitter ?? form.querySelector("button[type=submit]");
  send(button, form, button.value === "other" ? form.dataset.other : form.dataset.send, bodyOf(form));
});

sayInstants();
for (const line of document.querySelectorAll("[data-hour]")) drawMinutes(line, JSON.parse(line.dataset.hour), labels);
if (every) {
  rate?.add(counters());
  setInterval(() => { if (!document.hidden) refresh(); }, every);
  if (facts.hears) {
    const line = new EventSource("/console/api/v1/stream");
    line.addEventListener("campaign", refresh);
  }
  document.addEventListener("visibilitychange", () => { if (!document.hidden) refresh(); });
}
document.documentElement.dataset.ready = "yes";
