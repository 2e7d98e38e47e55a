// The queue: filters live in the address, the list renews itself every 15 seconds while it is seen.
import { get, query } from "./api.js";
import { byId, empty, failure, fill, h, light } from "./dom.js";
import { caseList } from "./rows.js";
import { count, t, timeWords } from "./words.js";

const LIGHTS = ["overdue", "red", "yellow", "green", "none"];
const form = byId("filters");
const place = byId("queue");
let rows = [];
let next = null;
let pages = 1;
let seen = "";
let ticket = 0;

const wanted = () => {
  const search = new URLSearchParams(location.search);
  return { view: search.get("view") || "department", status: search.get("status") || "",
    light: search.get("light") || "", q: search.get("q") || "" };
};
const filtered = (now) => Boolean(now.status || now.light || now.q);

function showFilters() {
  const now = wanted();
  for (const link of document.querySelectorAll("[data-view]")) {
    if (link.dataset.view === now.view) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
    link.href = query({ ...now, view: link.dataset.view });
  }
  for (const name of ["status", "light", "q"]) if (document.activeElement !== form[name]) form[name].value = now[name];
}

function go(values) {
  history.pushState({}, "", location.pathname + query(values));
  pages = 1;
  showFilters();
  load();
}

function showLights(counts) {
  const now = wanted();
  fill(byId("lights"), LIGHTS.filter((name) => counts[name]).map((name) =>
    h("a", { href: query({ ...now, light: now.light === name ? "" : name }), class: "light-count",
      "aria-current": now.light === name ? "true" : null, onclick: (event) => {
        event.preventDefault();
        go({ ...wanted(), light: wanted().light === name ? "" : name });
      } }, light(name), h("strong", {}, count(counts[name])))));
}

function nothing() {
  if (!filtered(wanted())) return empty(t("cases_none_title"), t("cases_none_body"));
  return empty(t("cases_none_filtered"), "", h("p", {}, h("button", { class: "button", type: "button",
    onclick: () => go({ view: wanted().view }) }, t("cases_clear"))));
}

function show() {
  const held = document.activeElement?.closest?.("#queue a")?.getAttribute("href");
  fill(place, rows.length ? caseList(rows) : nothing(),
    next && h("p", { class: "console-more" }, h("button", { class: "button", type: "button", onclick: () => { pages += 1; load(); } }, t("more"))));
  if (held) place.querySelector(`a[href="${held}"]`)?.focus({ preventScroll: true });
}

async function load() {
  ticket += 1;
  const mine = ticket;
  const fresh = [];
  let cursor = "";
  let counts = {};
  try {
    for (let page = 0; page < pages; page += 1) {
      const answer = await get(`/cases${query({ ...wanted(), cursor })}`);
      if (mine !== ticket) return;
      fresh.push(...answer.cases);
      if (page === 0) counts = answer.counts || {};
      cursor = answer.next_cursor;
      if (!cursor) break;
    }
  } catch (problem) {
    if (mine !== ticket) return;
    if (!seen) fill(place, failure(problem, load));
    else byId("fresh").textContent = t("offline", { time: seen });
    return;
  }
  rows = fresh;
  next = cursor;
  seen = timeWords();
  byId("fresh").textContent = t("updated_at", { time: seen });
  showLights(counts);
  show();
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  go({ view: wanted().view, status: form.status.value, light: form.light.value, q: form.q.value.trim() });
});
for (const name of ["status", "light"]) form[name].addEventListener("change", () => form.requestSubmit());
for (const link of document.querySelectorAll("[data-view]")) link.addEventListener("click", (event) => {
  event.preventDefault();
  go({ ...wanted(), view: link.dataset.view });
});
addEventListener("popstate", () => { pages = 1; showFilters(); load(); });
setInterval(() => { if (!document.hidden) load(); }, 15000);
showFilters();
load();
