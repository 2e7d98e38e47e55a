// Writing a notice: words left, phones right. A short pause in typing asks the server what it will look like.
import { call, get, kept, newKey, post, put, query } from "./api.js";
import { stateMark } from "./campaign_words.js";
import { busy, byId, complain, fill, h, quiet, say } from "./dom.js";
import { sayInstants } from "./instants.js";
import { figuresOf, showFindings, showFrames } from "./phone.js";
import { drawRules, everybody, fromForm, loadChoices, nameItems, ruleWords, rulesOf } from "./rules.js";
import { count, facts, momentWords, t, timeWords } from "./words.js";

const form = byId("words");
const labels = JSON.parse(facts.labels);
let id = facts.campaign || "";
let campaign = null;
let preview = null;
let ticket = 0;
let timer = 0;
let dirty = false;
let key = newKey();
let tree = everybody();
let foreign = null;
let used = null;
let saving = 0;
const may = facts.readonly !== "1";

const draft = () => ({
  category: form.category.value,
  title: form.title.value.trim(), body: form.body.value.trim(),
  audience: { region: form.region.value, item: form.item.value || null, rules: tree ? (tree.parts.length ? rulesOf(tree) : null) : foreign },
  schedule_at: form.schedule.value ? `${form.schedule.value}:00+08:00` : null,
  template: used,
  elder_title: form.elder_title.value.trim(), elder_body: form.elder_body.value.trim(),
  law: form.law.value.trim(), exercise: form.exercise.checked,
  expires_at: form.expires.value ? `${form.expires.value}:00+08:00` : null,
});
// What a legal basis asks for is asked where it is chosen.
function basis() {
  for (const one of ["statutory", "emergency"]) byId(`basis-${one}`).hidden = form.category.value !== one;
}
// The elder wording is folded away where there is none.
function elder(one) {
  Object.assign(form.elder_title, { value: one.elder_title });
  Object.assign(form.elder_body, { value: one.elder_body });
  byId("elder").open = Boolean(one.elder_title || one.elder_body);
}
// An emergency never goes to everybody because nobody chose: its region is chosen by hand.
function unplaced() {
  if (!form.region.querySelector('option[value=""]')) form.region.prepend(h("option", { value: "" }, t("region_choose")));
  form.region.value = "";
}
const open = () => !campaign || ["draft", "rejected", "submitted"].includes(campaign.state);
const frames = (examples) => showFrames(byId("frames"), examples, { brand: facts.brand, labels });

const figures = () => figuresOf(preview, [...(preview.examples[0]?.sms || form.body.value)].length);

async function look() {
  ticket += 1;
  const mine = ticket;
  const wanted = draft();
  byId("length").textContent = `${[...wanted.body].length} / 1000`;
  if (!wanted.title && !wanted.body) {
    preview = null;
    frames([]);
    fill(byId("findings"), h("p", { class: "hint" }, t("example_start")));
    return;
  }
  try {
    const answer = await post("/campaigns/preview", id ? { ...wanted, campaign: id } : wanted);
    if (mine !== ticket) return;
    preview = answer;
    frames(answer.examples);
    showFindings(byId("findings"), answer, { numbers: figures() });
    chips(answer.placeholders);
  } catch (problem) {
    if (mine === ticket) fill(byId("findings"), h("p", { class: "message message-bad" }, problem.detail || problem.title));
  }
}

function later() {
  dirty = true;
  clearTimeout(timer);
  timer = setTimeout(look, 350);
  clearTimeout(saving);
  if (may && (!campaign || ["draft", "rejected"].includes(campaign.state))) saving = setTimeout(autosave, 2500);
}

// A draft with a title and a text keeps itself; what was handed in is never changed without a press.
async function autosave() {
  if (!dirty || !form.title.value.trim() || !form.body.value.trim()) return;
  try {
    await save();
    byId("saved").textContent = t("autosaved", { time: timeWords() });
  } catch {
    byId("saved").textContent = "";
  }
}

function chips(names) {
  for (const name of names) {
    if (document.querySelector(`[data-put="${CSS.escape(name)}"]`)) continue;
    byId("chips").append(h("button", { type: "button", class: "chip", "data-put": name, onclick: () => put_in(name) }, name));
  }
}

