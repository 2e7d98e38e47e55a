// An item's own form and papers at the desk: the same questions that she is asked on her phone.

import { signedCall } from "./terminal.js";
import { el, say } from "./view.js";

const LARGEST = 3_000_000;
const LONG_SIDE = 2200;

function control(field, id, known) {
  const attributes = { id, name: field.code, "aria-describedby": `${id}-hint ${id}-fault` };
  if (field.kind === "choice") {
    return el("select", attributes, el("option", { value: "" }, say("desk.choose")), ...field.options.map((one) => el("option", { value: one.value, selected: one.value === known ? "" : null }, one.label)));
  }
  if (field.kind === "multiline") return el("textarea", { ...attributes, rows: "3", maxlength: field.max_length }, known ?? "");
  const type = { number: "number", date: "date", phone: "tel", checkbox: "checkbox" }[field.kind] ?? "text";
  return el("input", { ...attributes, type, value: known ?? null, maxlength: field.kind === "text" ? field.max_length : null, autocomplete: "off", min: field.minimum, max: field.maximum });
}

function oneField(field, known) {
  const id = `desk-${field.code}`;
  const hints = [field.hint, known ? say("desk.prefilled") : ""].filter(Boolean).join(" ");
  const label = field.required ? field.label : `${field.label}${say("desk.optional")}`;
  const tail = [el("p", { class: "hint", id: `${id}-hint` }, hints), el("p", { class: "fault", id: `${id}-fault` })];
  if (field.kind === "choices") {
    const boxes = field.options.map((one) => el("label", { class: "desk-choice" }, el("input", { type: "checkbox", name: field.code, value: one.value }), " ", one.label));
    return el("fieldset", { class: "field" }, el("legend", {}, label), ...boxes, ...tail);
  }
  return el("div", { class: "field" }, el("label", { for: id }, label), control(field, id, known), ...tail);
}

/** The fields of some sections, and `answers()` as they stand; what is not asked is not answered. */
export function formOf(sections, known) {
  const asked = sections.flatMap((section) => section.fields);
  const nodes = new Map(asked.map((field) => [field.code, oneField(field, known[field.code])]));
  const input = (code) => nodes.get(code).querySelector("input, select, textarea");
  const value = (field) => {
    if (field.kind === "choices") return [...nodes.get(field.code).querySelectorAll("input:checked")].map((one) => one.value);
    const at = input(field.code);
    if (field.kind === "checkbox") return at.checked;
    if (field.kind === "number") return at.value === "" ? "" : Number(at.value);
    return at.value.trim();
  };
  const meets = (condition) => {
    const other = condition && asked.find((one) => one.code === condition.field);
    return !condition || Boolean(other && !nodes.get(other.code).hidden && value(other) === condition.equals);
  };
  const draw = () => { for (const field of asked) nodes.get(field.code).hidden = !meets(field.show_if); };
  const node = el("div", { class: "stack" }, ...sections.map((section) => el("section", { class: "stack" }, el("h4", {}, section.title), ...section.fields.map((field) => nodes.get(field.code)))));
  node.addEventListener("input", draw);
  node.addEventListener("change", draw);
  draw();
  return {
    node,
    meets,
    answers: () => Object.fromEntries(asked.filter((field) => !nodes.get(field.code).hidden).map((field) => [field.code, value(field)]).filter(([, given]) => given !== "" && !(Array.isArray(given) && !given.length))),
  };
}

/** A photograph from a desk camera is made as small as a page needs to be. */
async function smaller(file) {
  if (!file.type.startsWith("image/") || file.size <= LARGEST) return file;
  const picture = await createImageBitmap(file);
  const scale = Math.min(1, LONG_SIDE / Math.max(picture.width, picture.height));
  const canvas = el("canvas", {});
  canvas.width = Math.round(picture.width * scale);
  canvas.height = Math.round(picture.height * scale);
  canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
  const made = await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.85));
  return new File([made], file.name.replace(/\.\w+$/, ".jpg"), { type: "image/jpeg" });
}

const base64 = (file) => new Promise((done, fail) => {
  const reader = new FileReader();
  reader.onload = () => done(String(reader.result).split(",", 2)[1] ?? "");
  reader.onerror = () => fail(reader.error);
  reader.readAsDataURL(file);
});

/** The papers of an item, scanned here one by one; `handed()` names what has arrived. Asked as the form's answers say. */
export function materialsOf(materials, base, form) {
  const kept = [];
  const rows = materials.map((paper) => {
    const id = `desk-paper-${paper.code}`;
    const shown = el("ul", { class: "desk-files" });
    const fault = el("p", { class: "fault", id: `${id}-fault`, role: "alert" });
    const input = el("input", { id, type: "file", name: `materials.${paper.code}`, multiple: "", accept: paper.media.map((one) => (one === "pdf" ? "application/pdf" : `image/${one}`)).join(",") });
    input.addEventListener("change", async () => {
      fault.textContent = "";
      for (const file of input.files) {
        const line = el("li", { "aria-busy": "true" }, file.name);
        shown.append(line);
        try {
          const page = await smaller(file);
          if (page.size > LARGEST) throw { detail: say("desk.too_large") };
          const made = await signedCall("POST", `${base}/files`, { name: page.name, content: await base64(page) }, { timeout: 60_000 });
          kept.push({ code: paper.code, file_id: made.file_id });
          line.removeAttribute("aria-busy");
          line.append(` · ${say("desk.arrived")}`);
        } catch (problem) {
          line.remove();
          fault.textContent = problem.detail || problem.title || say("result.failed");
        }
      }
      input.value = "";
    });
    const label = paper.required ? paper.name : `${paper.name}${say("desk.optional")}`;
    return el("div", { class: "field" }, el("label", { for: id }, label), input, shown, paper.note ? el("p", { class: "hint" }, paper.note) : null, fault);
  });
  const node = rows.length ? el("section", { class: "stack" }, el("h4", {}, say("desk.papers")), ...rows) : el("div", {});
  const shows = (at) => form.meets(materials[at].show_if ?? null);
  const draw = () => rows.forEach((row, at) => { row.hidden = !shows(at); });
  form.node.addEventListener("input", draw);
  form.node.addEventListener("change", draw);
  draw();
  const asked = (code) => materials.some((paper, at) => paper.code === code && shows(at));
  return { node, handed: () => kept.filter((one) => asked(one.code)) };
}
