// One template: its words with the lengths of every channel, what a change would break, versions, approvals, uses.
import { get, newKey, post, put, remove } from "./api.js";
import { stateMark } from "./campaign_words.js";
import { busy, byId, complain, fill, h, quiet, say } from "./dom.js";
import { stateBadge } from "./templates.js";
import { count, facts, momentWords, t } from "./words.js";

const form = byId("words");
let id = facts.template || "";
let ticket = 0;
let timer = 0;
let key = newKey();
const KINDS = ["sms_template", "wechat_template", "oa_template", "alipay_template"];
const body = () => ({ name: form.name.value.trim(), category: form.category.value, title: form.title.value.trim(), body: form.body.value.trim(),
  elder_title: form.elder_title.value.trim(), elder_body: form.elder_body.value.trim() });

async function look() {
  ticket += 1;
  const mine = ticket;
  const words = body();
  try {
    const found = await post("/notice-templates/check", { title: words.title, body: words.body, template: id || null });
    if (mine !== ticket) return;
    fill(byId("measures"), h("ul", { class: "measures" }, found.measures.map((one) => h("li", { class: one.fits ? null : "measure-over" },
      h("span", {}, t(`measure_${one.channel}_${one.field}`)), h("span", {}, `${count(one.used)} / ${count(one.most)}`),
      h("progress", { max: one.most, value: Math.min(one.used, one.most), class: one.fits ? null : "over", "aria-label": t(`measure_${one.channel}_${one.field}`) })))),
    h("p", {}, found.placeholders.length ? t("placeholders_used", { names: found.placeholders.map((name) => `((${name}))`).join(t("and")) }) : t("placeholders_none"),
      found.parts ? ` · ${t("parts_only", { parts: found.parts })}` : ""),
    found.added.length > 0 && h("p", { class: "message message-warn" }, t("template_breaks", { names: found.added.map((name) => `((${name}))`).join(t("and")) })),
    found.removed.length > 0 && h("p", { class: "message message-info" }, t("template_loses", { names: found.removed.map((name) => `((${name}))`).join(t("and")) })));
  } catch (problem) {
    if (mine === ticket) fill(byId("measures"), h("p", { class: "message message-bad" }, problem.detail || problem.title));
  }
}

function approvals(found) {
  const at = (name, element) => [h("label", { for: name }, t(name.replace("-", "_"))), element];
  const kind = h("select", { id: "approval-kind" }, KINDS.map((name) => h("option", { value: name }, t(`kind_${name}`))));
  const state = h("select", { id: "approval-state" }, ["waiting", "approved", "refused", "not_asked"].map((name) => h("option", { value: name }, t(`state_${name}`))));
  const code = h("input", { id: "approval-code", maxlength: "64", autocomplete: "off" });
  const note = h("input", { id: "approval-note", maxlength: "200", autocomplete: "off" });
  const version = h("select", { id: "approval-version" }, found.versions.map((one) => h("option", { value: String(one.number) }, t("template_version", { version: one.number }))));
  return [found.approvals.length ? h("ul", { class: "findings" }, found.approvals.map((one) => h("li", { class: "approval-line" },
    h("strong", {}, t(`kind_${one.kind}`)), h("span", {}, t("template_version", { version: one.version })), stateBadge(one.state), one.code && h("span", { class: "code" }, one.code),
    one.note && h("span", {}, one.note), h("span", { class: "hint" }, `${one.updated_by} · ${momentWords(one.updated_at)}`)))) : h("p", { class: "hint" }, t("approvals_none")),
  facts.readonly ? null : h("details", {}, h("summary", {}, t("approval_save")), h("form", { class: "approval-form", novalidate: true, onsubmit: (event) => {
    event.preventDefault();
    busy(event.submitter, async () => {
      quiet();
      try {
        show(await put(`/notice-templates/${id}/approvals`, { kind: kind.value, version: Number(version.value), code: code.value.trim(), state: state.value, note: note.value.trim() }));
        say(t("approval_saved"));
      } catch (problem) { complain(problem); }
    });
  } }, at("approval-kind", kind), at("approval-version", version), at("approval-state", state), at("approval-code", code), at("approval-note", note),
  h("button", { class: "button", type: "submit" }, t("approval_save"))))];
}

function show(found) {
  byId("elder").open = Boolean(found.elder_body);
  for (const name of ["name", "title", "body", "category", "elder_title", "elder_body"]) form[name].value = found[name];
  for (const part of [byId("standing"), ...document.querySelectorAll("[data-saved]")]) part.hidden = false;
  fill(byId("standing"), h("p", {}, h("span", { class: "badge" }, t("template_version", { version: found.version })), " ", found.frozen && h("span", { class: "hint" }, t("template_frozen"))),
    h("div", { class: "console-buttons" }, h("a", { class: "button button-primary", href: `/console/campaigns/new?template=${found.id}` }, t("template_use")),
      facts.readonly ? null : h("button", { type: "button", class: "button", onclick: (event) => busy(event.target, putAway) }, t("template_discard"))));
  fill(byId("versions"), h("ol", { class: "versions" }, found.versions.map((one) => h("li", {}, h("p", {}, h("strong", {}, t("template_version", { version: one.number })), " ",
    h("span", { class: "hint" }, `${one.author} · ${momentWords(one.created_at)}`)), h("p", {}, one.title), h("blockquote", { class: "approval-body" }, one.body),
    one.elder_body && h("p", { class: "hint" }, one.elder_title), one.elder_body && h("blockquote", { class: "approval-body" }, one.elder_body)))));
  fill(byId("uses"), found.used_by.length ? h("ul", { class: "findings" }, found.used_by.map((one) => h("li", { class: "approval-line" },
    h("a", { href: `/console/campaigns/${one.id}` }, one.title), stateMark(one.state), h("span", { class: "hint" }, t("template_version", { version: one.version }))))) : h("p", { class: "hint" }, t("uses_none")));
  fill(byId("approvals"), approvals(found));
}

async function putAway() {
  quiet();
  try {
    await remove(`/notice-templates/${id}`);
    fill(byId("standing"), h("p", {}, t("template_discarded")), h("button", { type: "button", class: "button", onclick: (event) => busy(event.target, takeBack) }, t("undo")));
  } catch (problem) {
    complain(problem);
  }
}

async function takeBack() {
  quiet();
  try {
    await post(`/notice-templates/${id}/restoration`, {});
    show(await get(`/notice-templates/${id}`));
  } catch (problem) {
    complain(problem);
  }
}

form.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(look, 350); });
form.addEventListener("submit", (event) => {
  event.preventDefault();
  busy(form.querySelector('[type="submit"]'), async () => {
    quiet();
    try {
      if (id) show(await put(`/notice-templates/${id}`, body()));
      else {
        const made = await post("/notice-templates", body(), { key });
        id = made.id;
        key = newKey();
        history.replaceState({}, "", `/console/templates/${id}`);
        show(await get(`/notice-templates/${id}`));
      }
      say(t("template_saved"));
      look();
    } catch (problem) {
      complain(problem, (problem.errors || []).map((fault) => ({ id: fault.field.split(".").pop(), text: fault.message })));
    }
  });
});

if (facts.readonly) for (const field of form.elements) field.disabled = true;
if (id) get(`/notice-templates/${id}`).then((found) => { show(found); look(); }, complain);
else look();
