import { get, query } from "./api.js";
import { campaignList } from "./campaign_words.js";
import { byId, empty, failure, fill, h } from "./dom.js";
import { t } from "./words.js";

const place = byId("campaigns");
let rows = [];

async function load(cursor = "") {
  try {
    const answer = await get(`/campaigns${query({ cursor })}`);
    rows = cursor ? [...rows, ...answer.campaigns] : answer.campaigns;
    fill(place, rows.length ? campaignList(rows) : empty(t("campaigns_none_title"), t("campaigns_none_body")),
      answer.next_cursor && h("p", { class: "console-more" },
        h("button", { class: "button", type: "button", onclick: () => load(answer.next_cursor) }, t("more"))));
  } catch (problem) {
    if (!rows.length) fill(place, failure(problem, () => load()));
  }
}

setInterval(() => { if (!document.hidden && rows.length <= 50) load(); }, 15000);
load();
