// One's own ways to sign in beside the password: passkeys and the authenticator; the last one stays.
import { get, newKey, post, remove } from "./api.js";
import { busy, byId, complain, failure, fill, h, quiet, say as toast } from "./dom.js";
import { make, supported } from "./passkeys.js";
import { facts, momentWords } from "./words.js";

const labels = JSON.parse(facts.labels);
const t = (key, filling = {}) => (labels[key] ?? key).replace(/\{(\w+)\}/g, (_, name) => String(filling[name] ?? ""));
const place = byId("factors");
let mine = null;
let seed = null;

const line = (label, ...value) => [h("dt", {}, label), h("dd", {}, value)];
const only = (works) => works && mine.passkeys.filter((one) => !one.doubted_at).length + (mine.authenticator_since ? 1 : 0) === 1;

/** One step of this page: a refusal is said on top; afterwards the list is drawn anew and the focus is on its heading. */
async function step(button, work, done) {
  await busy(button, async () => {
    quiet();
    try {
      await work();
    } catch (problem) {
      if (problem instanceof window.Yima.Problem) return complain(problem, (problem.errors ?? []).map((fault) => ({ id: fault.field, text: fault.message })));
      const there = problem.name === "InvalidStateError";
      return complain({ title: t(there ? "exists_title" : "cancelled_title"), detail: t(there ? "exists" : "cancelled") });
    }
    if (done) toast(done);
    await load();
    place.querySelector("h2")?.focus();
  });
}

const asked = (summary, text, label, work) => h("details", {}, h("summary", {}, summary), h("div", { class: "stack" },
  h("p", { class: "message message-warn" }, text), h("p", {}, h("button", { class: "button button-danger", type: "button", onclick: work }, label))));

function passkey(one) {
  const gone = (event) => step(event.currentTarget, () => remove(`/passkeys/${one.id}`), t("removed", { name: one.name }));
  return h("li", { class: "stack factor" },
    h("h3", {}, one.name),
    h("dl", { class: "facts" }, line(t("created"), momentWords(one.created_at)),
      line(t("used"), one.last_used_at ? momentWords(one.last_used_at) : t("never")), line(t("domain"), one.domain)),
    one.doubted_at && h("p", { class: "message message-bad" }, t("doubted", { when: momentWords(one.doubted_at) })),
    only(!one.doubted_at) ? h("p", { class: "hint" }, t("last"))
      : asked(t("remove"), t("remove_ask", { name: one.name }), t("remove_one", { name: one.name }), gone));
}

/** A demonstration on one's own computer has a name as well. */
const atHome = () => location.hostname === "127.0.0.1" && ((there) => h("p", {}, h("a", { href: there }, there)))(location.href.replace("127.0.0.1", "localhost"));

function adding() {
  if (!mine.domain) return h("div", { class: "message message-info" }, h("p", {}, t("elsewhere")), atHome());
  if (!supported()) return h("p", { class: "message message-info" }, t("unsupported"));
  if (mine.passkeys.length >= mine.most) return h("p", { class: "hint" }, t("full", mine));
  const name = h("input", { id: "name", name: "name", maxlength: "64", autocomplete: "off", required: true, "aria-describedby": "name-hint name-fault" });
  const form = h("form", { class: "stack factor", novalidate: true },
    h("div", { class: "field" }, h("label", { for: "name" }, t("name")), h("p", { class: "hint", id: "name-hint" }, t("name_hint")), name, h("p", { class: "fault", id: "name-fault" })),
    h("p", {}, h("button", { class: "button button-primary", type: "submit" }, t("add"))));
  const key = newKey();
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const called = name.value.trim();
    if (!called) return complain({ title: t("name_missing") }, [{ id: "name", text: t("name") }]);
    return step(event.submitter, async () => {
      const made = await make(await post("/passkeys/challenge", {}));
      await post("/passkeys", { ...made, name: called }, { key: `${key}-${made.challenge_id}` });
    }, t("added", { name: called }));
  });
  return form;
}

const passkeys = () => h("section", { class: "card stack", "aria-labelledby": "passkeys-title" },
  h("h2", { id: "passkeys-title", tabindex: "-1" }, t("passkeys")), h("p", { class: "hint" }, t("passkeys_lead", mine)),
  mine.passkeys.length ? h("ul", { class: "stack factors" }, mine.passkeys.map(passkey)) : h("div", { class: "empty" }, h("h3", {}, t("passkeys_none")), h("p", {}, t("passkeys_none_text"))),
  adding());

function confirming() {
  const input = h("input", { id: "otp", name: "otp", inputmode: "numeric", autocomplete: "one-time-code", maxlength: "8", required: true });
  const form = h("form", { class: "stack", novalidate: true },
    h("div", { class: "message message-info" }, h("p", {}, t("authenticator_seed")), h("p", { class: "console-seed" }, window.Yima.grouped(seed.seed)), h("p", {}, h("a", { href: seed.uri }, t("authenticator_open")))),
    h("div", { class: "field" }, h("label", { for: "otp" }, t("authenticator_digits")), input),
    h("p", {}, h("button", { class: "button button-primary", type: "submit" }, t("authenticator_confirm"))));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    return step(event.submitter, async () => {
      await post("/authenticator/confirmation", { otp: input.value.replace(/\s+/g, "") });
      seed = null;
    }, t("authenticator_added"));
  });
  return form;
}

function authenticator() {
  const begin = (event) => step(event.currentTarget, async () => { seed = await post("/authenticator", {}); }).then(() => byId("otp")?.focus());
  const gone = (event) => step(event.currentTarget, () => remove("/authenticator"), t("authenticator_removed"));
  const since = mine.authenticator_since;
  return h("section", { class: "card stack", "aria-labelledby": "authenticator-title" },
    h("h2", { id: "authenticator-title", tabindex: "-1" }, t("authenticator")), h("p", { class: "hint" }, t("authenticator_lead")),
    h("p", {}, since ? t("authenticator_since", { when: momentWords(since) }) : t("authenticator_none")),
    since ? (only(true) ? h("p", { class: "hint" }, t("last")) : asked(t("remove"), t("authenticator_remove_ask"), t("authenticator_remove"), gone))
      : seed ? confirming() : h("p", {}, h("button", { class: "button", type: "button", onclick: begin }, t("authenticator_add"))));
}

async function load() {
  try {
    mine = await get("/factors");
    fill(place, passkeys(), authenticator(), h("p", { class: "hint" }, t("lost")));
  } catch (problem) {
    fill(place, failure(problem, load));
  }
}

load();
