// Rules about people, joined by all, any and not: a small form that is read back as the closed form of the server.
import { get, kept, query } from "./api.js";
import { h } from "./dom.js";
import { count, t } from "./words.js";

const KINDS = ["region", "item", "age", "channel", "elder", "list"];
let choices = null;
let lists = [];

let writer = false;

export async function loadChoices(writes) {
  writer = writes;
  [choices, lists] = await Promise.all([get("/audience/choices"), writes ? kept("/people-lists", "lists").then((found) => found.rows) : []]);
  return choices;
}

const named = new Map();
const codes = (form) => Object.entries(form || {}).flatMap(([key, value]) => (key === "item" ? [value]
  : Array.isArray(value) ? value.flatMap(codes) : value && typeof value === "object" ? codes(value) : []));

const listed = (form) => Object.entries(form || {}).flatMap(([key, value]) => (key === "list" ? [value]
  : Array.isArray(value) ? value.flatMap(listed) : value && typeof value === "object" ? listed(value) : []));

// A list that is too old to be among those offered is offered all the same where rules speak of it.
const nameLists = (...forms) => Promise.all(writer ? [...new Set(forms.flatMap(listed))].filter((id) => !lists.some((one) => one.id === id)).map(async (id) => {
  const found = await get(`/people-lists/${encodeURIComponent(id)}`).catch(() => null);
  if (found) lists.push(found);
}) : []);

// Fetches what these rules speak of: the names of services, each once, and lists.
export const nameItems = (...forms) => Promise.all([nameServices(...forms), nameLists(...forms)]);

const nameServices = (...forms) => Promise.all(forms.flatMap(codes).filter((code) => code && !named.has(code)).map(async (code) => {
  named.set(code, code);
  const item = await get(`/api/v1/items/${encodeURIComponent(code)}`).catch(() => null);
  if (item) named.set(code, item.name);
}));

const fresh = () => ({ kind: "region", negated: false, region: choices.regions[0]?.code || "" });
export const everybody = () => ({ join: "all", parts: [] });

// The server's form as a tree of rows. Null where it holds something that this page cannot show.
export function fromForm(form) {
  if (!form || !Object.keys(form).length) return everybody();
  const made = part(form);
  return made && (made.join ? made : { join: "all", parts: [made] });
}

function part(form) {
  if (form.all || form.any) {
    const join = form.all ? "all" : "any";
    const parts = form[join].map(part);
    return parts.every(Boolean) ? { join, parts } : null;
  }
  if (form.not) {
    const inner = part(form.not);
    return inner && !inner.join ? { ...inner, negated: !inner.negated } : null;
  }
  const kind = KINDS.find((name) => name in form);
  if (!kind) return null;
  const row = { kind, negated: false, [kind]: form[kind] };
  if (kind === "item") Object.assign(row, { states: form.states || [], label: named.get(form.item) });
  if (kind === "age") Object.assign(row, { from: form.age.from ?? "", to: form.age.to ?? "" });
  return row;
}

export function toForm(node) {
  if (node.join) return node.parts.length ? { [node.join]: node.parts.map(toForm) } : { all: [] };
  const leaf = leafForm(node);
  return node.negated ? { not: leaf } : leaf;
}

export const rulesOf = (tree) => (tree.parts.length ? toForm(tree) : {});

function leafForm(row) {
  if (row.kind === "item") return row.states?.length ? { item: row.item || "", states: row.states } : { item: row.item || "" };
  if (row.kind === "age") {
    const band = {};
    if (row.from !== "" && row.from !== undefined) band.from = Number(row.from);
    if (row.to !== "" && row.to !== undefined) band.to = Number(row.to);
    return { age: band };
  }
  if (row.kind === "elder") return { elder: row.elder !== false };
  return { [row.kind]: row[row.kind] ?? "" };
}

const option = (value, label, chosen) => h("option", { value, selected: value === chosen }, label);
const picker = (label, options, change) => h("select", { "aria-label": label, onchange: (event) => change(event.target.value) }, options);

function value(row, changed) {
  const set = (name) => (chosen) => { row[name] = chosen; changed(); };
  if (row.kind === "region") {
    return picker(t("kind_region"), choices.regions.map((one) => option(one.code, `${one.label}${t("in_group", { what: count(one.people) })}`, row.region)), set("region"));
  }
  if (row.kind === "channel") return picker(t("kind_channel"), choices.channels.map((one) => option(one.code, one.label, row.channel)), set("channel"));
  if (row.kind === "elder") {
    return picker(t("kind_elder"), [option("yes", t("elder_yes"), row.elder === false ? "no" : "yes"), option("no", t("elder_no"), row.elder === false ? "no" : "yes")],
      (chosen) => { row.elder = chosen === "yes"; changed(); });
  }
  if (row.kind === "list") {
    return picker(t("kind_list"), lists.map((one) => option(one.id, `${one.name}${t("in_group", { what: count(one.total - one.bad) })}`, row.list)), set("list"));
  }
  if (row.kind === "age") {
    const box = (name, label) => h("input", { type: "number", min: "0", max: "150", "aria-label": label, placeholder: label, value: row[name] ?? "",
      oninput: (event) => { row[name] = event.target.value; changed(); } });
    return h("span", { class: "rule-age" }, box("from", t("age_from")), box("to", t("age_to")));
  }
  return itemValue(row, changed);
}

