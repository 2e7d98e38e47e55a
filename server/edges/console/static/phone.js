// What a resident will see: the inbox, the text message, the lock screen, with one real example at a time.
import { byId, fill, h } from "./dom.js";
import { count, money, t, timeWords } from "./words.js";

const PLACES = ["inbox", "wechat", "sms", "lock"];
const LONG = 90; // minutes, from which a duration is said in hours
let shown = "inbox";
let index = 0;

// A card's field of kind thing takes twenty characters; what is longer is cut there.
const shorten = (text) => ([...text].length > 20 ? `${[...text].slice(0, 19).join("")}…` : text);

function frame(place, example, brand) {
  if (place === "sms") {
    return h("div", { class: "handset-sms" }, h("p", { class: "handset-app" }, brand),
      h("p", { class: "handset-bubble" }, example.sms || example.body));
  }
  if (place === "wechat") {
    return h("div", { class: "handset-wechat" }, h("p", { class: "handset-app" }, t("wechat_card")),
      h("article", {}, h("p", { class: "hint" }, brand), h("h3", {}, shorten(example.title)), h("p", {}, shorten(example.body)), h("p", { class: "handset-open" }, `${t("wechat_open")} ›`)));
  }
  if (place === "lock") {
    return h("div", { class: "handset-lock" }, h("p", { class: "handset-clock" }, timeWords()),
      h("div", { class: "handset-banner" }, h("strong", {}, example.title), h("p", {}, example.body)));
  }
  return h("div", { class: "handset-inbox" }, h("p", { class: "handset-app" }, brand), h("article", {}, h("h3", {}, example.title),
    h("p", { class: "handset-when" }, t("just_now")), h("p", {}, example.body)));
}

export function showFrames(target, examples, { brand, labels }) {
  index = Math.min(index, Math.max(0, examples.length - 1));
  const draw = () => showFrames(target, examples, { brand, labels });
  const tabs = h("div", { class: "tabs", role: "tablist", onkeydown: (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    shown = PLACES[(PLACES.indexOf(shown) + step + PLACES.length) % PLACES.length];
    draw();
    byId(`tab-${shown}`).focus();
  } }, PLACES.map((place) => h("button", { type: "button", role: "tab", id: `tab-${place}`, "aria-controls": "phone",
    "aria-selected": String(place === shown), tabindex: place === shown ? "0" : "-1",
    onclick: () => { shown = place; draw(); byId(`tab-${place}`).focus(); } }, labels[place])));
  const example = examples[index];
  const started = Boolean(byId("title")?.value || byId("body")?.value) || !byId("title");
  const screen = h("div", { id: "phone", class: "handset", role: "tabpanel", tabindex: "0", "aria-labelledby": `tab-${shown}` },
    example ? frame(shown, example, brand) : h("p", { class: "hint" }, t(started ? "example_none" : "example_start")));
  const stepper = examples.length > 0 && h("div", { class: "handset-steps" },
    h("button", { class: "button", type: "button", "data-step": "-1", disabled: index === 0, onclick: () => { index -= 1; draw(); } }, labels.previous),
    h("span", { "aria-live": "polite" }, t("example_of", { index: index + 1, count: examples.length }),
      example?.name_masked && h("span", { class: "hint" }, ` ${example.name_masked}`)),
    h("button", { class: "button", type: "button", "data-step": "1", disabled: index >= examples.length - 1, onclick: () => { index += 1; draw(); } }, labels.next));
  fill(target, tabs, screen, stepper);
  if (byId("elder-copy")) showElder(examples, brand);
}

// The elder wording of the same example, as its inbox shows it, with its own length and its text message.
function showElder(examples, brand) {
  const one = examples[Math.min(index, Math.max(0, examples.length - 1))]?.elder;
  byId("elder-copy").hidden = !one;
  if (!one) return;
  byId("elder-length").textContent = `${[...one.body].length} / 1000`;
  fill(byId("elder-frame"), frame("inbox", one, brand), frame("sms", one, brand));
}

const lasting = (minutes) => (minutes < LONG ? t("minutes_value", { minutes: count(minutes) }) : t("hours_value", { hours: count(Math.round(minutes / 60)) }));

export function figuresOf(preview, chars) {
  const reach = [t("reach_inbox", { count: count(preview.reach.inbox) }), ...preview.reach.ways.map((way) => way.first === way.most
    ? t("reach_way", { way: way.label, count: count(way.first) }) : t("reach_way_most", { way: way.label, count: count(way.first), most: count(way.most) }))];
  return [[t("people"), count(preview.people)], [t("reach"), reach.join(" · ")],
    [t("parts"), chars === undefined ? t("parts_only", { parts: preview.parts }) : t("parts_value", { chars, parts: preview.parts })],
    preview.cost !== null && [t("cost"), preview.cost === preview.cost_most ? t("cost_value", { cost: money(preview.cost) }) : t("cost_range", { cost: money(preview.cost), most: money(preview.cost_most) })],
    [t("minutes"), lasting(preview.minutes)]].filter(Boolean);
}

const finding = (tone, entry) => h("li", { class: `message message-${tone}` }, entry.message);

// Blockers red, warnings amber, and the figures that an approver will sign.
export function showFindings(target, preview, { numbers }) {
  const problems = [...preview.blockers.map((entry) => finding("bad", entry)), ...preview.warnings.map((entry) => finding("warn", entry))];
  fill(target, h("dl", { class: "figures" }, numbers.map(([term, value]) => h("div", {}, h("dt", {}, term), h("dd", {}, value)))),
    problems.length ? h("ul", { class: "findings" }, problems) : h("p", { class: "message message-ok" }, t("nothing_blocks")),
    preview.checks?.length > 0 && h("ul", { class: "checks" }, preview.checks.map((one) => h("li", { class: `check check-${one.tone}` },
      h("strong", {}, t(`tone_${one.tone}`)), h("span", {}, one.message)))));
}
