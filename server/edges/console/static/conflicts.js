// One credential at two counters, or read after it was taken back: what happened where, and what to do about it.
import { get, post, query } from "./api.js";
import { busy, byId, complain, empty, h, quiet, say as toast } from "./dom.js";
import { facts, momentWords } from "./words.js";
import { worklist } from "./worklist.js";

const labels = JSON.parse(facts.labels);
const t = (key, filling = {}) => (labels[key] ?? key).replace(/\{(\w+)\}/g, (_, name) => String(filling[name] ?? ""));
const place = byId("conflicts");
const state = new URLSearchParams(location.search).get("state") === "all" ? "all" : "waiting";

const hours = (seconds) => Math.max(1, Math.round(seconds / 3600));

function read(one, title) {
  const judged = one.offline ? t("judged_list", { hours: hours(one.list_age_seconds ?? 0) }) : t("judged_online");
  return h("section", { class: "conflict-read" }, h("h3", {}, title), h("p", { class: "conflict-place" }, one.place),
    h("dl", { class: "facts" },
      h("div", {}, h("dt", {}, t("at")), h("dd", {}, momentWords(one.at))),
      h("div", {}, h("dt", {}, t("staff")), h("dd", {}, one.staff_no)),
      h("div", {}, h("dt", {}, t("judged")), h("dd", {}, judged)),
      h("div", {}, h("dt", {}, t("card")), h("dd", {}, t(one.card_in_hand ? "card_yes" : "card_no"))),
      one.offline && h("div", {}, h("dt", {}, t("came_home")), h("dd", {}, momentWords(one.received_at)))));
}

/** Between the two: how far apart, in minutes. */
function apart(one) {
  const minutes = Math.max(1, Math.round(Math.abs(Date.parse(one.read.at) - Date.parse(one.other.at)) / 60_000));
  return t("apart", { minutes });
}

async function settle(button, one, settlement) {
  await busy(button, async () => {
    quiet();
    try {
      const now = await post(`/conflicts/${one.id}/settlement`, { settlement });
      toast(t(`done_${settlement}`));
      await list.change((shown) => shown.map((each) => (each.id === now.id ? now : each)).filter((each) => state === "all" || !each.settlement));
    } catch (problem) {
      complain(problem);
    }
  });
}

function action(one, settlement, kind = "") {
  const button = h("button", { class: `button ${kind}`, type: "button" }, t(`do_${settlement}`));
  button.addEventListener("click", () => settle(button, one, settlement));
  return button;
}

function card(one) {
  const live = one.credential_state === "valid";
  const [first, second] = one.other ? [one.other, one.read].sort((a, b) => Date.parse(a.at) - Date.parse(b.at)) : [null, one.read];
  return h("article", { class: "card stack conflict" },
    h("div", { class: "row row-between" }, h("h2", {}, one.kind_label), h("span", { class: "hint" }, t("found", { time: momentWords(one.found_at) }))),
    h("p", {}, `${one.form_label} · ${one.tier_label} · `, h("strong", {}, one.credential_state_label),
      one.state_at && one.credential_state !== "valid" && ` · ${momentWords(one.state_at)}`),
    h("div", { class: "conflict-reads" },
      first ? read(first, t("first")) : h("section", { class: "conflict-read" }, h("h3", {}, t("taken_back")), h("p", {}, t("taken_back_text", { time: one.state_at ? momentWords(one.state_at) : "–" }))),
      read(second, first ? t("second") : t("after"))),
    one.other && h("p", { class: "hint" }, apart(one)),
    one.settlement
      ? h("p", { class: "message message-ok" }, t(`was_${one.settlement}`, { by: one.settled_by, time: momentWords(one.settled_at) }))
      : h("p", { class: "hint" }, t(live ? "hint_live" : "hint_over")),
    h("div", { class: "row" }, !one.settlement && action(one, "seen", live ? "" : "button-primary"),
      live && one.settlement !== "suspended" && action(one, "suspended", "button-primary"),
      facts.auditor && h("a", { class: "button button-plain", href: `/console/audit${query({ subject: one.credential_id })}` }, t("record"))));
}

const list = worklist(place, {
  card, none: () => empty(t(state === "all" ? "none_all" : "none_waiting"), t("none_text")),
  read: async (cursor) => {
    const answer = await get(`/conflicts${query({ state, cursor })}`);
    return [answer.conflicts, answer.next_cursor];
  },
});

for (const tab of document.querySelectorAll("[data-state]")) {
  if (tab.dataset.state === state) tab.setAttribute("aria-current", "page");
}
list.load();
