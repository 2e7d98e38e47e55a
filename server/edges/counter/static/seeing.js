// What is looked at and let go: the portrait, licences; and the card in the clerk's hand. Nothing of it is kept.

import { signedCall } from "./terminal.js";
import { el, icon, say } from "./view.js";

const API = "/counter/api/v1";
const LOOKED_AT = 300_000; // the server gives no longer either
const STATUS = { valid: "ok", expired: "warn", revoked: "bad" };

const comma = () => (document.documentElement.lang === "en" ? ", " : "、");
const clock = () => new Intl.DateTimeFormat("en-GB", { timeZone: "Asia/Shanghai", hour: "2-digit", minute: "2-digit", second: "2-digit", hour12: false }).format(new Date());

/** The same words across the whole picture, with the time of this second, while it is on the screen. */
function watermark(text) {
  const lines = Array.from({ length: 9 }, () => el("span", {}));
  const node = el("div", { class: "watermark", "aria-hidden": "true" }, ...lines);
  const draw = () => { for (const line of lines) line.textContent = `${text} ${clock()}   `.repeat(4); };
  draw();
  const timer = setInterval(() => (node.isConnected ? draw() : clearInterval(timer)), 1000);
  return node;
}

const notCompared = (why) => el("div", { class: "message message-warn", "data-portrait": "none" }, el("strong", {}, say("seeing.not_compared")), el("p", {}, why));

async function portrait(visit, place) {
  const path = `${API}/visits/${visit.visit_id}/portrait`;
  try {
    const address = URL.createObjectURL(await signedCall("GET", path, null, { as: "blob" }));
    const picture = el("img", { src: address, alt: say("seeing.portrait"), width: "240", height: "300", draggable: "false" });
    const figure = el("figure", { class: "portrait", "data-portrait": "shown" },
      el("div", { class: "marked" }, picture, watermark(visit.watermark)),
      el("figcaption", {}, el("strong", {}, say("seeing.compare")), el("span", { class: "hint" }, say("seeing.not_kept"))));
    const forget = () => { URL.revokeObjectURL(address); figure.remove(); };
    setTimeout(forget, LOOKED_AT);
    picture.addEventListener("load", () => {
      const watch = setInterval(() => { if (!figure.isConnected) { clearInterval(watch); forget(); } }, 1000);
    });
    place.replaceChildren(figure);
  } catch (problem) {
    place.replaceChildren(notCompared(problem.detail || say("seeing.source_away")));
  }
}

const badge = (one) => el("span", { class: `badge badge-${STATUS[one.status]}`, "data-status": one.status }, one.status_label);

function face(one) {
  const list = el("dl", { class: "face-lines" });
  const line = (label, value) => value && list.append(el("div", {}, el("dt", {}, label), el("dd", {}, value)));
  if (!one.lines.length) line(say("licence.holder"), one.holder);
  for (const { label, value } of one.lines) line(label, value);
  line(say("licence.number"), one.number);
  line(say("licence.issuer"), one.issuer);
  line(say("licence.until"), one.expires_on ?? say("licence.no_end"));
  return el("article", { class: `licence-face licence-${one.status} marked`, tabindex: "-1", "aria-label": one.name },
    el("div", { class: "face-head" }, el("h4", {}, one.name), el("span", { class: `face-status face-${STATUS[one.status]}` }, icon(STATUS[one.status]), one.status_label)),
    list, watermark(one.watermark));
}

async function licences(visit, place) {
  const base = `${API}/visits/${visit.visit_id}/licences`;
  const shown = el("div", { class: "face-place", "aria-live": "polite" });
  const open = async (id) => {
    try {
      shown.replaceChildren(face(await signedCall("GET", `${base}/${id}`)));
    } catch (problem) {
      shown.replaceChildren(el("div", { class: "message message-warn" }, el("strong", {}, problem.title), el("p", {}, problem.detail)));
    }
  };
  try {
    const found = await signedCall("GET", base);
    const list = el("ul", { class: "licence-list" });
    for (const one of found.licences) {
      const button = el("button", { class: "button licence-choice", type: "button" }, el("span", {}, one.name), badge(one));
      button.addEventListener("click", () => open(one.id));
      list.append(el("li", {}, button));
    }
    const away = found.complete ? null : el("div", { class: "message message-warn" }, say("licence.incomplete"));
    const none = found.licences.length ? null : el("p", { class: "muted" }, say("licence.none"));
    place.replaceChildren(el("h3", {}, say("licence.title")), ...[away, none].filter(Boolean), list, shown);
    if (found.licences.length === 1) open(found.licences[0].id);
  } catch (problem) {
    place.replaceChildren(el("div", { class: "message message-warn" }, el("strong", {}, problem.title), el("p", {}, problem.detail)));
  }
}

function pictures(visit) {
  const asked = visit.consent?.fields.some((field) => field.code === "portrait");
  const open = new Set(visit.pictures.map((one) => one.code));
  const parts = [];
  if (open.has("portrait")) {
    const place = el("section", { "aria-label": say("seeing.portrait") }, el("div", { class: "skeleton-line" }));
    parts.push(place);
    portrait(visit, place);
  } else if (asked && visit.consent.state !== "pending") {
    parts.push(notCompared(say("seeing.not_allowed")));
  }
  if (open.has("licences")) {
    const place = el("section", {}, el("div", { class: "skeleton-line" }));
    parts.push(place);
    licences(visit, place);
  }
  return parts;
}

/** The clerk holds the card: said once, with what follows from saying it. */
function card(visit, answered) {
  if (!visit.card || visit.credential) return null; // beside a credential the card has a step of its own
  if (visit.card.confirmed_at) return el("p", { class: "card-said" }, icon("ok"), say("card.said", { time: window.Yima.clockTime(visit.card.confirmed_at) }));
  const fields = visit.card.fields.map((one) => one.label).join(comma());
  const button = el("button", { class: "button button-primary", type: "button" }, say("card.confirm"));
  const fault = el("p", { class: "fault", role: "alert" });
  const key = window.Yima.newKey();
  button.addEventListener("click", async () => {
    try {
      answered(await window.Yima.busy(button, signedCall("POST", `${API}/visits/${visit.visit_id}/card`, {}, { key })));
    } catch (problem) {
      fault.textContent = problem.detail || problem.title;
    }
  });
  return el("details", { class: "card-in-hand" }, el("summary", {}, say("card.title")), el("p", {}, fields ? say("card.text", { fields }) : say("card.text_only")), button, fault);
}

/** Everything of this visit that is looked at; `answered(visit)` gets the visit after the card was confirmed. */
export function seeing(visit, answered) {
  return [...pictures(visit), card(visit, answered)].filter(Boolean);
}
