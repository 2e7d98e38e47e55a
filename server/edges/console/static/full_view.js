// The whole of masked values: asked for with a reason, shown for a minute, kept nowhere.
import { post } from "./api.js";
import { busy, h, say } from "./dom.js";
import { facts } from "./words.js";

const labels = JSON.parse(facts.full || "{}");
const f = (key, filling = {}) => (labels[key] ?? key).replace(/\{(\w+)\}/g, (_, name) => String(filling[name] ?? ""));
export const mayViewFull = "full" in facts;

function values(found, hide) {
  const rows = ["name", "id_number", "phone"].filter((name) => name in found).map((name) => [f(`fields.${name}`), found[name] ?? f("unknown")]);
  const all = [...rows, ...(found.answers || []).map((line) => [line.label, line.shown])];
  return [h("dl", { class: "facts" }, all.map(([label, value]) => [h("dt", {}, label), h("dd", {}, value)])),
    h("div", { class: "row" }, h("button", { class: "button", type: "button", onclick: hide }, f("hide")), h("span", { class: "hint", role: "timer" }))];
}

// A section that opens a form; `offered`: what there is to see here; `id` keeps the labels of two on a page apart.
export function fullView(path, offered, id) {
  const place = h("div", { class: "full-view card stack", hidden: true });
  const opener = h("button", { class: "button", type: "button", "aria-expanded": "false", onclick: () => (place.hidden ? form() : close()) }, f("open"));
  let timer = 0;

  function close() {
    clearInterval(timer);
    place.replaceChildren();
    place.hidden = true;
    opener.setAttribute("aria-expanded", "false");
    opener.focus();
  }

  function form() {
    const boxes = offered.map((name) => h("input", { type: "checkbox", value: name }));
    const why = h("select", { id: `${id}-why` }, h("option", { value: "" }, f("choose_why")), ["examine", "contact", "amend", "complaint", "other"].map((one) => h("option", { value: one }, f(`reasons.${one}`))));
    const note = h("textarea", { id: `${id}-note`, rows: "2", maxlength: "200", "aria-describedby": `${id}-hint` });
    const fault = h("p", { class: "fault", role: "alert" });
    const complain = (text, element) => {
      fault.textContent = text;
      element.focus();
    };
    const see = (event) => busy(event.currentTarget, async () => {
      const fields = boxes.filter(({ checked }) => checked).map(({ value }) => value);
      if (!fields.length) return complain(f("choose"), boxes[0]);
      if (!why.value) return complain(f("choose_why"), why);
      if (note.value.trim().length < 4) return complain(f("note_short"), note);
      try {
        const found = await post(path, { fields, reason: why.value, note: note.value.trim() });
        const asked = { answers: found.answers };
        for (const name of fields) asked[name] = found[name];
        show(asked, found.seconds);
      } catch (problem) {
        fault.textContent = problem.errors?.[0]?.message || problem.detail || problem.title;
      }
      return undefined;
    });
    place.replaceChildren(h("p", { class: "hint" }, f("lead")),
      h("fieldset", { class: "choices" }, h("legend", {}, f("what")), boxes.map((box) => h("label", { class: "choice" }, box, ` ${f(`fields.${box.value}`)}`))),
      h("div", { class: "field" }, h("label", { for: why.id }, f("why")), why),
      h("div", { class: "field" }, h("label", { for: note.id }, f("note")), h("p", { class: "hint", id: `${id}-hint` }, f("note_hint")), note),
      fault, h("div", { class: "row" }, h("button", { class: "button button-primary", type: "button", onclick: see }, f("see"))));
    place.hidden = false;
    opener.setAttribute("aria-expanded", "true");
    boxes[0].focus();
  }

  function show(found, seconds) {
    const until = Date.now() + seconds * 1000;
    const hide = () => {
      close();
      say(f("hidden"));
    };
    place.replaceChildren(...values(found, hide));
    const clock = place.querySelector("[role=timer]");
    const tick = () => {
      const left = Math.ceil((until - Date.now()) / 1000);
      clock.textContent = f("left", { n: left });
      if (left <= 0) hide();
    };
    clearInterval(timer);
    timer = setInterval(tick, 1000);
    tick();
    place.querySelector("button").focus();
  }

  return h("div", {}, opener, place);
}
