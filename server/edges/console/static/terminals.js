// The counters' devices: invite, change, unlock, withdraw. The one-time code is shown once, large.
import { get, newKey, post, put, query, remove } from "./api.js";
import { busy, byId, complain, empty, fill, h, quiet, say as toast } from "./dom.js";
import { count, facts, momentWords, timeWords } from "./words.js";
import { worklist } from "./worklist.js";

const labels = JSON.parse(facts.labels);
const purposes = JSON.parse(facts.purposes);
const usual = JSON.parse(facts.usual);
const t = (key, filling = {}) => (labels[key] ?? key).replace(/\{(\w+)\}/g, (_, name) => String(filling[name] ?? ""));
const LIMITS = ["scans_per_minute", "failures", "lock_seconds"];

async function act(button, work) {
  await busy(button, async () => {
    quiet();
    try {
      await work();
    } catch (problem) {
      complain(problem, problem.errors.map((one) => ({ id: byId(`${button.dataset.form}-${one.field}`) ? `${button.dataset.form}-${one.field}` : button.dataset.form, text: one.message })));
    }
  });
}

const field = (id, name, value, hint, attributes = {}) => h("div", { class: "field" }, h("label", { for: `${id}-${name}` }, t(name)),
  h("input", { id: `${id}-${name}`, name, value: value ?? "", maxlength: "64", "aria-describedby": hint && `${id}-${name}-hint`, ...attributes }),
  hint && h("p", { class: "hint", id: `${id}-${name}-hint` }, hint));

/** The form of a device; `send` gets what was filled in. */
function form(id, given, button, send) {
  const submit = h("button", { class: "button button-primary", type: "submit" }, button);
  submit.dataset.form = id;
  const chosen = given.purposes ?? purposes.map(([code]) => code);
  const element = h("form", { id, class: "stack", novalidate: true, onsubmit: (event) => {
    event.preventDefault();
    const limit = (name) => (element.elements[name].value.trim() === "" ? null : Number(element.elements[name].value));
    const wanted = {
      hall: element.elements.hall.value.trim(), counter: element.elements.counter.value.trim(), name: element.elements.name.value.trim(),
      purposes: [...element.querySelectorAll("[name=purposes]:checked")].map((box) => box.value),
      ...Object.fromEntries(LIMITS.map((name) => [name, limit(name)])),
    };
    act(submit, () => send(wanted));
  } },
  h("div", { class: "terminal-places" }, field(id, "hall", given.hall), field(id, "counter", given.counter, t("counter_hint")), field(id, "name", given.name, t("name_hint"))),
  h("fieldset", {}, h("legend", {}, t("purposes")), h("div", { class: "terminal-purposes", id: `${id}-purposes`, tabindex: "-1" }, purposes.map(([code, label]) =>
    h("label", { class: "choice" }, h("input", { type: "checkbox", name: "purposes", value: code, checked: chosen.includes(code) }), h("span", {}, label))))),
  h("fieldset", {}, h("legend", {}, t("limits")), h("div", { class: "terminal-places" }, LIMITS.map((name) =>
    field(id, name, given[name], t("usual", { number: usual[name] || "–" }), { inputmode: "numeric", maxlength: "5" })))),
  h("p", {}, submit));
  return element;
}

function showCode(invited, counter) {
  const box = byId("invited");
  const address = `${location.origin}/counter/enrol`;
  fill(box, h("h2", {}, t("code_title", { counter })), h("p", { class: "terminal-code code" }, invited.code),
    h("p", {}, t("code_how", { address, time: timeWords(invited.expires_at) })),
    h("p", {}, h("button", { class: "button", type: "button", onclick: () => { box.hidden = true; } }, t("code_close"))));
  box.hidden = false;
  box.focus();
}

let asking = { about: "", key: "" }; // the same device asked for again after a lost answer is one device

