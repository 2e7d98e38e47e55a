// Who works here: roles, how far the work reaches, a lost authenticator, an account that closes.
import { get, post, put, query } from "./api.js";
import { busy, byId, complain, empty, h, quiet, say as toast } from "./dom.js";
import { facts, momentWords } from "./words.js";
import { worklist } from "./worklist.js";

const labels = JSON.parse(facts.labels);
const roles = JSON.parse(facts.roles);
const t = (key, filling = {}) => (labels[key] ?? key).replace(/\{(\w+)\}/g, (_, name) => String(filling[name] ?? ""));
const places = JSON.parse(facts.places);
const named = (region) => (places[region] ? `${places[region]} ${region}` : region);
const roleName = Object.fromEntries(roles);
const EVERY = "*";

const line = (label, ...value) => [h("dt", {}, label), h("dd", {}, value)];
const joined = (list) => list.join(t("and"));
const words = (text) => text.split(/[\s,，、;；]+/).filter(Boolean);

/** One step, then the list anew; a refusal is said on top of the page. */
function step(one, path, method, body, done) {
  return (event) => {
    event.preventDefault();
    const button = event.submitter ?? event.currentTarget;
    return busy(button, async () => {
      quiet();
      try {
        await method(`/staff/${encodeURIComponent(one.staff_no)}/${path}`, body?.() ?? {});
        toast(t(done, { name: one.name }));
        await list.again();
      } catch (problem) {
        complain(problem, (problem.errors ?? []).map((fault) => ({ id: `${one.staff_no}-regions`, text: fault.message })));
      }
    });
  };
}

function reach(one) {
  const whose = !one.departments.length ? t("own_department", { department: one.department })
    : one.departments.includes(EVERY) ? t("every_department") : joined(one.departments);
  return t("reach", { whose, where: joined((one.regions.length ? one.regions : [one.region]).map(named)) });
}

function rolesForm(one) {
  const form = h("form", { class: "stack" },
    h("fieldset", {}, h("legend", {}, t("roles_legend")), h("div", { class: "terminal-purposes" }, roles.map(([code, label]) =>
      h("label", { class: "choice" }, h("input", { type: "checkbox", name: "roles", value: code, checked: one.roles.includes(code) }), h("span", {}, label))))),
    h("p", { class: "hint" }, t("ends_sessions")), h("p", {}, h("button", { class: "button button-primary", type: "submit" }, t("save_roles"))));
  const chosen = () => ({ roles: [...form.querySelectorAll("[name=roles]:checked")].map((box) => box.value) });
  form.addEventListener("submit", step(one, "roles", put, chosen, "roles_saved"));
  return h("details", {}, h("summary", {}, t("roles_change")), form);
}

function scopeForm(one) {
  const id = (name) => `${one.staff_no}-${name}`;
  const every = h("input", { type: "checkbox", name: "every", checked: one.departments.includes(EVERY) });
  const departments = h("textarea", { id: id("departments"), rows: "3", maxlength: "2000", "aria-describedby": id("departments-hint") });
  departments.value = one.departments.filter((name) => name !== EVERY).join("\n");
  const regions = h("input", { id: id("regions"), maxlength: "600", value: one.regions.join(" "), "aria-describedby": id("regions-hint") });
  const form = h("form", { class: "stack" },
    h("div", { class: "field" }, h("label", { for: id("departments") }, t("departments")), departments, h("p", { class: "hint", id: id("departments-hint") }, t("departments_hint"))),
    h("label", { class: "choice" }, every, h("span", {}, t("every_department"))),
    h("div", { class: "field" }, h("label", { for: id("regions") }, t("regions")), regions, h("p", { class: "hint", id: id("regions-hint") }, t("regions_hint"))),
    h("p", { class: "hint" }, t("ends_sessions")), h("p", {}, h("button", { class: "button button-primary", type: "submit" }, t("save_scope"))));
  const given = () => ({ departments: every.checked ? [EVERY] : departments.value.split("\n").map((name) => name.trim()).filter(Boolean), regions: words(regions.value) });
  form.addEventListener("submit", step(one, "scope", put, given, "scope_saved"));
  return h("details", {}, h("summary", {}, t("scope_change")), form);
}

/** A lost authenticator takes two people; whoever reported it cannot be the second. */
function factorStep(one) {
  if (!one.has_second_factor && !one.recovery_asked) return null;
  const [path, label, hint, done] = one.recovery_asked
    ? ["recovery/confirmation", "factor_confirm", "factor_confirm_hint", "factor_forgotten"] : ["recovery", "factor_lost", "factor_lost_hint", "factor_reported"];
  return h("details", {}, h("summary", {}, t(label)), h("div", { class: "stack" }, h("p", { class: "hint" }, t(hint)),
    h("p", {}, h("button", { class: "button", type: "button", onclick: step(one, path, post, null, done) }, t(label)))));
}

const closing = (one) => h("details", {}, h("summary", {}, t("close")), h("div", { class: "stack" }, h("p", { class: "message message-warn" }, t("close_hint", { name: one.name })),
  h("p", {}, h("button", { class: "button button-danger", type: "button", onclick: step(one, "closing", post, null, "closed_done") }, t("close_now", { name: one.name })))));

function card(one) {
  const mine = one.staff_no === facts.me;
  const changes = facts.manages && !mine && !one.disabled_at;
  return h("article", { class: "card stack" },
    h("div", { class: "row row-between" }, h("h2", {}, one.name), h("span", { class: "hint" }, one.staff_no)),
    h("dl", { class: "facts" }, line(t("department"), one.department),
      line(t("roles"), one.roles.length ? joined(one.roles.map((role) => roleName[role] ?? role)) : t("roles_none")),
      line(t("scope"), reach(one)), line(t("factor"), t(one.recovery_asked ? "factor_asked" : one.has_second_factor ? "factor_there" : "factor_none"))),
    one.disabled_at && h("p", { class: "message message-warn" }, t("closed", { when: momentWords(one.disabled_at) })),
    mine && h("p", { class: "hint" }, t("own")),
    changes && [rolesForm(one), scopeForm(one)], facts.recovers && !mine && !one.disabled_at && factorStep(one), changes && closing(one));
}

const list = worklist(byId("roster"), {
  card, none: () => empty(t("none"), t("none_text")), idOf: (one) => one.staff_no,
  read: async (cursor) => {
    const page = await get(`/staff${query({ cursor })}`);
    return [page.staff, page.next_cursor];
  },
});
list.load();
