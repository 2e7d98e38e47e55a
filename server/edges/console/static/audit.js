// The record: search, one person's part, the seals and the proof of them, a table to keep.
import { get, post, query } from "./api.js";
import { busy, byId, empty, failure, fill, h, say } from "./dom.js";
import { entryList } from "./entries.js";
import { count, facts, momentWords, t } from "./words.js";

const labels = JSON.parse(facts.labels);
const a = (key, filling = {}) => (labels[key] ?? key).replace(/\{(\w+)\}/g, (_, name) => String(filling[name] ?? ""));
const form = byId("filters");
const place = byId("entries");
const FIELDS = ["subject", "staff_no", "action", "since", "until"];
let entries = [];

function asked() {
  const given = new URLSearchParams(location.search);
  const wanted = Object.fromEntries(FIELDS.map((name) => [name, given.get(name) || ""]));
  wanted.view = given.get("view") === "disputed" ? "disputed" : "";
  wanted.resident = given.get("resident") || "";
  return wanted;
}

async function load(cursor = "") {
  const wanted = asked();
  for (const name of FIELDS) form.elements[name].value = wanted[name];
  const about = byId("about");
  about.hidden = !wanted.resident;
  fill(about, wanted.resident && [h("span", {}, a("about", { name: sessionStorage.getItem(`audit:${wanted.resident}`) || wanted.resident })), " ",
    h("a", { href: "/console/audit" }, a("all"))]);
  try {
    const answer = await get(`/audit${query({ ...wanted, cursor })}`);
    entries = cursor ? [...entries, ...answer.entries] : answer.entries;
    const narrowed = Object.values(wanted).some(Boolean);
    const none = narrowed ? empty(t("audit_none_filtered"), "") : empty(t("audit_none_title"), t("audit_none_body"));
    fill(place, entries.length ? entryList(entries) : none,
      answer.next_cursor && h("p", { class: "console-more" }, h("button", { class: "button", type: "button", onclick: () => load(answer.next_cursor) }, t("more"))));
  } catch (problem) {
    fill(place, failure(problem, () => load()));
  }
}

function go(wanted) {
  history.pushState({}, "", location.pathname + query(wanted));
  load();
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  go({ ...Object.fromEntries(FIELDS.map((name) => [name, form.elements[name].value.trim()])), resident: asked().resident });
});
addEventListener("popstate", () => load());

// A table to keep: fetched with the session's cookie, handed to the browser as a file.
byId("export").addEventListener("click", (event) => busy(event.currentTarget, async () => {
  const answer = await fetch(`/console/api/v1/audit/export${query(asked())}`, { credentials: "same-origin" });
  if (!answer.ok) return say(a("export_failed"));
  const link = h("a", { href: URL.createObjectURL(await answer.blob()), download: "audit.csv" });
  link.click();
  URL.revokeObjectURL(link.href);
  return say(a("exported"));
}));

// One person's part: name and number must agree, and the person is told.
const person = byId("person");
const who = byId("person-form");
byId("person-open").addEventListener("click", () => person.showModal());
byId("person-close").addEventListener("click", () => person.close());
who.addEventListener("submit", (event) => {
  event.preventDefault();
  window.Yima.clearFaults(who);
  busy(event.submitter, async () => {
    try {
      const found = await post("/audit/people", {
        name: who.elements.name.value.trim(), id_number: who.elements.id_number.value.replace(/\s+/g, "").toUpperCase(),
        reason: who.elements.reason.value,
      });
      sessionStorage.setItem(`audit:${found.resident}`, found.name_masked);
      who.reset();
      person.close();
      go({ resident: found.resident });
    } catch (problem) {
      window.Yima.faults(who, problem);
    }
  });
});

// The seals, and the proof: a few seals a call, so that one sees how far it is.
const box = byId("seals");
const line = (label, value) => h("div", { class: "audit-fact" }, h("span", { class: "hint" }, label), h("strong", {}, value));

async function showSeals() {
  try {
    const now = await get("/audit/seals");
    fill(box, h("div", { class: "audit-facts" },
      line(a("number"), now.number ? count(now.number) : a("none")),
      line(a("sealed_at"), now.sealed_at ? momentWords(now.sealed_at) : a("none")),
      line(a("waiting"), count(now.waiting)),
      line(a("signed"), now.is_signed ? now.key_id : a("unsigned")),
      line(a("heads"), count(now.heads))),
    h("div", { class: "row" }, h("button", { class: "button", type: "button", onclick: (event) => prove(event.currentTarget, now.number) }, a("verify")),
      h("span", { id: "proof", role: "status" })));
  } catch (problem) {
    fill(box, failure(problem, showSeals));
  }
}

function prove(button, total) {
  return busy(button, async () => {
    const said = byId("proof");
    const faults = [];
    let [after, checked, signed] = [0, 0, true];
    try {
      for (;;) {
        const step = await post("/audit/verification", { after });
        faults.push(...step.faults);
        checked += step.entries;
        signed &&= step.is_signed;
        after = step.last;
        said.textContent = a("so_far", { done: count(after), total: count(Math.max(total, after)) });
        if (step.over) break;
      }
    } catch (problem) {
      said.textContent = problem.title || a("export_failed");
      return;
    }
    const verdict = faults.length ? a("broken", { count: count(faults.length) })
      : a(signed ? "whole" : "whole_unsigned", { seals: count(after), entries: count(checked) });
    fill(said, h("strong", { class: faults.length ? "audit-bad" : "audit-good" }, verdict),
      faults.length > 0 && h("ul", {}, faults.slice(0, 20).map((one) => h("li", {}, a("fault", { seal: one.seal || "—", what: one.label })))));
  });
}

load();
showSeals();
