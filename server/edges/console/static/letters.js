// Letters and visits: print what is chosen, write down how it ended, take it back.
import { call, post } from "./api.js";
import { busy, byId, complain, quiet, say } from "./dom.js";
import { facts } from "./words.js";

const labels = JSON.parse(facts.labels);
const t = (key, filling = {}) => (labels[key] ?? key).replace(/\{(\w+)\}/g, (_, name) => String(filling[name] ?? ""));
const boxes = () => [...document.querySelectorAll('input[name="task"]')];
const KEPT = "yima-letters-said";

/** What was done is said on the page that is drawn afterwards. */
function again(text) {
  sessionStorage.setItem(KEPT, text);
  location.reload();
}

async function print(button, ids) {
  if (!ids.length) { complain({ title: t("none_chosen") }); return; }
  await busy(button, async () => {
    quiet();
    try {
      const file = await call("POST", "/paper-tasks/letters", { ids }, { as: "blob", timeout: 60_000 });
      const link = document.createElement("a");
      link.href = URL.createObjectURL(file);
      link.download = "letters.pdf";
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
      say(ids.length > 1 ? t("made", { count: ids.length }) : t("made_one"));
    } catch (problem) {
      complain(problem);
    }
  });
}

byId("all")?.addEventListener("change", (event) => boxes().forEach((box) => { box.checked = event.target.checked; }));
byId("print")?.addEventListener("click", (event) => print(event.currentTarget, boxes().filter((box) => box.checked).map((box) => box.value)));

document.addEventListener("click", (event) => {
  const one = event.target.closest("[data-print]");
  if (one) print(one, [one.dataset.print]);
  const back = event.target.closest("[data-undo]");
  if (back) busy(back, async () => {
    try {
      await post(`/paper-tasks/${back.dataset.undo}/undoing`, {});
      again(t("undone"));
    } catch (problem) {
      complain(problem);
    }
  });
});

for (const form of document.querySelectorAll("form[data-result]")) {
  const reason = form.querySelector(".letter-reason");
  form.addEventListener("change", () => { reason.hidden = !form.result.value.endsWith("-returned"); });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const [kind, outcome] = form.result.value.split("-");
    busy(event.submitter ?? form.querySelector("button"), async () => {
      quiet();
      try {
        await post(`/paper-tasks/${form.dataset.result}/result`, { kind, outcome, reason: outcome === "returned" ? form.reason.value : "" });
        again(t("kept"));
      } catch (problem) {
        complain(problem);
      }
    });
  });
}

const said = sessionStorage.getItem(KEPT);
if (said) {
  sessionStorage.removeItem(KEPT);
  say(said);
}
document.documentElement.dataset.ready = "yes";
