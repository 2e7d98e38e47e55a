// The second person: reads every word, types the number of people, then approves or returns it.
import { get, post } from "./api.js";
import { busy, byId, complain, empty, failure, fill, h, quiet, say } from "./dom.js";
import { showFindings, showFrames } from "./phone.js";
import { count, facts, momentWords, t } from "./words.js";

const place = byId("approvals");
const labels = JSON.parse(facts.labels);

const audienceWords = (audience) => t("audience_words", { audience: [t("region_all"),
  audience.item && t("item_of", { item: audience.item_name || audience.item })].filter(Boolean).join(" · ") });

async function act(button, path, body, done) {
  await busy(button, async () => {
    quiet();
    try {
      await post(path, body);
      say(done);
      await load();
    } catch (problem) {
      complain(problem);
      if (problem.status === 409) await load();
    }
  });
}

function decision(campaign, preview) {
  if (campaign.own || campaign.mine || campaign.author_staff_no === facts.staff) return h("p", { class: "console-own" }, t("own"));
  const people = h("input", { id: `people-${campaign.id}`, inputmode: "numeric", autocomplete: "off", maxlength: "9" });
  const reason = h("textarea", { id: `reason-${campaign.id}`, rows: "2", maxlength: "300" });
  const expected = preview.people;
  const approve = h("button", { type: "submit", class: "button button-primary", disabled: preview.blockers.length > 0 }, t("approve"));
  const accept = h("form", { novalidate: true, onsubmit: (event) => {
    event.preventDefault();
    const typed = Number(people.value.replace(/[,\s，]/g, ""));
    if (people.value.trim() === "" || typed !== expected) {
      complain({ title: t("type_people_wrong") }, [{ id: people.id, text: t("type_people", { count: count(expected) }) }]);
      return;
    }
    act(approve, `/campaigns/${campaign.id}/approval`, { content_hash: campaign.content_hash, people: typed }, t("approved"));
  } }, h("label", { for: people.id }, t("type_people", { count: count(expected) })), people, approve);
  const back = h("button", { class: "button", type: "submit" }, t("reject"));
  const turnDown = h("form", { novalidate: true, onsubmit: (event) => {
    event.preventDefault();
    if (!reason.value.trim()) {
      complain({ title: t("reject_reason_needed") }, [{ id: reason.id, text: t("reject_reason") }]);
      return;
    }
    act(back, `/campaigns/${campaign.id}/rejection`, { reason: reason.value.trim() }, t("rejected"));
  } }, h("label", { for: reason.id }, t("reject_reason")), reason, back);
  const moved = campaign.people !== null && campaign.people !== expected
    && h("p", { class: "message message-warn" }, t("people_moved", { before: count(campaign.people), now: count(expected) }));
  return h("div", {}, moved, h("div", { class: "approval-act" }, accept, turnDown));
}

async function card(row) {
  const campaign = await get(`/campaigns/${row.id}`);
  const preview = campaign.preview || await post("/campaigns/preview",
    { title: campaign.title, body: campaign.body, audience: { region: campaign.audience.region, item: campaign.audience.item ?? null } });
  const frames = h("div", { class: "approval-frames" });
  const check = h("div", {});
  return { frames, preview, element: h("article", { class: "card approval" },
    h("div", { class: "approval-words" }, h("h2", {}, campaign.title),
      h("p", { class: "hint" }, t("campaign_by", { author: campaign.author || "" }), campaign.updated_at ? ` · ${momentWords(campaign.updated_at)}` : ""),
      h("p", {}, audienceWords(campaign.audience)),
      h("blockquote", { class: "approval-body" }, campaign.body), check, decision(campaign, preview)), frames),
    draw: () => {
      showFindings(check, preview, { numbers: [[t("people"), count(preview.people)],
        [t("reach"), `${t("reach_inbox", { count: count(preview.reach.inbox) })} · ${t("reach_sms", { count: count(preview.reach.sms) })}`],
        [t("parts"), t("parts_only", { parts: preview.parts })]] });
    } };
}

async function load() {
  try {
    const answer = await get("/campaigns");
    const waiting = answer.campaigns.filter((row) => row.state === "submitted");
    if (!waiting.length) {
      fill(place, empty(t("approvals_none_title"), t("approvals_none_body")));
      return;
    }
    const open = new URLSearchParams(location.search).get("id");
    const chosen = waiting.find((row) => row.id === open) || waiting[0];
    const made = await card(chosen);
    const others = waiting.length > 1 && h("nav", { class: "tabs", "aria-label": t("today_waiting") }, waiting.map((row) =>
      h("a", { href: `?id=${encodeURIComponent(row.id)}`, "aria-current": row.id === chosen.id ? "page" : null }, row.title)));
    fill(place, others, made.element);
    made.draw();
    showFrames(made.frames, made.preview.examples, { brand: facts.brand, labels });
  } catch (problem) {
    fill(place, failure(problem, load));
  }
}

load();