function put_in(name) {
  const field = form.body;
  field.setRangeText(name, field.selectionStart, field.selectionEnd, "end");
  field.focus();
  later();
}

function rules(form_) {
  tree = fromForm(form_);
  foreign = tree ? null : form_;
  if (tree) drawRules(byId("rules"), tree, later);
  else fill(byId("rules"), h("p", { class: "message message-info" }, t("rules_foreign")));
}

async function discard(event) {
  await busy(event.target, async () => {
    campaign = await call("DELETE", `/campaigns/${id}`);
    dirty = false;
    fill(byId("standing"), h("div", { class: "card console-standing" }, h("p", {}, t("discarded")),
      h("button", { type: "button", class: "button", onclick: (press) => busy(press.target, async () => {
        campaign = await post(`/campaigns/${id}/restoration`, {});
        standing();
      }).catch(refuse) }, t("undo"))));
    for (const field of form.elements) field.disabled = true;
  }).catch(refuse);
}

// What can be begun with. Of very many those changed last, which is said, and the one that was asked for by its page.
async function offered(select, path, name, asked) {
  const { rows, more } = await kept(path, name);
  if (asked && !rows.some((one) => one.id === asked)) rows.push(...await get(`${path}/${encodeURIComponent(asked)}`).then((one) => [one], () => []));
  if (more) select.after(h("p", { class: "hint" }, t("newest_only", { count: count(rows.length) })));
  return rows;
}

async function begin() {
  const wanted = new URLSearchParams(location.search);
  await loadChoices(may).catch(() => null);
  const segment = byId("segment");
  const template = byId("template");
  const [segments, templates] = await Promise.all([offered(segment, "/segments", "segments", wanted.get("segment")),
    offered(template, "/notice-templates", "templates", wanted.get("template"))]);
  segment.append(...segments.map((one) => h("option", { value: one.id }, one.name)));
  template.append(...templates.map((one) => h("option", { value: one.id }, `${one.name} · ${t("template_version", { version: one.version })}`)));
  segment.addEventListener("change", async () => {
    const chosen = () => segments.find((row) => row.id === segment.value)?.rules;
    await nameItems(chosen());
    rules(chosen());
    later();
  });
  const take = (one) => {
    used = one ? { id: one.id, version: one.version } : null;
    if (one) Object.assign(form.title, { value: one.title }), Object.assign(form.body, { value: one.body }), (form.category.value = one.category), elder(one);
    basis();
  };
  template.addEventListener("change", () => { take(templates.find((row) => row.id === template.value)); later(); });
  if (id) return load();
  const first = wanted.get("list") ? { list: wanted.get("list") } : segments.find((one) => one.id === wanted.get("segment"))?.rules;
  await nameItems(first);
  rules(first);
  segment.value = wanted.get("segment") || "";
  template.value = wanted.get("template") || "";
  take(templates.find((one) => one.id === wanted.get("template")));
  return undefined;
}

function refuse(problem) {
  complain(problem, (problem.errors || []).map((fault) => {
    const name = fault.field.split(".").pop();
    return { id: byId(name) && form.contains(byId(name)) ? name : "body", text: fault.message };
  }));
}

async function save() {
  const body = draft();
  const answer = id ? await put(`/campaigns/${id}`, body) : await post("/campaigns", body, { key });
  dirty = false;
  if (!id) {
    id = answer.id;
    key = newKey();
    history.replaceState({}, "", `/console/campaigns/${id}`);
  }
  campaign = answer;
  standing();
  return answer;
}

