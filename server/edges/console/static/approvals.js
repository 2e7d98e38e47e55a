// The second person: reads every word, types the number of people, then approves or returns it.
import { get, post, query } from "./api.js";
import { campaignList } from "./campaign_words.js";
import { busy, byId, complain, empty, failure, fill, h, quiet, say } from "./dom.js";
import { figuresOf, showFindings, showFrames } from "./phone.js";
import { loadChoices, nameItems, ruleWords } from "./rules.js";
import { count, facts, momentWords, t } from "./words.js";

const place = byId("approvals");
const labels = JSON.parse(facts.labels);

const audienceWords = (audience) => t("audience_words", { audience: [t("region_all"),
  audience.item && t("item_of", { item: audience.item_name || audience.item })].filter(Boolean).join(" · ") });

// All people of a notice are written down in the step that approves it: of a million that takes longer than other steps.
const MANY = 50_000, PATIENCE = 600_000;

// A reason that is being typed outlives a notice that is read anew because it moved meanwhile.
const typedReasons = new Map();

async function act(button, campaign, step, body, done) {
  await busy(button, async () => {
    quiet();
    const long = body.people > MANY && h("p", { class: "hint", role: "status" }, t("fixing", { count: count(body.people) }));
    if (long) button.after(long);
    try {
      await post(`/campaigns/${campaign.id}/${step}`, body, long ? { timeout: PATIENCE } : {});
      typedReasons.delete(campaign.id);
      say(done);
      await load();
    } catch (problem) {
      complain(problem);
      if (problem.status === 409) await load();
    }
    if (long) long.remove();
  });
}

function decision(campaign, preview) {
  if (campaign.own || campaign.mine || campaign.author_staff_no === facts.staff) return h("p", { class: "console-own" }, t("own"));
  if (campaign.seconded_by_me) return h("p", { class: "console-own" }, t("seconded_own"));
  const people = h("input", { id: `people-${campaign.id}`, inputmode: "numeric", autocomplete: "off", maxlength: "9" });
  const reason = h("textarea", { id: `reason-${campaign.id}`, rows: "2", maxlength: "300", value: typedReasons.get(campaign.id) ?? "",
    oninput: () => typedReasons.set(campaign.id, reason.value) });
  const expected = preview.people;
  const approve = h("button", { type: "submit", class: "button button-primary", disabled: preview.blockers.length > 0 },
    t(campaign.category === "emergency" && !campaign.seconder ? "approve_first" : "approve"));
  const accept = h("form", { novalidate: true, onsubmit: (event) => {
    event.preventDefault();
    const typed = Number(people.value.replace(/[,\s，]/g, ""));
    if (people.value.trim() === "" || typed !== expected) {
      complain({ title: t("type_people_wrong") }, [{ id: people.id, text: t("type_people", { count: count(expected) }) }]);
      return;
    }
    act(approve, campaign, "approval", { content_hash: campaign.content_hash, people: typed }, t(campaign.category === "emergency" && !campaign.seconder ? "approved_first" : "approved"));
  } }, h("label", { for: people.id }, t("type_people", { count: count(expected) })), people, approve);
  const back = h("button", { class: "button", type: "submit" }, t("return_for_edit"));
  const never = h("button", { class: "button button-danger", type: "submit", "data-for-good": "1" }, t("refuse_for_good"));
  const turnDown = h("form", { novalidate: true, onsubmit: (event) => {
    event.preventDefault();
    if (!reason.value.trim()) {
      complain({ title: t("reject_reason_needed") }, [{ id: reason.id, text: t("reject_reason") }]);
      return;
    }
    const forGood = event.submitter === never;
    act(event.submitter, campaign, "rejection", { reason: reason.value.trim(), for_good: forGood }, t(forGood ? "refused" : "rejected"));
  } }, h("label", { for: reason.id }, t("reject_reason")), reason, back, never);
  const moved = campaign.people !== null && campaign.people !== expected
    && h("p", { class: "message message-warn" }, t("people_moved", { before: count(campaign.people), now: count(expected) }));
  return h("div", {}, moved, h("div", { class: "approval-act" }, accept, turnDown));
}

function differences(since) {
  if (since.first) return h("p", { class: "hint" }, t("changes_first"));
  if (!since.changes.length) return h("p", { class: "hint" }, t("changes_none"));
  return h("details", { open: true }, h("summary", {}, t("changes_title")), since.changes.map((one) => h("div", { class: "change" }, h("h3", {}, one.label),
    h("p", { class: "change-before" }, h("span", {}, t("changes_before")), h("del", {}, one.before || "–")), h("p", { class: "change-now" }, h("span", {}, t("changes_now")), h("ins", {}, one.now || "–")))));
}

// Five of the twenty, spread over them.
function sample(preview) {
  const step = Math.max(1, Math.floor(preview.examples.length / 5));
  const five = preview.examples.filter((_, place) => place % step === 0).slice(0, 5);
  return five.length > 0 && h("details", {}, h("summary", {}, t("sample_title")), h("ul", { class: "findings" }, five.map((one) => h("li", { class: "sample" },
    h("strong", {}, one.name_masked || t("name_none")), h("p", {}, one.body)))));
}

