// What residents say is wrong about their data: read, answer once.
import { get, post, query } from "./api.js";
import { busy, byId, empty, h, say } from "./dom.js";
import { fullView, mayViewFull } from "./full_view.js";
import { facts, momentWords } from "./words.js";
import { worklist } from "./worklist.js";

const labels = JSON.parse(facts.labels);
const place = byId("waiting");

// One file at a time; without a reason that stands the button leads to the reason.
function opener(one, file, at, shown, whole) {
  const picture = file.media_type.startsWith("image/");
  const name = labels[picture ? "evidence_picture" : "evidence_pdf"].replace("{n}", at + 1);
  const source = `/console/api/v1/corrections/${one.id}/files/${file.file_id}`;
  const button = h("button", { class: "button", type: "button", "aria-expanded": "false", onclick: () => {
    if (!one.open_until || Date.parse(one.open_until) <= Date.now()) {
      if (whole) whole.ask(["papers"]);
      return;
    }
    const open = shown.dataset.file !== file.file_id;
    for (const other of button.parentElement.querySelectorAll("[aria-expanded]")) other.setAttribute("aria-expanded", "false");
    shown.dataset.file = open ? file.file_id : "";
    button.setAttribute("aria-expanded", String(open));
    shown.replaceChildren(...(open ? [picture ? h("img", { src: source, alt: name, class: "material-picture" })
      : h("iframe", { src: source, title: name, class: "material-frame", referrerpolicy: "no-referrer" }),
    h("p", {}, h("a", { href: source, target: "_blank", rel: "noopener noreferrer" }, labels.evidence_new_tab))] : []));
  } }, name);
  return button;
}

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
      await list.change((found) => found.filter(({ id: other }) => other !== one.id));
    } catch (problem) {
      fault.textContent = problem.detail || problem.title;
    }
  });
  const offered = ["name", "id_number", "phone", ...(one.wanted_name_masked ? ["answers"] : []), ...(one.files.length ? ["papers"] : [])];
  const shown = h("div", {});
  const whole = mayViewFull && one.name_masked && fullView(`/corrections/${one.id}/full-view`, offered, `whole-${one.id}`, {
    until: one.open_until, names: { answers: "wanted_name", papers: "evidence" }, of: "evidence",
    given: (until) => {
      one.open_until = until;
    },
  });
  return h("li", { class: "card stack" },
    h("div", { class: "row" }, h("strong", {}, one.name_masked || labels.closed), h("span", { class: "badge" }, one.category_title), h("span", { class: "hint" }, momentWords(one.asked_at))),
    one.wanted_name_masked && h("p", {}, h("span", { class: "hint" }, `${labels.wanted_name} `), h("strong", {}, one.wanted_name_masked)),
    h("p", {}, one.said),
    one.files.length > 0 && h("div", { class: "stack" }, h("div", { class: "row" }, h("span", { class: "hint" }, labels.evidence),
      one.files.map((file, at) => opener(one, file, at, shown, whole))), shown),
    whole,
    h("div", { class: "field" }, h("label", { for: id }, labels.answer), text, fault),
    h("div", { class: "row" },
      h("button", { class: "button button-primary", type: "button", onclick: send("done") }, labels.done),
      h("button", { class: "button", type: "button", onclick: send("refused") }, labels.refused)));
}

const list = worklist(place, {
  card, none: () => empty(labels.none, labels.none_text), box: () => h("ul", { class: "plain-list stack" }),
  read: async (cursor) => {
    const answer = await get(`/corrections${query({ cursor })}`);
    return [answer.corrections, answer.next_cursor];
  },
});
list.load();
