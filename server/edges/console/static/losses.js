// A loss reported by telephone or at a desk: who, how we know, what ends. It cannot be taken back, so it is asked once.
import { newKey, post } from "./api.js";
import { busy, byId, fill, h } from "./dom.js";
import { facts } from "./words.js";

const labels = JSON.parse(facts.labels);
const t = (key, filling = {}) => (labels[key] ?? key).replace(/\{(\w+)\}/g, (_, name) => String(filling[name] ?? ""));
const form = byId("loss");
const sure = byId("sure");
let key = newKey();

const body = () => ({
  name: form.elements.name.value.trim(), id_number: form.id_number.value.replace(/\s+/g, "").toUpperCase(),
  what: form.what.value, reason: form.reason.value, proof: form.proof.value,
});

form.addEventListener("submit", (event) => {
  event.preventDefault();
  window.Yima.clearFaults(form);
  byId("sure-who").textContent = t("sure_who", { name: form.elements.name.value.trim() });
  sure.showModal();
});
byId("not").addEventListener("click", () => sure.close());
byId("now").addEventListener("click", (event) => busy(event.currentTarget, async () => {
  try {
    const done = await post("/loss-reports", body(), { key });
    const place = byId("done");
    fill(place, h("h2", {}, t("done", { name: done.name_masked })), h("p", {}, t("ended", done)), h("p", {}, t("next")));
    place.hidden = false;
    form.reset();
    sure.close();
    place.focus();
    key = newKey();
  } catch (problem) {
    sure.close();
    if (problem.status && problem.status < 500) key = newKey();
    window.Yima.faults(form, problem);
  }
}));
