// What was recorded at counters, and newborns that guardians began on the phone: a second member of staff confirms it, or refuses.
import { get, newKey, post, query } from "./api.js";
import { busy, byId, complain, empty, fill, h, quiet, say as toast } from "./dom.js";
import { load as loadNewborns, opened } from "./newborns.js";
import { dateWords, facts, momentWords } from "./words.js";
import { worklist } from "./worklist.js";

const labels = JSON.parse(facts.labels);
const t = (key, filling = {}) => (labels[key] ?? key).replace(/\{(\w+)\}/g, (_, name) => String(filling[name] ?? ""));
const place = byId("delegations");

const line = (label, value) => h("div", {}, h("dt", {}, label), h("dd", {}, value));

function answer(one, confirm) {
  const key = newKey();
  return (event) => busy(event.currentTarget, async () => {
    quiet();
    try {
      await post(`/delegations/${one.id}/confirmation`, { confirm }, { key });
      toast(t(confirm ? "confirmed" : "refused"));
      await list.change((shown) => shown.filter((other) => other.id !== one.id));
    } catch (problem) {
      complain(problem);
    }
  });
}

/** Who the two people are, in whole; opening it is on record. Only then there is something to confirm. */
function people(one, then) {
  const box = h("div", { class: "stack", tabindex: "-1" });
  const person = (name, number) => (number ? t("person", { name, tail: number.slice(-4) }) : name);
  const open = (event) => busy(event.currentTarget, async () => {
    quiet();
    try {
      const found = await post(`/delegations/${one.id}/opening`);
      fill(box, h("dl", { class: "facts" }, line(t("whose"), person(found.principal, found.principal_number)),
        line(t("acts"), person(found.delegate, found.delegate_number))), then);
      box.focus(); // the button that was pressed is gone
    } catch (problem) {
      complain(problem);
    }
  });
  fill(box, h("div", { class: "row" }, h("button", { class: "button button-primary", type: "button", onclick: open }, t("open"))),
    h("p", { class: "hint" }, t("open_hint")));
  return box;
}

/** Whoever recorded it cannot confirm it: said before it is tried. */
function card(one) {
  const mine = one.recorded_no === facts.me;
  const yes = h("div", { class: "row" }, h("button", { class: "button button-primary", type: "button", onclick: answer(one, true) }, t("confirm")));
  return h("article", { class: "card stack" },
    h("div", { class: "row row-between" }, h("h2", {}, one.pair), h("span", { class: "hint" }, one.kind_label)),
    h("dl", { class: "facts" }, line(t("may"), one.scope_text), line(t("period"), `${dateWords(one.first_day)} – ${dateWords(one.last_day)}`),
      line(t("by"), `${one.place} · ${one.recorded_no} · ${momentWords(one.recorded_at)}`), line(t("before"), momentWords(one.answer_until))),
    mine ? h("p", { class: "message message-warn" }, t("not_you")) : [one.newborn ? opened(one.newborn, [], yes) : people(one, yes),
      h("div", { class: "row" }, h("button", { class: "button", type: "button", onclick: answer(one, false) }, t("refuse")))]);
}

const list = worklist(place, {
  card, none: () => empty(t("none_waiting"), t("none_waiting_text")),
  read: async (cursor) => {
    const page = await get(`/delegations${query({ cursor })}`);
    return [page.delegations, page.next_cursor];
  },
});

document.addEventListener("recorded", list.again);
list.load();
loadNewborns();