function standing() {
  const box = byId("standing");
  if (!campaign) return;
  const mayStop = ["approved", "sending"].includes(campaign.state);
  fill(box, h("div", { class: "card console-standing" }, stateMark(campaign.state),
    campaign.reason && h("p", {}, campaign.reason),
    campaign.progress && h("p", {}, t("campaign_sent", { done: count(campaign.progress.done), count: count(campaign.progress.total) })),
    campaign.state === "submitted" && h("p", { class: "hint" }, t("edit_voids")),
    campaign.state === "submitted" && campaign.seconder && h("p", { class: "message message-info" }, t("seconded", { who: campaign.seconder })),
    campaign.schedule_at && h("p", { class: "hint" }, t("schedule_at", { at: momentWords(campaign.schedule_at) })),
    campaign.audience.rules && h("p", { class: "hint" }, ruleWords(campaign.audience.rules)),
    may && ["draft", "rejected"].includes(campaign.state) && h("button", { type: "button", class: "button", onclick: discard }, t("discard")),
    mayStop && h("details", {}, h("summary", {}, t("stop")), h("p", {}, t("stop_confirm")),
      h("button", { type: "button", class: "button button-danger", onclick: stop }, t("stop")))));
  box.hidden = false;
  for (const field of form.elements) field.disabled = !open() || facts.readonly === "1";
}

async function stop(event) {
  await busy(event.target, async () => {
    try {
      await post(`/campaigns/${id}/stop`, {});
      say(t("stopped"));
      await load();
    } catch (problem) {
      refuse(problem);
    }
  });
}

async function load() {
  campaign = await get(`/campaigns/${id}`);
  form.title.value = campaign.title;
  form.body.value = campaign.body;
  elder(campaign);
  form.category.value = campaign.category;
  form.law.value = campaign.law;
  form.exercise.checked = campaign.exercise;
  if (campaign.expires_at) form.expires.value = shanghai(campaign.expires_at);
  basis();
  if (campaign.audience.region) form.region.value = campaign.audience.region;
  if (campaign.audience.item) {
    form.item.append(h("option", { value: campaign.audience.item }, campaign.audience.item_name || campaign.audience.item));
    form.item.value = campaign.audience.item;
  }
  if (campaign.schedule_at) form.schedule.value = shanghai(campaign.schedule_at);
  sayInstants();
  used = campaign.template;
  await nameItems(campaign.audience.rules);
  rules(campaign.audience.rules);
  standing();
}

// An instant as the wall clock in Shanghai, for an input of the browser.
const shanghai = (text) => new Date(new Date(text).getTime() + 8 * 3600 * 1000).toISOString().slice(0, 16);

async function findItems() {
  const q = byId("item-search").value.trim();
  const kept = form.item.selectedOptions[0];
  if (!q) return;
  const answer = await get(`/api/v1/items${query({ q, limit: 20 })}`);
  const options = answer.items.filter((item) => item.code !== kept.value)
    .map((item) => h("option", { value: item.code }, `${item.name}${t("in_group", { what: item.department })}`));
  form.item.replaceChildren(h("option", { value: "" }, labels.item_any), ...(kept.value ? [kept] : []), ...options);
  byId("item-count").textContent = t("items_found", { count: count(answer.total ?? answer.items.length) });
  if (options.length === 1) form.item.value = options[0].value;
  later();
}

let searching = 0;
byId("item-search").addEventListener("input", () => {
  clearTimeout(searching);
  searching = setTimeout(() => findItems().catch(refuse), 300);
});
byId("item-search").addEventListener("keydown", (event) => { if (event.key === "Enter") event.preventDefault(); });

for (const chip of document.querySelectorAll("[data-put]")) chip.addEventListener("click", () => put_in(chip.dataset.put));

form.addEventListener("input", (event) => { basis(); if (event.target.value === "emergency") unplaced(); if (event.target.id !== "item-search" && !byId("rules").contains(event.target)) later(); });
form.addEventListener("submit", (event) => {
  event.preventDefault();
  busy(form.querySelector('[data-do="submit"]'), async () => {
    quiet();
    try {
      await save();
      campaign = await call("POST", `/campaigns/${id}/submission`, {});
      standing();
      say(t("submitted"));
    } catch (problem) {
      refuse(problem);
    }
  });
});
form.querySelector('[data-do="save"]').addEventListener("click", (event) => busy(event.target, async () => {
  quiet();
  try {
    await save();
    say(t("saved"));
  } catch (problem) {
    refuse(problem);
  }
}));
addEventListener("beforeunload", (event) => { if (dirty && form.body.value) event.preventDefault(); });

sayInstants();
begin().then(look, refuse);
