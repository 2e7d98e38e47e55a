// What a check answers, as elements. Text only ever enters as text.

const words = JSON.parse(document.getElementById("words").textContent);

/** A word of the page with its {placeholders} filled. */
export const say = (key, facts = {}) => (words[key] ?? key).replace(/\{(\w+)\}/g, (_, name) => facts[name] ?? "");

/** The same to a clerk who has somebody before her that acts for another: said of that person, where it differs. */
export const sayOf = (visit, key, facts = {}) => say(visit.holder.acting_for && words[`${key}_for`] ? `${key}_for` : key, { name: visit.holder.acting_for ?? "", ...facts });

/** An element with attributes and children; null children are left out. */
export function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) if (value !== null) node.setAttribute(name, value);
  node.append(...children.filter((child) => child !== null && child !== ""));
  return node;
}

export const icon = (name) => el("span", { class: `icon icon-${name}`, "aria-hidden": "true" });

/** The band that is read from a metre away: colour, sign and word. */
export function verdict(kind, word, note) {
  return el("div", { class: `verdict verdict-${kind}` }, icon(kind === "ok" ? "ok" : kind === "warn" ? "warn" : "bad"), el("strong", {}, word), note ? el("span", { class: "verdict-note" }, note) : null);
}

function seenFields(fields) {
  if (!fields.length) return null;
  const list = el("dl", { class: "seen" });
  for (const field of fields) {
    list.append(el("div", {}, el("dt", {}, field.label), el("dd", {}, String(field.value)), el("dd", { class: "hint" }, `${say("result.reason")}：${field.reason}`.replace("：", document.documentElement.lang === "en" ? ": " : "："))));
  }
  return el("section", {}, el("h3", {}, say("result.fields")), list);
}

function openCases(cases) {
  const title = el("h3", {}, say("result.open_cases"));
  if (!cases.length) return el("section", {}, title, el("p", { class: "muted" }, say("result.no_cases")));
  const list = el("ul", { class: "open-cases" });
  for (const one of cases) {
    list.append(el("li", {}, el("span", {}, el("strong", {}, one.item_name), " ", el("span", { class: "code muted", title: say("result.case_no") }, window.Yima.grouped(one.case_no))), el("span", { class: "badge badge-info" }, one.status_label)));
  }
  return el("section", {}, title, list);
}

function nextSteps(steps, done) {
  if (!steps.length) return null;
  const list = el("ul", { class: "next-steps" });
  for (const step of steps) {
    const label = done(step) ?? (step.href ? el("a", { class: "button", href: step.href, target: "yima-console" }, step.label) : el("strong", { class: "next-label" }, step.label));
    list.append(el("li", {}, label, el("span", {}, step.detail)));
  }
  return el("section", {}, el("h3", {}, say("result.next")), list);
}

const ROUND = 2 * Math.PI * 32;

/** The ring that empties while the resident is asked; `turn(seconds, share)` moves it. */
function ring(visit) {
  const consent = visit.consent;
  const space = "http://www.w3.org/2000/svg";
  const picture = document.createElementNS(space, "svg");
  picture.setAttribute("viewBox", "0 0 72 72");
  picture.setAttribute("class", "ask-ring");
  picture.setAttribute("aria-hidden", "true");
  const circles = ["whole", "left"].map((name) => {
    const circle = document.createElementNS(space, "circle");
    circle.setAttribute("cx", "36");
    circle.setAttribute("cy", "36");
    circle.setAttribute("r", "32");
    circle.setAttribute("class", name);
    picture.append(circle);
    return circle;
  });
  circles[1].style.strokeDasharray = String(ROUND);
  const seconds = el("p", { class: "ask-seconds muted", role: "timer" });
  const figure = el("span", { class: "ask-figure", "aria-hidden": "true" });
  const asked = consent.fields.map((field) => field.label).join(document.documentElement.lang === "en" ? ", " : "、");
  const node = el("div", { class: "ask" }, el("div", { class: "ask-dial" }, picture, figure), el("div", {}, el("strong", {}, sayOf(visit, "consent.asking")), el("p", {}, asked), seconds));
  node.turn = (left, share) => {
    circles[1].style.strokeDashoffset = String(ROUND * (1 - share));
    figure.textContent = String(left);
    seconds.textContent = say("consent.left", { seconds: left });
  };
  return node;
}

