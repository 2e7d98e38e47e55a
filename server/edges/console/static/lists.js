// Uploaded lists: a file becomes rows; what is wrong with the whole file is said at once.
import { get, query } from "./api.js";
import { busy, byId, complain, failure, fill, h, quiet, say } from "./dom.js";
import { count, momentWords, t } from "./words.js";

const quality = (one) => h("span", { class: `badge badge-${one.bad ? "warn" : "ok"}` }, one.bad ? t("list_bad", { bad: count(one.bad) }) : t("list_clean"));

let lists = [];

async function load(cursor = "") {
  try {
    const answer = await get(`/people-lists${query({ cursor })}`);
    lists = cursor ? [...lists, ...answer.lists] : answer.lists;
    fill(byId("lists"), lists.length ? h("ul", { class: "case-list" }, lists.map((one) => h("li", { class: "case-row" },
      h("a", { href: `/console/lists/${one.id}` }, h("span", { class: "case-item" }, one.name), h("span", { class: "case-light" }, quality(one)),
        h("span", { class: "case-no" }, `${one.owner} · ${momentWords(one.updated_at)}`),
        h("span", { class: "case-status" }, t("list_good", { good: count(one.total - one.bad) }))))))
      : h("p", { class: "card hint" }, t("lists_none")),
    answer.next_cursor && h("p", { class: "console-more" }, h("button", { class: "button", type: "button", onclick: () => load(answer.next_cursor) }, t("more"))));
  } catch (problem) {
    fill(byId("lists"), failure(problem, () => load()));
  }
}

byId("upload").addEventListener("submit", (event) => {
  event.preventDefault();
  const [file] = byId("file").files;
  if (!file) return complain({ title: t("upload_file") }, [{ id: "file", text: t("upload_file") }]);
  return busy(event.submitter, async () => {
    quiet();
    say(t("upload_busy"));
    const form = new FormData();
    form.append("file", file);
    const headers = { Accept: "application/json", "Accept-Language": document.documentElement.lang,
      "X-Yima-CSRF": document.querySelector('meta[name="csrf"]').content };
    try {
      const answer = await fetch("/console/api/v1/people-lists", { method: "POST", headers, body: form, credentials: "same-origin" });
      const said = await answer.json();
      if (!answer.ok) {
        complain(said, (said.errors || []).map((fault) => ({ id: "file", text: fault.message })));
        return;
      }
      location.assign(`/console/lists/${said.id}`);
    } catch {
      complain({ title: t("network") });
    }
  });
});

load();
