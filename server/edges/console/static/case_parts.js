// The parts of one case that are read: answers, materials, time limits, documents, what happened.
import { h } from "./dom.js";
import { f } from "./full_view.js";
import { dateWords, momentWords, t } from "./words.js";

const card = (title, ...content) => h("section", { class: "card" }, h("h2", {}, title), content);
const api = (caseNo, rest) => `/console/api/v1/cases/${encodeURIComponent(caseNo)}/${rest}`;

export function answersCard(detail) {
  if (!detail.answers.length) return card(t("answers"), h("p", { class: "hint" }, t("answers_none")));
  return card(t("answers"), h("dl", { class: "facts" }, detail.answers.map((answer) =>
    [h("dt", {}, answer.label), h("dd", {}, String(answer.shown ?? answer.value ?? "—"))])));
}

// Pictures are drawn as pictures; anything else gets a frame that may run nothing and reach nothing.
function viewer(caseNo, material) {
  const source = api(caseNo, `files/${encodeURIComponent(material.file_id)}`);
  const frame = material.media_type.startsWith("image/")
    ? h("img", { src: source, alt: material.name, class: "material-picture" })
    : h("iframe", { src: source, title: material.name, class: "material-frame", referrerpolicy: "no-referrer" });
  return h("div", { class: "material-view" }, frame,
    h("p", {}, h("a", { href: source, target: "_blank", rel: "noopener noreferrer" }, t("new_tab"))));
}

const kind = ({ media_type: type }) => (type === "application/pdf" ? "PDF" : type.replace("image/", "").toUpperCase());

function size(bytes) {
  return bytes >= 1048576 ? `${(bytes / 1048576).toFixed(1)} MB` : `${Math.max(1, Math.round(bytes / 1024))} KB`;
}

// What is not in one's hands needs a reason first, and again when its time is over: the button leads there then.
export const isShut = ({ papers: { access, until } }) => access === "reason_needed" || (access === "opened" && Date.parse(until) <= Date.now());
const asking = (id, label, ask) => h("button", { class: "button", type: "button", id, "aria-label": f("ask_one_label", { name: label }), onclick: () => ask(id) }, f("ask_one"));
const askHint = (detail) => isShut(detail) && h("p", { class: "hint" }, f("ask_hint"));

export function materialsCard(detail, ask) {
  if (!detail.materials.length) return card(t("materials"), h("p", { class: "hint" }, t("materials_none")));
  return card(t("materials"), askHint(detail), h("ul", { class: "materials" }, detail.materials.map((material) => {
    const id = `file-${material.file_id}`;
    if (isShut(detail)) {
      return h("li", {}, h("div", { class: "material-line" }, h("span", {}, h("strong", {}, material.name),
        h("span", { class: "hint" }, ` ${kind(material)} · ${size(material.size)}`)), asking(id, material.name, ask)));
    }
    const place = h("div", {});
    const button = h("button", { class: "button", type: "button", id, "aria-expanded": "false", "aria-label": `${t("view")} ${material.name}`, onclick: () => {
      if (isShut(detail)) return ask(id);
      const open = place.childElementCount === 0;
      place.replaceChildren(...(open ? [viewer(detail.case_no, material)] : []));
      button.setAttribute("aria-expanded", String(open));
      button.textContent = t(open ? "hide" : "view");
      return undefined;
    } }, t("view"));
    return h("li", {}, h("div", { class: "material-line" }, h("span", {}, h("strong", {}, material.name),
      h("span", { class: "hint" }, ` ${material.file_name} · ${size(material.size)}`)), button), place);
  })));
}

function bar(label, used, days, due, provisional, clock) {
  const part = days > 0 ? Math.min(100, Math.round((used / days) * 100)) : 0;
  const words = t(clock.unit === "day" ? "used_days" : "used", { used, days });
  return h("div", { class: "bar-limit" },
    h("div", { class: "bar-words" }, h("strong", {}, label), h("span", {}, words),
      due && h("span", { class: "bar-due" }, t("due", { date: dateWords(due) }),
        provisional && h("span", { class: "mark", title: t("provisional_why") }, t("provisional")))),
    h("progress", { max: "100", value: part, class: used > days ? "over" : part >= 80 ? "near" : "", "aria-label": `${label} ${words}` }));
}

export function clockCard(detail) {
  const clock = detail.clock;
  const running = clock.state !== "not_started" && (clock.promised_due || clock.legal_due);
  return card(t("clock"),
    clock.state === "not_started" && h("p", { class: "hint" }, t("clock_not_started")),
    clock.state === "paused" && h("p", { class: "light light-paused" }, t("clock_paused")),
    clock.state === "stopped" && h("p", { class: "hint" }, t("clock_stopped")),
    running && clock.promised_days && bar(t("promised"), clock.used_days, clock.promised_days, clock.promised_due, clock.promised_provisional, clock),
    running && clock.legal_days && bar(t("legal"), clock.used_days, clock.legal_days, clock.legal_due, clock.legal_provisional, clock),
    clock.explanation.length > 0 && h("details", {}, h("summary", {}, t("why_date")),
      h("ul", {}, clock.explanation.map((line) => h("li", {}, line)))));
}

export function documentsCard(detail, ask) {
  if (!detail.documents.length) return card(t("documents"), h("p", { class: "hint" }, t("documents_none")));
  return card(t("documents"), askHint(detail), h("ul", { class: "papers" }, detail.documents.map((paper) => {
    const id = `paper-${paper.document_no}`;
    const link = h("a", { id, href: api(detail.case_no, `documents/${encodeURIComponent(paper.document_no)}`), target: "_blank", rel: "noopener noreferrer", onclick: (event) => {
      if (!isShut(detail)) return;
      event.preventDefault();
      ask(id);
    } }, paper.title);
    return h("li", {}, isShut(detail) ? h("strong", {}, paper.title) : link, h("span", { class: "code hint" }, paper.document_no),
      h("span", { class: "hint" }, dateWords(paper.issued_on)), isShut(detail) && asking(id, paper.title, ask));
  })));
}

export function timelineCard(detail) {
  return card(t("timeline"), h("ol", { class: "timeline" },
    detail.timeline.map((line) => h("li", {}, h("div", { class: "timeline-line" },
      h("strong", {}, line.label), line.actor && h("span", { class: "hint" }, line.actor), h("time", { datetime: line.at }, momentWords(line.at))),
    line.note && h("p", {}, line.note))),
    (detail.ahead || []).map((label) => h("li", { class: "ahead" }, h("span", {}, label)))));
}

// What was proposed, so that the second person decides on the same words.
export function decisionCard(detail) {
  if (!detail.decision) return null;
  const { outcome, text } = detail.decision;
  return card(t(detail.status === "proposed" ? "proposal" : "decision"), outcome && h("p", {}, h("strong", {}, t(`outcome_${outcome}`))), h("p", {}, text));
}

export { card };
