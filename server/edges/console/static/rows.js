// One case in a list: which, what, who, how it stands and by when.
import { h, light } from "./dom.js";
import { dateWords, grouped, t } from "./words.js";

export function due(row) {
  if (!row.due) return h("span", { class: "hint" }, t("no_due"));
  return h("span", {}, t("due", { date: dateWords(row.due) }),
    row.provisional && h("span", { class: "mark", title: t("provisional_why") }, t("provisional")));
}

export function caseRow(row) {
  return h("li", { class: `case-row case-${row.light}` },
    h("a", { href: `/console/cases/${encodeURIComponent(row.case_no)}` },
      h("span", { class: "case-item" }, row.item_name),
      h("span", { class: "case-no code" }, grouped(row.case_no)),
      h("span", { class: "case-applicant" }, row.applicant_masked),
      h("span", { class: "case-status" }, row.status_label),
      h("span", { class: "case-light" }, light(row.light)),
      h("span", { class: "case-due" }, due(row)),
      h("span", { class: "case-handler" }, row.handler ? t("handler", { name: row.handler }) : t("handler_none"))));
}

export const caseList = (rows) => h("ul", { class: "case-list" }, rows.map(caseRow));
