// How a notice to many is named in lists and on its own page.
import { h } from "./dom.js";
import { count, has, momentWords, t } from "./words.js";

const TONES = { submitted: "warn", approved: "ok", sending: "info", finished: "ok", rejected: "bad", stopped: "bad" };

export const stateMark = (state) => h("span", { class: `badge badge-${TONES[state] || "none"}` },
  has(`campaign_${state}`) ? t(`campaign_${state}`) : state);

export function campaignRow(row) {
  return h("li", { class: "case-row campaign-row" },
    h("a", { href: `/console/campaigns/${encodeURIComponent(row.id)}` },
      h("span", { class: "case-item" }, row.title),
      h("span", { class: "case-light" }, row.trial && h("span", { class: "badge badge-warn" }, t("campaign_trial")), " ", stateMark(row.state)),
      h("span", { class: "case-handler" }, row.author ? t("campaign_by", { author: row.author }) : ""),
      h("span", { class: "case-due" }, row.people === null || row.people === undefined ? "" : t("campaign_people", { count: count(row.people) })),
      h("span", { class: "case-no" }, row.updated_at || row.created_at ? momentWords(row.updated_at || row.created_at) : "")));
}

export const campaignList = (rows) => h("ul", { class: "case-list" }, rows.map(campaignRow));
