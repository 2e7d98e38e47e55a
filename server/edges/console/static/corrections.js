// What residents say is wrong about their data: read, answer once.
import { get, post, query } from "./api.js";
import { busy, byId, empty, failure, fill, h, say } from "./dom.js";
import { fullView, mayViewFull } from "./full_view.js";
import { facts, momentWords, t } from "./words.js";

const labels = JSON.parse(facts.labels);
const place = byId("waiting");
let found = [];

function card(one) {
  const id = `answer-${one.id}`;
  const text = h("textarea", { id, rows: 2, maxlength: 500 });
  const fault = h("p", { class: "fault", role: "alert" });
  const send = (state) => (event) => busy(event.currentTarget, async () => {
    if (text.value.trim().length < 2) {
      fault.textContent = labels.answer_needed;
      text.focus();
      return;
    }
    try {
      await post(`/corrections/${one.id}/answer`, { state, answer: text.value.trim() });
      say(labels.answered);
      found = found.filter(({ id: other }) => other !== one.id);
      show("");
    } catch (problem) {
      fault.textContent = problem.detail || problem.title;
    }
  });
  return h("li", { class: "card stack" },
    h("div", { class: "row" }, h("strong", {}, one.name_masked || labels.closed), h("span", { class: "badge" }, one.category_title), h("span", { class: "hint" }, momentWords(one.asked_at))),
    h("p", {}, one.said),
    mayViewFull && one.name_masked && fullView(`/corrections/${one.id}/full-view`, ["name", "id_number", "phone"], `whole-${one.id}`),
    h("div", { class: "field" }, h("label", { for: id }, labels.answer), text, fault),
    h("div", { class: "row" },
      h("button", { class: "button button-primary", type: "button", onclick: send("done") }, labels.done),
      h("button", { class: "button", type: "button", onclick: send("refused") }, labels.refused)));
}

function show(cursor) {
  fill(place, found.length ? h("ul", { class: "plain-list stack" }, found.map(card)) : empty(labels.none, labels.none_text),
    cursor && h("p", { class: "console-more" }, h("button", { class: "button", type: "button", onclick: () => load(cursor) }, t("more"))));
}

async function load(cursor = "") {
  try {
    const answer = await get(`/corrections${query({ cursor })}`);
    found = cursor ? [...found, ...answer.corrections] : answer.corrections;
    show(answer.next_cursor);
  } catch (problem) {
    fill(place, failure(problem, () => load(cursor)));
  }
}

load();