const CONSENT_KIND = { allowed: "ok", refused: "bad", expired: "warn", withdrawn: "bad", revoked: "bad" };

/** The code was taken back while its phone was asked: nothing more is done on it. */
const takenBack = (visit) => ["withdrawn", "revoked"].includes(visit.consent?.state);

function consentPart(visit) {
  const consent = visit.consent;
  if (!consent) return null;
  if (consent.state === "pending") return ring(visit);
  const note = consent.state === "allowed" ? null : el("p", {}, say(takenBack(visit) ? "consent.over_now" : "consent.refused_now"));
  return el("div", { class: `message message-${CONSENT_KIND[consent.state]}` }, el("strong", {}, sayOf(visit, `consent.${consent.state}`)), note);
}

/** An accepted look: who, what may be seen and why, what to do next; `seen` are parts that are looked at and let go,
 *  `done(step)` the button of a step that is done on this page. */
export function accepted(visit, seen = [], done = () => null) {
  const holder = visit.holder;
  const body = el("div", { class: "result-body" },
    el("div", {},
      el("p", { class: "holder-name" }, holder.name_masked ?? "—"),
      el("p", { class: "holder-proof" }, icon("person"), holder.proof_label),
      holder.acting_for ? el("p", { class: "message message-warn", "data-acting": "" }, el("strong", {}, holder.acting_label ?? say("result.acting_for", { name: holder.acting_for }))) : null,
      visit.recognised ? el("p", { class: "strong" }, visit.recognised.note) : null,
      visit.scene_label ? el("p", { class: "muted" }, say("result.scene", { scene: visit.scene_label })) : null),
    consentPart(visit),
    ...seen,
    seenFields(holder.fields),
    holder.fields.some((field) => field.code === "open_cases") ? openCases(holder.open_cases) : null,
    nextSteps(visit.next_steps, done));
  const over = takenBack(visit);
  return [verdict(over ? "bad" : "ok", say(over ? "result.over" : "result.ok"), say("result.at", { time: window.Yima.clockTime(visit.at) })), body];
}

const sentences = (text) => text.split(/(?<=[。！？])|(?<=[.!?])\s+/u).map((part) => part.trim()).filter(Boolean);

/** A refusal in three parts: what happened, why, what to do now. */
export function refused(problem) {
  const parts = sentences(problem.detail);
  const what = problem.title || parts.shift() || say("result.failed");
  const now = parts.length > 1 ? parts.pop() : say("result.now_default");
  const gap = document.documentElement.lang === "en" ? " " : "";
  const facts = el("dl", { class: "facts" });
  const { used_at: usedAt, counter } = problem.facts;
  if (usedAt) facts.append(el("dt", {}, say("result.used_at")), el("dd", {}, window.Yima.dayTime(usedAt)));
  const wait = problem.code === "too-many" ? problem.facts.retry_after : 0;
  if (wait) facts.append(el("dt", {}, say("result.again_at")), el("dd", {}, window.Yima.clockTime(Date.now() + wait * 1000)));
  if (counter) facts.append(el("dt", {}, say("result.used_counter")), el("dd", {}, counter));
  // Where this device may not scan for a while, nobody has looked at the code.
  const failed = problem.status === 0 || problem.status >= 500 || problem.code === "too-many";
  return threeParts(problem.code, { what, why: parts.join(gap), now }, [facts.children.length ? facts : null], failed);
}

/** What happened, why, what to do now; `extra` stands between the last two. `failed`: nobody refused, it did not work. */
export function threeParts(code, { what, why, now }, extra = [], failed = false) {
  return [
    verdict(failed ? "warn" : "bad", failed ? say("result.failed") : say("result.refused")),
    el("div", { class: "result-body three", "data-code": code },
      el("p", { class: "three-what" }, what),
      why ? el("div", {}, el("h3", {}, say("result.why")), el("p", {}, why)) : null,
      ...extra,
      el("div", { class: "three-now" }, el("h3", {}, say("result.now")), el("p", {}, now))),
  ];
}

export function working() {
  return [el("p", { class: "visually-hidden" }, say("result.working")), el("div", { class: "skeleton", "aria-hidden": "true" }, ...Array.from({ length: 6 }, () => el("div", { class: "skeleton-line" })))];
}

export function waiting() {
  return [el("div", { class: "empty" }, icon("code"), el("h3", {}, say("result.waiting_title")), el("p", {}, say("result.waiting_text")))];
}
