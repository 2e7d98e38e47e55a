// What a handler may do with this case now: a button that says what follows, and the form it needs.
import { byId, h } from "./dom.js";
import { has, t } from "./words.js";

function needsOf(action) {
  return action.needs || [];
}

function opinionField(action, drafts) {
  const id = `opinion-${action.action}`;
  return h("div", {}, h("label", { for: id }, t("opinion")), h("p", { class: "hint", id: `${id}-hint` }, t("opinion_hint")),
    h("textarea", { id, rows: "3", maxlength: "500", "aria-describedby": `${id}-hint`, value: drafts[id] || "",
      oninput: (event) => { drafts[id] = event.target.value; } }));
}

function outcomeField(action, drafts) {
  const id = `outcome-${action.action}`;
  return h("fieldset", { id, tabindex: "-1" }, h("legend", {}, t("outcome")), ["grant", "refuse"].map((value) =>
    h("label", { class: "choice" }, h("input", { type: "radio", name: id, value, checked: drafts[id] === value,
      onchange: () => { drafts[id] = value; } }), ` ${t(`outcome_${value}`)}`)));
}

// Everything that may be asked for: each answer and each material of the item, whether given or not.
export function targets(detail) {
  if (detail.correctable?.length) return detail.correctable;
  return [...detail.answers.map((answer) => ({ target: `field:${answer.code}`, label: answer.label })),
    ...detail.materials.map((material) => ({ target: `material:${material.code}`, label: material.name }))];
}

function correctionField(detail, drafts, update) {
  drafts.corrections ||= {};
  return h("fieldset", { id: "corrections", tabindex: "-1", class: "corrections" }, h("legend", {}, t("correction_title")),
    h("p", { class: "hint" }, t("correction_hint")), targets(detail).map(({ target, label }, index) => {
      const chosen = () => Object.hasOwn(drafts.corrections, target);
      const id = `reason-${index}`;
      const reason = h("textarea", { id, rows: "2", maxlength: "300", value: drafts.corrections[target] || "",
        oninput: (event) => { drafts.corrections[target] = event.target.value; } });
      const box = h("div", { class: "correction-reason", hidden: !chosen() }, h("label", { for: id }, t("correction_reason", { label })), reason);
      return h("div", { class: "correction" }, h("label", { class: "choice" }, h("input", { type: "checkbox", checked: chosen(), onchange: (event) => {
        if (event.target.checked) drafts.corrections[target] = reason.value;
        else delete drafts.corrections[target];
        box.hidden = !event.target.checked;
        update();
        if (event.target.checked) reason.focus();
      } }), ` ${label}`), box);
    }));
}

// What is still missing before this action may be sent, as links to the fields.
export function faults(action, detail, drafts) {
  const found = [];
  const needs = needsOf(action);
  if (needs.includes("outcome") && !drafts[`outcome-${action.action}`]) found.push({ id: `outcome-${action.action}`, text: t("outcome_needed") });
  if (needs.includes("opinion") && !(drafts[`opinion-${action.action}`] || "").trim()) found.push({ id: `opinion-${action.action}`, text: t("opinion_needed") });
  if (needs.includes("corrections")) {
    const chosen = drafts.corrections || {};
    if (!Object.keys(chosen).length) found.push({ id: "corrections", text: t("correction_none") });
    targets(detail).forEach(({ target, label }, index) => {
      if (Object.hasOwn(chosen, target) && !chosen[target].trim()) found.push({ id: `reason-${index}`, text: t("correction_reason_needed", { label }) });
    });
  }
  return found;
}

export function bodyOf(action, detail, drafts) {
  const body = { action: action.action, version: detail.version };
  const opinion = (drafts[`opinion-${action.action}`] || "").trim();
  if (opinion) body.opinion = opinion;
  if (needsOf(action).includes("outcome")) body.outcome = drafts[`outcome-${action.action}`];
  if (needsOf(action).includes("corrections")) {
    body.corrections = targets(detail).filter(({ target }) => Object.hasOwn(drafts.corrections, target))
      .map(({ target }) => ({ target, reason: drafts.corrections[target].trim() }));
  }
  return body;
}

// What was sent is no draft any more; what was typed for another step still is.
export function forget(action, drafts) {
  for (const name of [`opinion-${action.action}`, `outcome-${action.action}`, "open"]) delete drafts[name];
  if (needsOf(action).includes("corrections")) delete drafts.corrections;
}

const consequence = (action) => [has(`what_${action.action}`) && h("span", {}, t(`what_${action.action}`)),
  has(`doc_${action.action}`) && h("span", { class: "issues" }, t("issues", { document: t(`doc_${action.action}`) }))];

export function actionItem(action, detail, drafts, send) {
  const needs = needsOf(action);
  const button = (label) => h("button", { type: "submit", class: action.primary ? "button button-primary" : "button" }, label);
  const submit = (event) => {
    event.preventDefault();
    send(action, event.submitter || event.target.querySelector("button"));
  };
  if (!needs.length) {
    return h("li", {}, h("form", { novalidate: true, onsubmit: submit, class: "action-plain" }, button(action.label), h("p", { class: "hint" }, consequence(action))));
  }
  const last = button(action.label);
  const update = () => {
    if (needs.includes("corrections")) last.textContent = t("correction_send", { count: Object.keys(drafts.corrections || {}).length });
  };
  const form = h("form", { novalidate: true, onsubmit: submit, class: "action-form" },
    needs.includes("outcome") && outcomeField(action, drafts), needs.includes("corrections") && correctionField(detail, drafts, update),
    needs.includes("opinion") && opinionField(action, drafts), last);
  update();
  return h("li", {}, h("details", { id: `action-${action.action}`, open: drafts.open === action.action, ontoggle: (event) => {
    if (event.target.open) drafts.open = action.action;
    else if (drafts.open === action.action) drafts.open = "";
  } }, h("summary", { class: action.primary ? "button button-primary" : "button" }, action.label), h("p", { class: "hint" }, consequence(action)), form));
}

export function openForm(action) {
  const form = byId(`action-${action.action}`);
  if (form) form.open = true;
}