async function invite(wanted) {
  const about = JSON.stringify(wanted);
  if (asking.about !== about) asking = { about, key: newKey() };
  const invited = await post("/terminals", wanted, { key: asking.key });
  asking = { about: "", key: "" };
  byId("invite").open = false;
  drawInvite(wanted.hall);
  showCode(invited, wanted.counter);
  await list.again();
}

const drawInvite = (hall) => fill(byId("invite-form"), h("p", { class: "hint" }, t("invite_lead")), form("new", { hall }, t("submit"), invite));

function button(words, work, kind = "") {
  const element = h("button", { class: `button button-small ${kind}`, type: "button" }, words);
  element.addEventListener("click", () => act(element, work));
  return element;
}

function standing(one) {
  const kind = { invited: "warn", enrolled: "ok", withdrawn: "none" }[one.state];
  return h("span", { class: `badge badge-${kind}` }, t(`state_${one.state}`));
}

/** Who works there and when it was last used; for a device that is awaited, how long its code is good. */
function doing(one) {
  if (one.state === "invited") {
    const over = Date.parse(one.invitation_until ?? 0) < Date.now();
    return over ? t("code_over") : t("code_until", { time: timeWords(one.invitation_until) });
  }
  return [one.shift ? t("shift", { ...one.shift, time: timeWords(one.shift.since) }) : t("no_shift"),
    one.seen_at ? t("seen", { time: momentWords(one.seen_at) }) : t("never_seen")].join(" · ");
}

/** What is being typed there outlives whatever else happens to the device or to another. */
const changes = new Map();
function change(one, path) {
  const { hall, counter, name } = one;
  const settings = JSON.stringify([hall, counter, name, one.purposes, LIMITS.map((limit) => one[limit])]);
  if (changes.get(one.id)?.settings !== settings) {
    changes.set(one.id, { settings, element: h("details", {}, h("summary", {}, t("change")), form(`change-${one.id}`, one, t("save"), async (wanted) => {
      await put(path, wanted);
      toast(t("saved"));
      await list.again();
    })) });
  }
  return changes.get(one.id).element;
}

function row(one) {
  const live = one.state !== "withdrawn";
  const path = `/terminals/${one.id}`;
  return h("li", { class: "card terminal-row", "data-state": one.state },
    h("div", { class: "terminal-head" },
      h("h2", {}, one.counter, one.name && h("span", { class: "terminal-name" }, ` ${one.name}`)),
      h("span", { class: "terminal-badges" }, one.locked_until && h("span", { class: "badge badge-bad" }, t("locked", { time: timeWords(one.locked_until) })), standing(one))),
    h("p", { class: "hint" }, [one.hall, ...one.purpose_labels].join(" · ")),
    one.state !== "invited" && h("p", {}, t("today", { scanned: count(one.scanned_today), refused: count(one.refused_today) })),
    live && h("p", { class: "hint" }, doing(one)),
    live && h("div", { class: "terminal-acts" },
      one.locked_until && button(t("unlock"), async () => { await post(`${path}/unlock`, null); toast(t("unlocked")); await list.again(); }, "button-primary"),
      one.state === "invited" && button(t("again"), async () => { showCode(await post(`${path}/invitation`, null), one.counter); await list.again(); }),
      change(one, path),
      h("details", {}, h("summary", {}, t("withdraw")), h("p", {}, t("withdraw_what")), button(t("withdraw_now"), async () => {
        await remove(path);
        toast(t("withdrawn"));
        await list.again();
      }))));
}

const list = worklist(byId("terminals"), {
  card: row, none: () => empty(t("none_title"), t("none_body")), box: () => h("ul", { class: "terminal-list" }),
  read: async (cursor) => {
    const answer = await get(`/terminals${query({ cursor })}`);
    if (!byId("invite-form").children.length) drawInvite(answer.terminals[0]?.hall);
    if (!cursor && !answer.terminals.length) byId("invite").open = true;
    return [answer.terminals, answer.next_cursor];
  },
});
list.load();
