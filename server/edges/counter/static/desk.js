// What the clerk does for whoever showed a code: begin a case, hand corrections in, hand a result over.
// A panel takes the answer's place and stays until it is done or cleared; every field is reached by Tab, Enter submits.

import { formOf, materialsOf } from "./desk_form.js";
import { play } from "./sound.js";
import { screen } from "./screen.js";
import { signedCall } from "./terminal.js";
import { el, icon, say, sayOf, verdict } from "./view.js";

const API = "/counter/api/v1";
const ASK_EVERY = 1_500;
const { call, newKey, busy, faults, grouped } = window.Yima;

const button = (text, kind = "") => el("button", { class: `button ${kind}`.trim(), type: "button" }, text);
const head = (title, note) => el("div", { class: "desk-panel-head" }, el("h3", { tabindex: "-1" }, title), note ? el("p", { class: "muted" }, note) : null);
const trouble = (problem) => el("div", { class: "message message-bad", role: "alert" }, el("strong", {}, problem.title || say("result.failed")), el("p", {}, problem.detail));

/** A panel in the answer's place; whatever was to be cleared by itself stays. */
function panel(...nodes) {
  const own = screen.begin();
  screen.stay();
  screen.show([el("div", { class: "result-body desk-panel" }, ...nodes)]);
  screen.mayClear();
  screen.bringIntoView();
  (screen.find("[data-first]") ?? screen.find("h3"))?.focus();
  return own;
}

function finished(kind, title, text, ...more) {
  screen.begin();
  screen.show([verdict(kind, title), el("div", { class: "result-body desk-panel" }, el("p", { class: "three-what" }, text), ...more)]);
  screen.bringIntoView();
  play(kind === "ok" ? "ok" : "bad");
  screen.clearLater();
}

/** A for B, wherever something is done for somebody who is not there. */
const forWhom = (visit) => visit.holder.acting_label ? el("p", { class: "message message-warn", "data-acting": "" }, el("strong", {}, visit.holder.acting_label)) : null;

const caseLine = (no) => el("p", {}, `${say("result.case_no")} `, el("span", { class: "code" }, grouped(no)));

/** Turns until she has answered on her phone. */
function awaitHer(visit, made) {
  const left = el("span", { class: "ask-figure" });
  const own = panel(
    head(sayOf(visit, "desk.asked"), made.item_name), caseLine(made.case_no),
    el("div", { class: "ask" }, el("div", { class: "ask-dial" }, left), el("div", {}, el("strong", {}, sayOf(visit, "desk.asked_text")), el("p", {}, sayOf(visit, "desk.asked_late")))));
  const timer = setInterval(async () => {
    if (!screen.holds(own)) return clearInterval(timer);
    left.textContent = String(Math.max(0, Math.ceil((Date.parse(made.expires_at) - Date.now()) / 1000)));
    const now = await signedCall("GET", `${API}/applications/${made.id}`).catch(() => null);
    if (!now || now.state === "pending" || !screen.holds(own)) return;
    clearInterval(timer);
    settled(visit, now);
  }, ASK_EVERY);
}

function settled(visit, made) {
  const kind = { confirmed: "ok", refused: "bad", expired: "warn", withdrawn: "bad" }[made.state];
  finished(kind, say(`desk.${made.state}`), sayOf(visit, `desk.${made.state}_text`, { item: made.item_name }), caseLine(made.case_no));
}

async function fill(visit, code) {
  const base = `${API}/visits/${visit.visit_id}`;
  const [item, known] = await Promise.all([call("GET", `/api/v1/items/${encodeURIComponent(code)}`), signedCall("GET", `${base}/prefill?item=${encodeURIComponent(code)}`)]);
  const fields = formOf(item.form, known.values);
  const papers = materialsOf(item.materials, base, fields);
  const phone = el("button", { class: "button button-primary", type: "submit" }, sayOf(visit, "desk.by_phone"));
  const paper = button(sayOf(visit, "desk.by_paper"));
  paper.disabled = !visit.card?.confirmed_at;
  const form = el("form", { class: "stack", novalidate: "" }, el("div", { class: "error-summary", role: "alert", tabindex: "-1", hidden: "" }), fields.node, papers.node,
    el("p", { class: "hint" }, sayOf(visit, "desk.name_of_her")),
    el("div", { class: "row" }, phone, paper), paper.disabled ? el("p", { class: "hint" }, say("desk.paper_needs_card")) : null);
  let keys = { phone: newKey(), paper: newKey() };
  const send = async (way, pressed) => {
    try {
      const body = { item: code, answers: fields.answers(), materials: papers.handed(), way };
      const made = await busy(pressed, signedCall("POST", `${base}/cases`, body, { key: keys[way] }));
      if (made.state === "pending") awaitHer(visit, made);
      else settled(visit, made);
    } catch (problem) {
      if (problem.status && problem.status < 500) keys = { phone: newKey(), paper: newKey() };
      faults(form, problem);
    }
  };
  form.addEventListener("submit", (event) => { event.preventDefault(); send("phone", phone); });
  paper.addEventListener("click", () => send("paper", paper));
  panel(head(item.name, item.department), forWhom(visit), form);
}

