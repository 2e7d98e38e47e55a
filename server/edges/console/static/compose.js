// Writing a notice: words left, phones right. A short pause in typing asks the server what it will look like.
import { call, get, newKey, post, put, query } from "./api.js";
import { stateMark } from "./campaign_words.js";
import { busy, byId, complain, fill, h, quiet, say } from "./dom.js";
import { showFindings, showFrames } from "./phone.js";
import { count, facts, t } from "./words.js";

const form = byId("words");
const labels = JSON.parse(facts.labels);
let id = facts.campaign || "";
let campaign = null;
let preview = null;
let ticket = 0;
let timer = 0;
let dirty = false;
let key = newKey();

const draft = () => ({
  category: form.category.value,
  title: form.title.value.trim(), body: form.body.value.trim(),
  audience: { region: form.region.value, item: form.item.value || null },
});
const open = () => !campaign || ["draft", "rejected", "submitted"].includes(campaign.state);
const frames = (examples) => showFrames(byId("frames"), examples, { brand: facts.brand, labels });

function figures() {
  return [[t("people"), count(preview.people)],
    [t("reach"), `${t("reach_inbox", { count: count(preview.reach.inbox) })} · ${t("reach_sms", { count: count(preview.reach.sms) })}`],
    [t("parts"), t("parts_value", { chars: [...(preview.examples[0]?.sms || form.body.value)].length, parts: preview.parts })]];
}

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
    const answer = await post("/campaigns/preview", wanted);
    if (mine !== ticket) return;
    preview = answer;
    frames(answer.examples);
    showFindings(byId("findings"), answer, { numbers: figures() });
  } catch (problem) {
    if (mine === ticket) fill(byId("findings"), h("p", { class: "message message-bad" }, problem.detail || problem.title));
  }
}

function later() {
  dirty = true;
  clearTimeout(timer);
  timer = setTimeout(look, 350);
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
  form.category.value = campaign.category;
  if (campaign.audience.region) form.region.value = campaign.audience.region;
  if (campaign.audience.item) {
    form.item.append(h("option", { value: campaign.audience.item }, campaign.audience.item_name || campaign.audience.item));
    form.item.value = campaign.audience.item;
  }
  standing();
}

async function findItems() {
  const q = byId("item-search").value.trim();
  const kept = form.item.selectedOptions[0];
  if (!q) return;
  const answer = await get(`/api/v1/items${query({ q, limit: 20 })}`);
  const options = answer.items.filter((item) => item.code !== kept.value)
    .map((item) => h("option", { value: item.code }, `${item.name}（${item.department}）`));
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

for (const chip of document.querySelectorAll("[data-put]")) chip.addEventListener("click", () => {
  const field = form.body;
  field.setRangeText(chip.dataset.put, field.selectionStart, field.selectionEnd, "end");
  field.focus();
  later();
});

form.addEventListener("input", (event) => { if (event.target.id !== "item-search") later(); });
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

if (id) load().then(look, refuse);
else look();
