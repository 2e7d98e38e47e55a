// The whole of masked values, and files and papers beyond one's own cases: asked for with a reason, shown for a minute,
// kept nowhere. A reason stands for a while: within it nothing is typed twice.
import { post } from "./api.js";
import { busy, h, say } from "./dom.js";
import { facts, timeWords } from "./words.js";

const labels = JSON.parse(facts.full || "{}");
const REASONS = ["examine", "contact", "amend", "complaint", "other"];
export const f = (key, filling = {}) => (labels[key] ?? key).replace(/\{(\w+)\}/g, (_, name) => String(filling[name] ?? ""));
export const mayViewFull = "full" in facts;
const stands = (until) => Boolean(until) && Date.parse(until) > Date.now();

function values(found, hide) {
  const rows = ["name", "id_number", "phone"].filter((name) => name in found).map((name) => [f(`fields.${name}`), found[name] ?? f("unknown")]);
  const all = [...rows, ...(found.answers || []).map((line) => [line.label, line.shown])];
  return [h("dl", { class: "facts" }, all.map(([label, value]) => [h("dt", {}, label), h("dd", {}, value)])),
    h("div", { class: "row" }, h("button", { class: "button", type: "button", onclick: hide }, f("hide")), h("span", { class: "hint", role: "timer" }))];
}

// What is chosen, and why; nothing to choose where only files and papers are meant, no why while a reason stands.
function fieldset(wanted, names, id, until, of) {
  const only = wanted.every((name) => name === "papers");
  const offered = only || !stands(until) ? wanted : wanted.filter((name) => name !== "papers");
  const boxes = offered.map((name) => h("input", { type: "checkbox", value: name, checked: only }));
  const why = h("select", { id: `${id}-why` }, h("option", { value: "" }, f("choose_why")), REASONS.map((one) => h("option", { value: one }, f(`reasons.${one}`))));
  const note = h("textarea", { id: `${id}-note`, rows: "2", maxlength: "200", "aria-describedby": `${id}-hint` });
  const asked = stands(until) ? [h("p", { class: "hint" }, f("standing", { time: timeWords(until) }))] : [
    h("div", { class: "field" }, h("label", { for: why.id }, f("why")), why),
    h("div", { class: "field" }, h("label", { for: note.id }, f("note")), h("p", { class: "hint", id: `${id}-hint` }, f("note_hint")), note)];
  if (only && stands(until)) return { parts: [h("p", { role: "status" }, f(`opened_${of}`, { time: timeWords(until) }))] };
  const parts = [h("p", { class: "hint" }, only ? f(`lead_${of}`) : f("lead")),
    !only && h("fieldset", { class: "choices" }, h("legend", {}, f("what")), boxes.map((box) => h("label", { class: "choice" }, box, ` ${f(`fields.${names[box.value] || box.value}`)}`))), ...asked];
  return { boxes, why, note, parts: parts.filter(Boolean), first: only ? why : boxes[0], only };
}

/** A section that opens a form. `offered`: what there is to see here; `id` keeps the labels of two on a page apart;
 * `until`: when a reason that was given is over; `given`: called with the time when one stands anew; `names`: other
 * words for a field; `of`: whether its files are papers of a case or evidence. */
export function fullView(path, offered, id, { until = null, given = () => {}, names = {}, of = "papers", title = "open" } = {}) {
  const place = h("div", { class: "full-view card stack", hidden: true });
  const opener = h("button", { class: "button", type: "button", "aria-expanded": "false", onclick: () => (place.hidden ? form(offered) : close()) }, f(title));
  let timer = 0;
  let standing = until;

  function close() {
    clearInterval(timer);
    place.replaceChildren();
    place.hidden = true;
    opener.setAttribute("aria-expanded", "false");
    opener.focus();
  }

  function form(wanted) {
    clearInterval(timer);
    const asking = fieldset(wanted, names, id, standing, of);
    place.hidden = false;
    opener.setAttribute("aria-expanded", "true");
    if (!asking.boxes) return place.replaceChildren(...asking.parts);
    const fault = h("p", { class: "fault", role: "alert" });
    const complain = (text, element) => {
      fault.textContent = text;
      element?.focus();
    };
    const see = (event) => busy(event.currentTarget, async () => {
      const fields = asking.boxes.filter(({ checked }) => checked).map(({ value }) => value);
      if (!fields.length) return complain(f("choose"), asking.boxes[0]);
      const body = { fields };
      if (!stands(standing)) {
        if (!asking.why.value) return complain(f("choose_why"), asking.why);
        if (asking.note.value.trim().length < 4) return complain(f("note_short"), asking.note);
        Object.assign(body, { reason: asking.why.value, note: asking.note.value.trim() });
      }
      try {
        const found = await post(path, body);
        standing = found.open_until;
        const shown = { answers: found.answers };
        for (const name of fields) if (name !== "papers" && name !== "answers") shown[name] = found[name];
        if (fields.every((name) => name === "papers")) close();
        else show(shown, found.seconds);
        given(standing);
        if (fields.includes("papers")) say(f(`opened_${of}`, { time: timeWords(standing) }));
      } catch (problem) {
        if (problem.code === "full-view-needed") {
          standing = null; // it ran out while this form stood open
          form(wanted);
        }
        place.querySelector(".fault").textContent = problem.errors?.[0]?.message || problem.detail || problem.title;
      }
      return undefined;
    });
    const go = h("button", { class: "button button-primary", type: "button", onclick: see }, f(asking.only ? "go_on" : "see"));
    place.replaceChildren(...asking.parts, fault, h("div", { class: "row" }, go));
    asking.first.focus();
    return undefined;
  }

  function show(found, seconds) {
    const end = Date.now() + seconds * 1000;
    const hide = () => {
      close();
      say(f("hidden"));
    };
    place.replaceChildren(...values(found, hide));
    const clock = place.querySelector("[role=timer]");
    const tick = () => {
      const left = Math.ceil((end - Date.now()) / 1000);
      clock.textContent = f("left", { n: left });
      if (left <= 0) hide();
    };
    clearInterval(timer);
    timer = setInterval(tick, 1000);
    tick();
    place.querySelector("button").focus();
  }

  const element = h("div", {}, opener, place);
  element.ask = (wanted) => {
    if (!place.querySelector("[role=timer]")) form(wanted); // values in sight: a reason stands already
    place.scrollIntoView({ block: "nearest" });
  };
  return element;
}
