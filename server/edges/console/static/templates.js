// Templates and signatures: what is there, which version, what vendors have said.
import { get, put, query } from "./api.js";
import { busy, byId, complain, empty, failure, fill, h, quiet, say } from "./dom.js";
import { facts, momentWords, t } from "./words.js";

const TONES = { approved: "ok", waiting: "info", refused: "bad", not_asked: "none" };
export const stateBadge = (state) => h("span", { class: `badge badge-${TONES[state]}` }, t(`state_${state}`));

const row = (one) => h("li", { class: "case-row" }, h("a", { href: `/console/templates/${one.id}` },
  h("span", { class: "case-item" }, one.name), h("span", { class: "case-light" }, h("span", { class: "badge" }, t("template_version", { version: one.version }))),
  h("span", { class: "case-no" }, one.title), h("span", { class: "case-due" }, one.placeholders.length ? t("placeholders_used", { names: one.placeholders.join(t("and")) }) : t("placeholders_none")),
  h("span", { class: "case-handler" }, `${one.author} · ${momentWords(one.updated_at)}`)));

function signatures(answer) {
  const label = h("input", { id: "signature", maxlength: "60", autocomplete: "off" });
  const state = h("select", { id: "signature-state" }, Object.keys(TONES).map((name) => h("option", { value: name }, t(`state_${name}`))));
  const note = h("input", { id: "signature-note", maxlength: "200", autocomplete: "off" });
  fill(byId("signatures"), answer.signatures.length ? h("ul", { class: "findings" }, answer.signatures.map((one) => h("li", { class: "approval-line" },
    h("strong", {}, `【${one.label}】`), stateBadge(one.state), one.note && h("span", {}, one.note), h("span", { class: "hint" }, `${one.updated_by} · ${momentWords(one.updated_at)}`))))
    : h("p", { class: "hint" }, t("approvals_none")),
  facts.readonly ? null : h("details", {}, h("summary", {}, t("approval_save")), h("form", { class: "approval-form", novalidate: true, onsubmit: (event) => {
    event.preventDefault();
    busy(event.submitter, async () => {
      quiet();
      try {
        signatures(await put("/sms-signatures", { kind: "sms_signature", label: label.value.trim(), state: state.value, note: note.value.trim() }));
        say(t("approval_saved"));
      } catch (problem) { complain(problem, (problem.errors || []).map((fault) => ({ id: "signature", text: fault.message }))); }
    });
  } }, h("label", { for: "signature" }, t("signature_label")), label, h("label", { for: "signature-state" }, t("approval_state")), state,
  h("label", { for: "signature-note" }, t("approval_note")), note, h("button", { class: "button", type: "submit" }, t("approval_save")))));
}

let shown = [];

async function load(cursor = "") {
  try {
    const answer = await get(`/notice-templates${query({ cursor })}`);
    shown = cursor ? [...shown, ...answer.templates] : answer.templates;
    fill(byId("templates"), shown.length ? h("ul", { class: "case-list" }, shown.map(row)) : empty(t("templates_none_title"), t("templates_none_body")),
      answer.next_cursor && h("p", { class: "console-more" }, h("button", { class: "button", type: "button", onclick: () => load(answer.next_cursor) }, t("more"))));
    if (!cursor) signatures(answer);
  } catch (problem) {
    fill(byId("templates"), failure(problem, () => load()));
  }
}

if (byId("templates")) load();