function begin(visit) {
  const field = el("input", { id: "desk-search", type: "search", autocomplete: "off", "data-first": "" });
  const list = el("ul", { class: "licence-list", "aria-live": "polite" });
  const form = el("form", { class: "field", role: "search" }, el("label", { for: "desk-search" }, say("desk.search")), el("div", { class: "by-hand" }, field, el("button", { class: "button button-primary", type: "submit" }, say("desk.find"))), el("p", { class: "hint" }, say("desk.search_hint")));
  const search = async () => {
    try {
      const found = await call("GET", `/api/v1/items?limit=12&q=${encodeURIComponent(field.value.trim())}`);
      const written = found.items.filter((one) => one.guide === "full");
      list.replaceChildren(...written.map((one) => {
        const choice = el("button", { class: "button licence-choice", type: "button" }, el("span", {}, one.name), el("span", { class: "muted" }, one.department));
        choice.addEventListener("click", () => fill(visit, one.code).catch((problem) => list.replaceChildren(trouble(problem))));
        return el("li", {}, choice);
      }));
      if (!written.length) list.replaceChildren(el("li", { class: "muted" }, say("desk.none")));
    } catch (problem) {
      list.replaceChildren(trouble(problem));
    }
  };
  form.addEventListener("submit", (event) => { event.preventDefault(); search(); });
  panel(head(say("desk.begin")), forWhom(visit), form, list);
  search();
}

async function correct(visit, step) {
  const base = `${API}/visits/${visit.visit_id}`;
  const asked = await signedCall("GET", `${base}/cases/${step.case_no}`);
  const item = await call("GET", `/api/v1/items/${encodeURIComponent(asked.item)}?version=${asked.item_version}`);
  const targets = new Map(asked.corrections.map((one) => [one.target, one.reason]));
  const sections = item.form.map((section) => ({ ...section, fields: section.fields.filter((one) => targets.has(`field:${one.code}`)).map((one) => ({ ...one, hint: targets.get(`field:${one.code}`), show_if: null })) })).filter((section) => section.fields.length);
  const fields = formOf(sections, {});
  const papers = materialsOf(item.materials.filter((one) => targets.has(`material:${one.code}`)).map((one) => ({ ...one, required: true, show_if: null, note: targets.get(`material:${one.code}`) })), base, fields);
  const submit = el("button", { class: "button button-primary", type: "submit" }, sayOf(visit, "desk.by_paper"));
  submit.disabled = !visit.card?.confirmed_at;
  const form = el("form", { class: "stack", novalidate: "" }, el("div", { class: "error-summary", role: "alert", tabindex: "-1", hidden: "" }), fields.node, papers.node, submit, submit.disabled ? el("p", { class: "hint" }, say("desk.paper_needs_card")) : null);
  let key = newKey();
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    try {
      await busy(submit, signedCall("POST", `${base}/corrections`, { case_no: step.case_no, answers: fields.answers(), materials: papers.handed() }, { key }));
      finished("ok", say("desk.corrected"), say("desk.corrected_text", { item: asked.item_name }), caseLine(step.case_no));
    } catch (problem) {
      if (problem.status && problem.status < 500) key = newKey();
      faults(form, problem);
    }
  });
  panel(head(say("desk.correct"), asked.item_name), form);
}

async function print(path) {
  const address = URL.createObjectURL(await signedCall("GET", path, null, { as: "blob" }));
  const frame = el("iframe", { src: address, class: "visually-hidden", title: say("desk.receipt"), "aria-hidden": "true" });
  frame.addEventListener("load", () => { frame.contentWindow.print(); setTimeout(() => { URL.revokeObjectURL(address); frame.remove(); }, 60_000); });
  document.body.append(frame);
}

function handOver(visit, step) {
  const base = `${API}/visits/${visit.visit_id}`;
  const sure = button(sayOf(visit, "desk.hand_over_do"), "button-primary");
  const fault = el("div", {});
  const key = newKey();
  sure.setAttribute("data-first", "");
  sure.addEventListener("click", async () => {
    try {
      const done = await busy(sure, signedCall("POST", `${base}/handovers`, { case_no: step.case_no }, { key }));
      const receipt = button(say("desk.print"), "button-primary");
      receipt.addEventListener("click", () => print(`${base}/cases/${done.case_no}/documents/${encodeURIComponent(done.document_no)}`).catch((problem) => receipt.after(trouble(problem))));
      finished("ok", say("desk.handed_over"), sayOf(visit, "desk.handed_over_text"), caseLine(done.case_no), receipt);
    } catch (problem) {
      fault.replaceChildren(trouble(problem));
    }
  });
  const compared = visit.pictures.some((one) => one.code === "portrait") || visit.card?.confirmed_at;
  panel(head(sayOf(visit, "desk.hand_over"), step.detail), forWhom(visit), caseLine(step.case_no), compared ? null : el("div", { class: "message message-warn" }, el("strong", {}, say("seeing.not_compared")), el("p", {}, say("desk.compare_first"))), el("p", {}, sayOf(visit, "desk.hand_over_text")), sure, fault);
}

const PANELS = { begin, correct, hand_over: handOver };

/** The button of a next step that is done here, or null where it is done elsewhere. */
export function deskStep(visit, step) {
  const open = PANELS[step.action];
  if (!open) return null;
  const node = el("button", { class: "button button-primary", type: "button", "data-step": step.action }, icon("arrow"), step.label);
  node.addEventListener("click", async () => {
    try {
      await open(visit, step);
    } catch (problem) {
      panel(head(step.label), trouble(problem));
    }
  });
  return node;
}
