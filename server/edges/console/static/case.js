// One case: read it, then decide. What was typed outlives a reload of the data; a stale page never overwrites.
import { get, newKey, post } from "./api.js";
import { actionItem, bodyOf, faults, forget, openForm } from "./case_actions.js";
import { answersCard, card, clockCard, decisionCard, documentsCard, isShut, materialsCard, timelineCard } from "./case_parts.js";
import { busy, byId, complain, failure, fill, h, light, quiet, say } from "./dom.js";
import { fullView, mayViewFull } from "./full_view.js";
import { dateWords, facts, grouped, t } from "./words.js";

const place = byId("case");
const caseNo = facts.case;
const drafts = {};
let detail = null;
let key = newKey();

function head() {
  const next = detail.next || {};
  return h("header", { class: "case-head" }, h("h1", {}, detail.item.name),
    h("p", { class: "case-line" }, h("span", { class: "code" }, grouped(detail.case_no)), h("strong", {}, detail.status_label), light(detail.light)),
    next.who && h("p", { class: "case-line case-next" }, h("span", { class: "hint" }, t("who_next")), h("span", {}, next.who), next.what && h("span", {}, next.what),
      next.by && h("strong", {}, t("due", { date: dateWords(next.by) }), next.provisional && h("span", { class: "mark", title: t("provisional_why") }, t("provisional")))),
    h("p", { class: "hint case-line" }, detail.applicant && h("span", {}, `${t("applicant")} ${detail.applicant.name_masked || detail.applicant}`),
      detail.applicant?.phone_masked && h("span", {}, detail.applicant.phone_masked),
      detail.item.department && h("span", {}, detail.item.department), h("span", {}, t("submitted_at", { date: dateWords(detail.submitted_at) }))),
    mayViewFull && whole());
}

// Kept while the page shows the same case, so that another handler's step does not take it away from under one's eyes.
let wholeView = null;
function whole() {
  const values = facts.values ? ["name", "id_number", "phone", ...(detail.answers.some(({ masked }) => masked) ? ["answers"] : [])] : [];
  const offered = [...values, ...(detail.papers.access === "in_hand" ? [] : ["papers"])];
  if (!offered.length) return null;
  const options = { until: detail.papers.until, given: reopened, title: values.length ? "open" : "ask" };
  wholeView ||= fullView(`/cases/${encodeURIComponent(caseNo)}/full-view`, offered, "whole", options);
  return wholeView;
}

// A reason was given: what was closed opens, and the very thing that was wanted is next.
let wanted = "";
async function reopened() {
  if (!isShut(detail)) return;
  await load();
  if (wanted) document.getElementById(wanted)?.focus();
  wanted = "";
}

function askFirst(id) {
  wanted = id;
  whole()?.ask(["papers"]);
}

function actionsCard() {
  if (!detail.actions.length) return card(t("actions"), h("p", { class: "hint" }, t("actions_none")));
  return card(t("actions"), h("ul", { class: "case-actions" }, detail.actions.map((action) => actionItem(action, detail, drafts, send))));
}

function show() {
  fill(place, head(), h("div", { class: "case-body" },
    h("div", { class: "case-side" }, actionsCard(), clockCard(detail), documentsCard(detail, askFirst)),
    h("div", { class: "case-main" }, decisionCard(detail), answersCard(detail), materialsCard(detail, askFirst), timelineCard(detail))));
}

async function load() {
  detail = await get(`/cases/${encodeURIComponent(caseNo)}`);
  show();
}

async function send(action, button) {
  quiet();
  const missing = faults(action, detail, drafts);
  if (missing.length) {
    openForm(action);
    complain({ title: t("errors_title") }, missing);
    return;
  }
  await busy(button, async () => {
    try {
      await post(`/cases/${encodeURIComponent(caseNo)}/transitions`, bodyOf(action, detail, drafts), { key });
      forget(action, drafts);
      say(t("done", { label: action.label }));
      await load();
      document.getElementById("main").focus();
    } catch (problem) {
      key = newKey();
      if (problem.code === "changed-meanwhile" || problem.code === "wrong-state") {
        await load().catch(() => {});
        complain({ title: problem.title, detail: t("stale") });
      } else {
        complain(problem, (problem.errors || []).map((fault) => ({ id: `opinion-${action.action}`, text: fault.message })));
      }
      return;
    }
    key = newKey();
  });
}

// Another handler's step shows within 15 seconds, unless something is being written here.
async function refresh() {
  if (document.hidden || !detail || place.contains(document.activeElement)) return;
  try {
    const newer = await get(`/cases/${encodeURIComponent(caseNo)}`);
    if (newer.version !== detail.version) {
      detail = newer;
      show();
    }
  } catch { /* the next round tries again */ }
}

const start = () => load().catch((problem) => fill(place, failure(problem, start)));
setInterval(refresh, 15000);
start();
