// The hall manager's page. Every picture is asked for anew; live events only say when.
import { call, get, newKey, put } from "./api.js";
import { busy, byId, complain, empty, failure, fill, h, quiet } from "./dom.js";
import { facts } from "./words.js";
import { dayTable, lineCards, queueTable, skippedTable } from "./hall_parts.js";
import { w } from "./hall_words.js";

const place = byId("hall");
const root = `/halls/${encodeURIComponent(facts.hall)}`;
let hall = null;
let loading = false;
let again = false;
let mustDraw = false;
let openForm = ""; // which ticket's choice stands open

/** One key for one step until it was answered: after a lost answer the same press finds what was done, once. */
const keys = new Map();
async function send(path, body = null) {
  const step = `${path} ${JSON.stringify(body)}`;
  if (!keys.has(step)) keys.set(step, newKey());
  try {
    const answer = await call("POST", `${root}${path}`, body, { key: keys.get(step) });
    keys.delete(step);
    return answer;
  } catch (problem) {
    if (problem.status >= 400 && problem.status < 500) keys.delete(step);
    throw problem;
  }
}

async function act(button, work, done) {
  quiet();
  try {
    await busy(button, async () => {
      const answer = await work();
      openForm = "";
      if (done && answer) window.Yima.toast(done(answer));
    });
  } catch (problem) {
    complain(problem, problem.errors?.map((error) => ({ id: "confirm", text: error.message })) ?? []);
  }
  await load(true);
}

const setOpen = (counter, isOpen) => (event) => act(event.currentTarget, () => put(`${root}/counters/${counter.number}`, { is_open: isOpen }));
const callNext = (counter) => (event) => act(event.currentTarget, () => send(`/counters/${counter.number}/calls`), (ticket) => w("called", { number: ticket.number, counter: ticket.counter_name }));
const move = (ticket, body) => (event) => act(event.currentTarget, () => send(`/tickets/${ticket.id}/moves`, body), (now) => w("done_move", { number: now.number }));

const toggleForm = (name) => () => {
  openForm = openForm === name ? "" : name;
  drawAnew();
  place.querySelector(".move-form select")?.focus();
};

function counterTile(counter) {
  const held = counter.ticket;
  return h("li", { class: "counter-tile", "data-open": String(counter.is_open), "data-counter": counter.number },
    h("div", { class: "counter-top" }, h("strong", {}, counter.name),
      h("span", { class: `badge badge-${counter.is_open ? "ok" : "none"}` }, w(counter.is_open ? "is_open" : "is_closed"))),
    h("p", { class: `counter-number${held ? "" : " is-idle"}` }, held ? held.number : counter.is_open ? w("idle") : "–"),
    h("p", { class: "hint" }, held ? `${held.state_label} · ` : "", counter.staff_no ? w("staff", { staff_no: counter.staff_no }) : w("nobody_on")),
    h("div", { class: "actions" },
      counter.is_open && !held && h("button", { class: "button button-small", type: "button", onclick: callNext(counter) }, w("call_next")),
      held && held.state === "called" && h("button", { class: "button button-small", type: "button", onclick: move(held, { move: "recall" }) }, w("recall")),
      held && held.state === "called" && h("button", { class: "button button-small", type: "button", onclick: move(held, { move: "skip" }) }, w("skip")),
      held && h("button", { class: "button button-small", type: "button", onclick: move(held, { move: "finish" }) }, w("finish")),
      !held && h("button", { class: "button button-small", type: "button", disabled: hall.day_closed && !counter.is_open, onclick: setOpen(counter, !counter.is_open) }, w(counter.is_open ? "counter_close" : "counter_open"))));
}

function drawState() {
  const [kind, key] = hall.day_closed ? ["warn", "day_closed"] : hall.is_open ? ["ok", "open"] : ["none", "shut"];
  fill(byId("hall-state"), h("span", { class: `badge badge-${kind}` }, w(key)));
}

function drawForms() {
  for (const [id, list, keep] of [["give-business", hall.lines.map((line) => [line.business, line.name]), 0], ["give-green", hall.green.map((one) => [one.code, one.name]), 1]]) {
    const select = byId(id);
    if (select.childElementCount === list.length + keep) continue;
    select.append(...list.map(([value, name]) => h("option", { value }, name)));
  }
  const total = hall.lines.reduce((sum, line) => sum + line.waiting, 0);
  byId("end-text").textContent = hall.day_closed ? w("day_closed") : w("end_text", { count: total });
  byId("end-typed").hidden = hall.day_closed;
  byId("end-button").textContent = w(hall.day_closed ? "reopen" : "end_button");
}

/** What was chosen in a form that stays open. */
function keepChoice(redraw) {
  const chosen = place.querySelector(".move-form select")?.value;
  redraw();
  const list = place.querySelector(".move-form select");
  if (list && [...list.options].some((one) => one.value === chosen)) list.value = chosen;
}

const draw = () => keepChoice(drawAnew);
function drawAnew() {
  drawState();
  drawForms();
  const doing = { move, toggleForm, openForm, hall };
  fill(place,
    h("section", {}, h("h2", {}, w("counters")), h("ul", { class: "counters" }, hall.counters.map(counterTile))),
    h("section", {}, h("h2", {}, w("lines")), lineCards(hall)),
    h("section", {}, h("h2", {}, w("queue")), hall.waiting.length ? queueTable(doing) : empty(w("queue_none"), w("queue_none_text"))),
    hall.skipped.length > 0 && h("section", {}, h("h2", {}, w("skipped")), skippedTable(doing)),
    hall.day.length > 0 && h("section", {}, h("h2", {}, w("day")), dayTable(hall)));
}

/** `step`: something was done here, so a form in use may go; else whoever is choosing in one is left alone. */
async function load(step = false) {
  mustDraw ||= step;
  if (loading) { again = true; return; }
  loading = true;
  try {
    hall = await get(root);
    if (mustDraw || !place.querySelector(".move-form :focus")) draw();
    mustDraw = false;
  } catch (problem) {
    if (!hall) fill(place, failure(problem, load));
    else window.Yima.toast(w("gone"), "bad");
  } finally {
    loading = false;
    if (again) { again = false; load(); }
  }
}

byId("give").addEventListener("submit", (event) => {
  event.preventDefault();
  const form = event.currentTarget;
  const green = form.green.value;
  act(form.querySelector("button"), async () => {
    const given = await send("/tickets", { business: form.business.value, ...(green ? { green } : {}) });
    byId("given").textContent = w("given", { number: given.number });
    form.green.value = "";
    window.open(`/console${root}/tickets/${given.id}/slip?print=1`, "yima-slip", "width=420,height=640");
    return null;
  });
});

byId("end").addEventListener("submit", (event) => {
  event.preventDefault();
  const form = event.currentTarget;
  if (hall?.day_closed) return act(byId("end-button"), async () => { await call("DELETE", `${root}/closing`); window.Yima.toast(w("reopened")); });
  return act(byId("end-button"), async () => {
    const done = await send("/closing", { confirm: form.confirm.value });
    form.confirm.value = "";
    return done;
  }, (done) => w("ended", { count: done.settled }));
});

let soon = 0;
const line = new EventSource(`/hall/api/v1${root}/stream`);
for (const name of ["line", "counter", "day"]) line.addEventListener(name, () => { clearTimeout(soon); soon = setTimeout(() => load(), 100); });
line.onopen = () => load();
setInterval(() => { if (!document.hidden) load(); }, 15000);
load();
document.documentElement.dataset.ready = "yes";
