// Who a notice could be for: rules, the number they give, and why one person is in or out. Rules are kept under a name.
import { newKey, post, put, get, query, remove } from "./api.js";
import { busy, byId, complain, failure, fill, h, quiet, say } from "./dom.js";
import { drawRules, everybody, fromForm, leafAt, loadChoices, nameItems, ruleWords, rulesOf } from "./rules.js";
import { count, momentWords, t } from "./words.js";

let tree = everybody();
let chosen = null;
let ticket = 0;
let timer = 0;

async function look() {
  ticket += 1;
  const mine = ticket;
  try {
    const found = await post("/audience/count", { rules: rulesOf(tree) });
    if (mine !== ticket) return;
    const numbers = [[t("people"), count(found.people)],
      [t("reach"), [t("reach_wechat", { count: count(found.wechat) }), t("reach_sms", { count: count(found.sms) }), t("reach_none", { count: count(found.inbox_only) })].join(" · ")]];
    fill(byId("figures"), h("dl", { class: "figures" }, numbers.map(([term, value]) => h("div", {}, h("dt", {}, term), h("dd", {}, value)))),
      found.again > 0 && h("p", { class: "message message-warn" }, t("again", { count: count(found.again) })));
  } catch (problem) {
    if (mine === ticket) fill(byId("figures"), h("p", { class: "message message-bad" }, problem.detail || problem.title));
  }
}

const changed = () => {
  byId("why-answer").replaceChildren();
  clearTimeout(timer);
  timer = setTimeout(look, 350);
};

const show = (form, segment) => {
  tree = fromForm(form) || everybody();
  chosen = segment;
  byId("name").value = segment?.name || "";
  byId("save").textContent = t(segment ? "segment_change" : "segment_save");
  drawRules(byId("rules"), tree, changed);
  look();
};

let saved = [];

async function discard(one) {
  quiet();
  try {
    await remove(`/segments/${one.id}`);
    say(t("segment_discarded"));
    await segments();
  } catch (problem) {
    complain(problem);
  }
}

async function segments(cursor = "") {
  try {
    const answer = await get(`/segments${query({ cursor })}`);
    await nameItems(...answer.segments.map((one) => one.rules));
    saved = cursor ? [...saved, ...answer.segments] : answer.segments;
    fill(byId("segments"), saved.length ? h("ul", { class: "case-list" }, saved.map((one) => h("li", { class: "card segment" },
      h("div", { class: "segment-head" }, h("h3", {}, one.name), h("span", { class: "hint" }, `${one.owner} · ${momentWords(one.updated_at)}`)),
      h("p", {}, ruleWords(one.rules)),
      h("div", { class: "console-buttons" },
        h("button", { type: "button", class: "button", onclick: () => { show(one.rules, one); byId("rules").scrollIntoView({ block: "center" }); } }, t("open")),
        h("a", { class: "button", href: `/console/campaigns/new?segment=${one.id}` }, t("segment_use")),
        h("button", { type: "button", class: "button", onclick: (event) => busy(event.target, () => discard(one)) }, t("segment_discard"))))))
      : h("p", { class: "card hint" }, t("segments_none")),
    answer.next_cursor && h("p", { class: "console-more" }, h("button", { class: "button", type: "button", onclick: () => segments(answer.next_cursor) }, t("more"))));
  } catch (problem) {
    fill(byId("segments"), failure(problem, () => segments()));
  }
}

byId("keep").addEventListener("submit", (event) => {
  event.preventDefault();
  busy(byId("save"), async () => {
    quiet();
    const body = { name: byId("name").value.trim(), rules: rulesOf(tree) };
    try {
      chosen = chosen ? await put(`/segments/${chosen.id}`, body) : await post("/segments", body, { key: newKey() });
      say(t("segment_saved"));
      byId("save").textContent = t("segment_change");
      await segments();
    } catch (problem) {
      complain(problem, [{ id: "name", text: t("segment_name") }]);
    }
  });
});

byId("why").addEventListener("submit", (event) => {
  event.preventDefault();
  busy(event.submitter, async () => {
    quiet();
    try {
      const rules = rulesOf(tree);
      const found = await post("/audience/why", { rules, phone: byId("phone").value.replace(/\s/g, "") });
      const name = found.name_masked || t("name_none");
      fill(byId("why-answer"), !found.found ? h("p", { class: "message message-warn" }, t("why_nobody"))
        : [h("p", { class: `message message-${found.inside ? "ok" : "bad"}` }, t(found.inside ? "why_in" : "why_out", { name })),
          h("ul", { class: "why-list" }, found.leaves.map((leaf) => h("li", { class: leaf.holds ? "why-yes" : "why-no" },
            h("strong", {}, t(leaf.holds ? "why_yes" : "why_no")), " ", leafAt(rules, leaf.path))))]);
    } catch (problem) {
      complain(problem, [{ id: "phone", text: t("why_phone") }]);
    }
  });
});

loadChoices(true).then(() => { show({}, null); segments(); }, (problem) => fill(byId("figures"), failure(problem)));
