// Where a working day begins: what is due for a handler, what waits for an operator, what happened for an auditor.
import { get, query } from "./api.js";
import { entryList } from "./entries.js";
import { campaignList } from "./campaign_words.js";
import { byId, empty, failure, fill, h, light } from "./dom.js";
import { caseList } from "./rows.js";
import { count, dateWords, facts, t } from "./words.js";

const held = facts.may.split(" ");
const may = (...names) => names.some((name) => held.includes(name));
const place = byId("today");

const section = (title, link, ...content) => h("section", { class: "console-section" },
  h("div", { class: "console-section-head" }, h("h2", {}, title), link), content);

async function casesSection() {
  const answer = await get(`/cases${query({ view: "department" })}`);
  const urgent = answer.cases.filter((row) => ["overdue", "red", "yellow"].includes(row.light)).slice(0, 8);
  const tiles = ["overdue", "red", "yellow", "green", "none"].map((name) =>
    h("a", { class: "tile", href: `/console/cases${query({ view: "department", light: name })}` },
      h("strong", {}, count(answer.counts[name] || 0)), light(name)));
  return section(t("today_due"), h("a", { href: "/console/cases" }, t("today_all")),
    h("div", { class: "tiles" }, tiles),
    urgent.length ? caseList(urgent) : h("p", { class: "card" }, t("today_due_none")));
}

async function campaignsSection() {
  const [{ campaigns: waiting, count: many }, { campaigns, count: all }] = await Promise.all([get(`/campaigns${query({ show: "waiting" })}`), get(`/campaigns${query({ show: "others" })}`)]);
  const others = campaigns.slice(0, 6);
  return [section(t("today_waiting"), may("campaigns.approve") && h("a", { href: "/console/approvals" }, many > waiting.length ? t("today_all_waiting", { count: count(many) }) : t("open")),
    waiting.length ? campaignList(waiting) : h("p", { class: "card" }, t("today_none_campaigns"))),
  others.length > 0 && section(t("today_drafts"), may("campaigns.write") && h("a", { href: "/console/campaigns/new" }, t("campaign_new")), campaignList(others),
    all > others.length && h("p", { class: "console-more" }, h("a", { class: "button", href: "/console/campaigns" }, t("today_all_others", { shown: count(others.length), count: count(all) }))))];
}

async function auditSection() {
  const { entries } = await get("/audit");
  return section(t("today_audit"), h("a", { href: "/console/audit" }, t("open")),
    entries.length ? entryList(entries.slice(0, 10)) : h("p", { class: "card" }, t("audit_none_title")));
}

async function devicesSection() {
  const [{ counts }, { waiting }] = await Promise.all([get("/terminals"), get(`/conflicts${query({ state: "waiting" })}`)]);
  const tile = (href, number, word) => h("a", { class: "tile", href }, h("strong", {}, count(number)), h("span", {}, t(word)));
  return section(t("today_devices"), h("a", { href: "/console/terminals" }, t("open")),
    h("div", { class: "tiles" }, tile("/console/terminals", counts.enrolled, "today_enrolled"),
      tile("/console/terminals", counts.invited, "today_invited"), tile("/console/conflicts", waiting, "today_conflicts")));
}

async function load() {
  byId("day").textContent = dateWords(new Date().toISOString());
  const wanted = [may("cases.decide", "halls.manage") && casesSection, may("campaigns.read") && campaignsSection,
    may("terminals.manage") && devicesSection, may("audit.read") && auditSection].filter(Boolean);
  if (!wanted.length) {
    fill(place, empty(t("today_nothing"), ""));
    return;
  }
  try {
    fill(place, await Promise.all(wanted.map((make) => make())));
  } catch (problem) {
    if (place.hasAttribute("aria-busy")) fill(place, failure(problem, load));
  }
}

setInterval(() => { if (!document.hidden && !place.contains(document.activeElement)) load(); }, 15000);
load();
