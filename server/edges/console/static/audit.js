import { get, query } from "./api.js";
import { byId, empty, failure, fill, h } from "./dom.js";
import { entryList } from "./entries.js";
import { t } from "./words.js";

const form = byId("filters");
const place = byId("entries");
let entries = [];

async function load(cursor = "") {
  const asked = new URLSearchParams(location.search);
  const [subject, view] = [asked.get("subject") || "", asked.get("view") === "disputed" ? "disputed" : ""];
  form.subject.value = subject;
  try {
    const answer = await get(`/audit${query({ subject, view, cursor })}`);
    entries = cursor ? [...entries, ...answer.entries] : answer.entries;
    const none = subject || view ? empty(t("audit_none_filtered"), "") : empty(t("audit_none_title"), t("audit_none_body"));
    fill(place, entries.length ? entryList(entries) : none,
      answer.next_cursor && h("p", { class: "console-more" }, h("button", { class: "button", type: "button", onclick: () => load(answer.next_cursor) }, t("more"))));
  } catch (problem) {
    fill(place, failure(problem, () => load()));
  }
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  history.pushState({}, "", location.pathname + query({ subject: form.subject.value.trim() }));
  load();
});
addEventListener("popstate", () => load());
load();