function itemValue(row, changed) {
  const select = h("select", { "aria-label": t("kind_item"), onchange: (event) => { row.item = event.target.value; row.label = event.target.selectedOptions[0].textContent; changed(); } },
    option(row.item || "", row.label || row.item || t("kind_item"), row.item || ""));
  let timer = 0;
  const search = h("input", { type: "search", "aria-label": t("kind_item"), placeholder: t("item_hint"), maxlength: "60", oninput: (event) => {
    clearTimeout(timer);
    const q = event.target.value.trim();
    if (q) timer = setTimeout(async () => {
      const { items } = await get(`/api/v1/items${query({ q, limit: 20 })}`);
      select.replaceChildren(...items.map((one) => option(one.code, one.name, row.item)));
      if (items.length) select.dispatchEvent(new Event("change"));
    }, 300);
  } });
  const states = picker(t("state_any"), [option("", t("state_any"), row.states?.[0] || ""), ...choices.states.map((one) => option(one.code, one.label, row.states?.[0]))],
    (chosen) => { row.states = chosen ? [chosen] : []; changed(); });
  return h("span", { class: "rule-item" }, search, select, states);
}

function rowView(row, group, redraw, changed) {
  const kind = picker(t("kind"), KINDS.filter((name) => name !== "list" || lists.length).map((name) => option(name, t(`kind_${name}`), row.kind)), (chosen) => {
    Object.assign(row, { kind: chosen, region: choices.regions[0]?.code || "", channel: choices.channels[0].code, elder: true, list: lists[0]?.id, states: [], item: "" });
    redraw();
  });
  const negate = h("label", { class: "choice rule-not" }, h("input", { type: "checkbox", checked: row.negated, onchange: (event) => { row.negated = event.target.checked; changed(); } }), t("negate"));
  return h("li", { class: "rule-row" }, negate, kind, value(row, changed),
    h("button", { type: "button", class: "button rule-remove", "aria-label": t("remove_rule"), title: t("remove_rule"), onclick: () => { group.parts.splice(group.parts.indexOf(row), 1); redraw(); } }, "×"));
}

function groupView(group, redraw, changed, depth) {
  const join = picker(t("join"), ["all", "any"].map((name) => option(name, t(name), group.join)), (chosen) => { group.join = chosen; redraw(); });
  const parts = group.parts.map((one) => (one.join
    ? h("li", { class: "rule-group" }, groupView(one, redraw, changed, depth + 1),
      h("button", { type: "button", class: "button rule-remove", "aria-label": t("remove_rule"), title: t("remove_rule"), onclick: () => { group.parts.splice(group.parts.indexOf(one), 1); redraw(); } }, "×"))
    : rowView(one, group, redraw, changed)));
  return h("div", { class: "rules" }, group.parts.length > 1 && h("p", { class: "rule-join" }, t("join"), " ", join),
    h("ul", { class: "rule-list" }, parts),
    h("div", { class: "console-buttons" },
      h("button", { type: "button", class: "button", "data-rule": "add", onclick: () => { group.parts.push(fresh()); redraw(); } }, t("add_rule")),
      depth < 2 && h("button", { type: "button", class: "button", onclick: () => { group.parts.push({ join: "any", parts: [fresh()] }); redraw(); } }, t("add_group"))));
}

// Draws the tree into a place; tells of every change.
export function drawRules(place, tree, onchange) {
  const redraw = () => { drawRules(place, tree, onchange); onchange(); };
  place.replaceChildren(!tree.parts.length && h("p", { class: "hint" }, t("rules_everybody")), groupView(tree, redraw, onchange, 0));
  if (place.firstChild?.nodeType === 3) place.firstChild.remove();
}

const leafWords = (row) => {
  const named = (list, code) => list.find((one) => one.code === code)?.label || code;
  const words = {
    region: () => `${t("kind_region")} ${named(choices.regions, row.region)}`,
    item: () => `${t("kind_item")} ${row.label || row.item}${row.states?.length ? t("in_group", { what: row.states.map((code) => named(choices.states, code)).join(t("and")) }) : ""}`,
    age: () => `${t("kind_age")} ${row.from || 0}–${row.to || 150}`,
    channel: () => named(choices.channels, row.channel),
    elder: () => t(row.elder === false ? "elder_no" : "elder_yes"),
    list: () => `${t("kind_list")} ${lists.find((one) => one.id === row.list)?.name || ""}`,
  }[row.kind]();
  return row.negated ? `${t("negate")} ${words}` : words;
};

export function ruleWords(form) {
  const tree = fromForm(form);
  if (!tree) return t("rules_foreign");
  const all = (node) => node.parts.map(said).join(node.join === "all" ? " · " : " / ");
  const said = (node) => (node.join ? t("in_group", { what: all(node) }) : leafWords(node));
  return tree.parts.length ? all(tree) : t("rules_everybody");
}

// Which words belong to a leaf's path in the form.
export function leafAt(form, path) {
  let node = form;
  for (const step of path ? path.split(".") : []) node = node?.[step];
  const made = node && part(node);
  return made && !made.join ? leafWords(made) : path;
}
