// Small building blocks of the pages. Text is always set as text, never as markup.
import { t } from "./words.js";

const PROPERTIES = new Set(["value", "checked", "disabled", "hidden", "open"]);
const kept = (child) => child !== null && child !== undefined && child !== false;

export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (PROPERTIES.has(name)) element[name] = value;
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat(3).filter(kept));
  return element;
}

export const byId = (id) => document.getElementById(id);

export function fill(element, ...children) {
  element.replaceChildren(...children.flat(3).filter(kept));
  element.removeAttribute("aria-busy");
}

// How much time is left: the sheet draws the sign, the word stands inside.
export const light = (name) => h("span", { class: `light light-${name}` }, t(`light_${name}`));

export const empty = (title, body, ...more) =>
  h("div", { class: "card empty" }, h("h2", {}, title), body && h("p", {}, body), ...more);

export const failure = (problem, again) =>
  h("div", { class: "message message-bad", role: "alert" }, h("p", {}, h("strong", {}, problem.title || t("failed"))),
    problem.detail && h("p", {}, problem.detail),
    again && h("p", {}, h("button", { class: "button", type: "button", onclick: again }, t("retry"))));

// What was wrong, on top of the page: a link for each field, focus on the summary.
export function complain(problem, links = []) {
  const box = byId("problem");
  fill(box, h("h2", {}, problem.title || t("errors_title")),
    problem.detail && problem.detail !== problem.title && h("p", {}, problem.detail),
    links.length > 0 && h("ul", {}, links.map(({ id, text }) => h("li", {}, h("a", { href: `#${id}`, onclick: (event) => {
      event.preventDefault();
      byId(id)?.focus();
    } }, text)))));
  box.hidden = false;
  box.focus();
}

export const quiet = () => {
  const box = byId("problem");
  if (box) box.hidden = true;
};

export const say = (text) => window.Yima.toast(text);

// One press, one request: the button stays busy, and keeps the focus, until the answer is there.
export async function busy(button, work) {
  if (button.getAttribute("aria-busy") === "true") return undefined;
  button.setAttribute("aria-busy", "true");
  try {
    return await work();
  } finally {
    button.removeAttribute("aria-busy");
  }
}
