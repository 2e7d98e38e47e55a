// One list: its rows as the sheet counts them, the error in the cell, put right where it stands.
import { get, put, query, remove } from "./api.js";
import { busy, byId, complain, failure, fill, h, quiet, say } from "./dom.js";
import { count, facts, t } from "./words.js";

const id = facts.list;
let list = null;
let only = "bad";

function head() {
  fill(byId("head"), h("p", {}, h("span", { class: "badge badge-ok" }, t("list_good", { good: count(list.total - list.bad) })), " ",
    list.bad > 0 && h("span", { class: "badge badge-warn" }, t("list_bad", { bad: count(list.bad) }))),
  h("div", { class: "console-buttons" },
    h("a", { class: "button button-primary", href: `/console/campaigns/new?list=${id}` }, t("list_use")),
    list.bad > 0 && h("a", { class: "button", href: `/console/api/v1/people-lists/${id}/bad-rows`, download: "bad-rows.csv" }, t("bad_download")),
    h("button", { type: "button", class: "button", onclick: (event) => busy(event.target, async () => {
      try { await remove(`/people-lists/${id}`); location.assign("/console/lists"); } catch (problem) { complain(problem); }
    }) }, t("list_discard"))),
  h("div", { class: "tabs", role: "group" }, ["bad", "all"].map((name) => h("button", { type: "button", "aria-pressed": String(only === name),
    "aria-current": only === name ? "page" : null, onclick: () => { only = name; load(); } }, t(`rows_${name}`)))));
}

function row(one) {
  if (!one.fault_code) { // right, and masked: there is nothing to put right
    return h("tr", {}, h("th", { scope: "row" }, count(one.line)), one.cells.map((cell) => h("td", {}, cell)), h("td", {}), h("td", {}));
  }
  const inputs = list.columns.map((name, place) => h("input", { id: `cell-${one.line}-${place}`, value: one.cells[place], maxlength: "500", autocomplete: "off", "aria-label": `${t("row_line")} ${one.line} ${name}`,
    "aria-invalid": one.fault_code && one.column === name ? "true" : null }));
  const save = h("button", { type: "button", class: "button", onclick: () => busy(save, async () => {
    quiet();
    try {
      const now = await put(`/people-lists/${id}/rows/${one.line}`, { cells: inputs.map((input) => input.value) });
      say(now.fault ? t("row_still", { line: now.line, fault: now.fault }) : t("row_saved", { line: now.line }));
      element.replaceWith(row(now));
      list = await get(`/people-lists/${id}`);
      head();
    } catch (problem) {
      complain(problem);
    }
  }) }, t("row_save"));
  const element = h("tr", { class: one.fault_code ? "row-bad" : null }, h("th", { scope: "row" }, count(one.line)),
    inputs.map((input) => h("td", {}, input)), h("td", { class: "row-fault" }, one.fault ? `${one.fault}（${one.column}）` : ""), h("td", {}, save));
  return element;
}

/** Reads a page of rows on; those above stay as they stand, with what is being typed in them. `sheet`: what one look
 * at the list shows, so that a late answer never gets into the next one. */
async function readOn(sheet, after) {
  try {
    const page = await get(`/people-lists/${id}/rows${query({ only: sheet.only, after: after || "" })}`);
    sheet.body.append(...page.rows.map(row));
    const next = h("button", { type: "button", class: "button", onclick: () => busy(next, () => readOn(sheet, page.next_after)) }, t("more"));
    fill(sheet.more, page.next_after && next);
  } catch (problem) {
    if (!after) throw problem;
    fill(sheet.more, failure(problem, () => readOn(sheet, after)));
  }
}

let shown = null;

async function load() {
  const sheet = shown = { body: h("tbody", {}), more: h("div", { class: "console-more" }) };
  try {
    list = await get(`/people-lists/${id}`);
    if (only === "bad" && !list.bad) only = "all";
    head();
    sheet.only = only;
    await readOn(sheet, 0);
    if (sheet !== shown) return;
    fill(byId("rows"), sheet.body.children.length ? h("div", { class: "sheet", tabindex: "0" }, h("table", {}, h("thead", {}, h("tr", {}, h("th", { scope: "col" }, t("row_line")),
      list.columns.map((name) => h("th", { scope: "col" }, name)), h("th", { scope: "col" }, t("row_fault")), h("th", {}))), sheet.body))
      : h("p", { class: "card hint" }, t("rows_none")), sheet.more);
  } catch (problem) {
    if (sheet === shown) fill(byId("rows"), failure(problem, load));
  }
}

load();
