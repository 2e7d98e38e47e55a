// Newborns that guardians have begun on the phone: opened, compared with the certificate, passed on or sent back.
import { get, newKey, post, query } from "./api.js";
import { busy, byId, complain, empty, fill, h, quiet, say } from "./dom.js";
import { dateWords, facts, momentWords } from "./words.js";
import { worklist } from "./worklist.js";

const labels = JSON.parse(facts.newborns);
const t = (key, filling = {}) => (labels[key] ?? key).replace(/\{(\w+)\}/g, (_, name) => String(filling[name] ?? ""));
const place = byId("newborns");
const REASONS = ["unreadable", "mismatch", "not_guardian", "at_counter"];

const line = (label, value) => h("div", {}, h("dt", {}, label), h("dd", {}, value));
const row = (button) => h("div", { class: "row" }, button);

/** What was said, in whole, and the picture beside it, in the place of what is seen ``before``. Opening it is on record,
 * so it is asked for each time; ``then`` is what may be done once it was seen. */
export function opened(id, before = [], then = null) {
  const box = h("div", { class: "stack", tabindex: "-1" });
  const open = (event) => busy(event.currentTarget, async () => {
    quiet();
    try {
      const found = await post(`/newborns/${id}/opening`);
      fill(box, h("dl", { class: "facts" }, line(t("guardian"), `${found.guardian}（${found.relation_label}）`), line(t("child"), found.child || t("open_name")),
        line(t("born"), dateWords(found.born)), line(t("certificate"), found.certificate_no)),
        found.media_type ? picture(id, found.media_type) : h("p", { class: "hint" }, t("paper_seen")), then);
      box.focus(); // the button that was pressed is gone
    } catch (problem) {
      complain(problem);
    }
  });
  fill(box, before, row(h("button", { class: "button button-primary", type: "button", onclick: open }, t("open"))), h("p", { class: "hint" }, t("open_hint")));
  return box;
}

function picture(id, media) {
  const source = `/console/api/v1/newborns/${id}/picture`;
  const view = h("div", { class: "material-view" });
  const see = () => fill(view, media.startsWith("image/")
    ? h("img", { src: source, alt: t("certificate_of"), class: "material-picture" })
    : h("iframe", { src: source, title: t("certificate_of"), class: "material-frame", referrerpolicy: "no-referrer" }));
  fill(view, h("button", { class: "button", type: "button", onclick: see }, t("picture")));
  return view;
}

function card(one) {
  const keys = { true: newKey(), false: newKey() };
  const why = h("select", { id: `why-${one.id}` }, h("option", { value: "" }, t("choose_why")), REASONS.map((one) => h("option", { value: one }, t(`reasons.${one}`))));
  const fault = h("p", { class: "fault", role: "alert" });
  const other = h("input", { type: "checkbox", id: `another-${one.id}` });
  const another = h("div", { class: "choice", hidden: true }, other, h("label", { for: other.id }, t("is_another")));
  const answer = (agrees) => (event) => busy(event.currentTarget, async () => {
    quiet();
    fault.textContent = "";
    if (!agrees && !why.value) {
      fault.textContent = t("choose_why");
      why.focus();
      return;
    }
    try {
      await post(`/newborns/${one.id}/check`, agrees ? { agrees, is_another: other.checked } : { agrees, reason: why.value }, { key: keys[agrees] });
      say(t(agrees ? "sent" : "returned"));
      await list.change((shown) => shown.filter((other) => other.id !== one.id));
      if (agrees) document.dispatchEvent(new CustomEvent("recorded"));
    } catch (problem) {
      keys[agrees] = newKey();
      if (problem.code === "newborn-similar") another.hidden = false;
      complain(problem);
    }
  });
  return h("article", { class: "card stack" },
    h("h3", {}, t("pair", { guardian: one.guardian_masked, relation: one.relation_label })),
    h("p", { class: "hint" }, `${t("asked")} ${momentWords(one.asked_at)}`),
    opened(one.id, h("dl", { class: "facts" }, line(t("child"), one.child_masked || t("open_name")), line(t("born"), dateWords(one.born)),
      line(t("certificate"), one.certificate_masked)),
    [another, row(h("button", { class: "button button-primary", type: "button", onclick: answer(true) }, t("agrees")))]),
    h("div", { class: "field" }, h("label", { for: why.id }, t("why")), why, fault),
    row(h("button", { class: "button", type: "button", onclick: answer(false) }, t("differs"))));
}

const list = worklist(place, {
  card, none: () => empty(t("none"), t("none_text")),
  read: async (cursor) => {
    const page = await get(`/newborns${query({ cursor })}`);
    return [page.newborns, page.next_cursor];
  },
});
export const load = list.load;