async function card(row) {
  const campaign = await get(`/campaigns/${row.id}`);
  const [preview, since] = await Promise.all([post("/campaigns/preview", { campaign: campaign.id, title: campaign.title, body: campaign.body, elder_title: campaign.elder_title, elder_body: campaign.elder_body, category: campaign.category, values: campaign.values,
    law: campaign.law, expires_at: campaign.expires_at, exercise: campaign.exercise, schedule_at: campaign.schedule_at, audience: { region: campaign.audience.region, item: campaign.audience.item ?? null, rules: campaign.audience.rules } }),
  get(`/campaigns/${row.id}/changes`)]);
  await nameItems(campaign.audience.rules);
  const frames = h("div", { class: "approval-frames" });
  const check = h("div", {});
  return { frames, preview, element: h("article", { class: "card approval" },
    h("div", { class: "approval-words" }, h("h2", {}, campaign.title),
      h("p", { class: "hint" }, t("campaign_by", { author: campaign.author || "" }), campaign.updated_at ? ` · ${momentWords(campaign.updated_at)}` : ""),
      campaign.trial && h("p", { class: "message message-warn" }, t("campaign_trial_words")),
      h("p", {}, audienceWords(campaign.audience)), campaign.audience.rules && h("p", {}, ruleWords(campaign.audience.rules)),
      h("p", {}, campaign.schedule_at ? t("schedule_at", { at: momentWords(campaign.schedule_at) }) : t("schedule_none")),
      campaign.category === "statutory" && h("p", {}, t("basis_law", { law: campaign.law })),
      campaign.category === "emergency" && h("p", { class: "message message-warn" }, t(campaign.exercise ? "basis_exercise" : "basis_emergency", { at: momentWords(campaign.expires_at) })),
      campaign.category === "emergency" && h("p", { class: "message message-info" }, campaign.seconder ? t("seconded", { who: campaign.seconder }) : t("seconded_none")),
      h("blockquote", { class: "approval-body" }, campaign.body),
      campaign.elder_body && h("h3", {}, t("said_as", { who: facts.said_to_elders, what: campaign.elder_title })), campaign.elder_body && h("blockquote", { class: "approval-body" }, campaign.elder_body), differences(since), check, sample(preview), decision(campaign, preview)), frames),
    draw: () => {
      showFindings(check, preview, { numbers: figuresOf(preview) });
    } };
}

const SHOWS = ["waiting", "decided", "mine"];
const asked = new URLSearchParams(location.search);
const show = SHOWS.includes(asked.get("show")) ? asked.get("show") : "waiting";
let rows = [];

const views = (waiting) => h("nav", { class: "tabs", "aria-label": t("approvals_views") }, SHOWS.map((name) =>
  h("a", { href: name === "waiting" ? "/console/approvals" : `/console/approvals?show=${name}`, "aria-current": name === show ? "page" : null },
    t(`approvals_${name}`), " ", name === "waiting" && waiting > 0 && h("span", { class: "badge badge-warn approvals-count" }, count(waiting)))));

const further = (answer) => answer.next_cursor && h("p", { class: "console-more" },
  h("span", { class: "hint" }, t("approvals_of", { shown: count(rows.length), count: count(answer.count) })), " ",
  h("button", { type: "button", class: "button", onclick: () => load(answer.next_cursor) }, t("more")));

async function waitingOnes(answer) {
  if (!rows.length) return [empty(t("approvals_none_title"), t("approvals_none_body"))];
  const id = asked.get("id");
  const named = rows.find((row) => row.id === id) || (id && await get(`/campaigns/${encodeURIComponent(id)}`).catch(() => null));
  const chosen = named && named.state === "submitted" ? named : rows[0];
  const made = await card(chosen);
  const others = rows.length > 1 && h("nav", { class: "tabs", "aria-label": t("today_waiting") }, rows.map((row) =>
    h("a", { href: `?id=${encodeURIComponent(row.id)}`, "aria-current": row.id === chosen.id ? "page" : null }, row.title)));
  return [others, further(answer), made.element, made];
}

async function load(cursor = "") {
  try {
    const [answer, waiting] = await Promise.all([get(`/campaigns${query({ show, cursor })}`), show === "waiting" ? null : get(`/campaigns${query({ show: "waiting" })}`)]);
    rows = cursor ? [...rows, ...answer.campaigns] : answer.campaigns;
    const top = views((waiting || answer).count);
    if (show !== "waiting") {
      fill(place, top, rows.length ? campaignList(rows) : empty(t(`approvals_${show}_none`), ""), further(answer));
      window.Yima.tabsInView(place);
      return;
    }
    const [others, more, element, made] = await waitingOnes(answer);
    fill(place, top, others, more, element);
    window.Yima.tabsInView(place);
    if (!made) return;
    made.draw();
    showFrames(made.frames, made.preview.examples, { brand: facts.brand, labels });
  } catch (problem) {
    fill(place, failure(problem, () => load(cursor)));
  }
}

loadChoices(false).then(() => load(), () => load());
