// Lists of the hall's page: lines, who waits, who was skipped, the day.
import { h } from "./dom.js";
import { timeWords } from "./words.js";
import { w } from "./hall_words.js";

export const lineCards = (hall) => h("ul", { class: "hall-lines" }, hall.lines.map((line) => h("li", {},
  h("p", {}, line.name), h("strong", {}, String(line.waiting)), " ", w("waiting"),
  line.waiting > 0 && h("p", {}, [line.first && w("first", { number: line.first }), line.green > 0 && w("green_waiting", { count: line.green })].filter(Boolean).join(" · ")),
  h("p", {}, w("about", { about: line.about })))));

const head = (...names) => h("thead", {}, h("tr", {}, names.map((name) => h("th", { scope: "col" }, name))));
const cell = (label, ...content) => h("td", { "data-label": label }, content);

const number = (ticket) => cell(w("number"), h("span", { class: "ticket-number" }, ticket.number), " ",
  ticket.green_name && h("span", { class: "badge badge-info" }, ticket.green_name));

/** One button that opens a choice below itself: to which counter, business or lane. */
function chooser(doing, ticket, kind, options, body) {
  const name = `${kind}:${ticket.id}`;
  const opened = doing.openForm === name;
  const button = h("button", { class: "button button-small", type: "button", "aria-expanded": String(opened), onclick: doing.toggleForm(name) }, w(kind));
  if (!opened) return [button, null];
  const select = h("select", { "aria-label": w(kind) }, options.map(([value, text]) => h("option", { value }, text)));
  const go = h("button", { class: "button button-small button-primary", type: "button", disabled: !options.length, onclick: (event) => doing.move(ticket, body(select.value))(event) }, w(kind));
  return [button, h("div", { class: "move-form" }, select, go)];
}

function waitingActions(doing, ticket) {
  const { hall } = doing;
  const free = hall.counters.filter((one) => one.is_open && !one.ticket && one.serves.includes(ticket.business));
  const parts = [
    chooser(doing, ticket, "call", free.map((one) => [one.number, one.name]), (value) => ({ move: "call", counter: Number(value) })),
    chooser(doing, ticket, "transfer", hall.lines.filter((one) => one.business !== ticket.business).map((one) => [one.business, one.name]), (value) => ({ move: "transfer", business: value })),
    ticket.green ? [null, null] : chooser(doing, ticket, "green", hall.green.map((one) => [one.code, one.name]), (value) => ({ move: "green", green: value })),
  ];
  return [h("div", { class: "actions" }, parts.map(([button]) => button),
    h("button", { class: "button button-small", type: "button", onclick: doing.move(ticket, { move: "cancel" }) }, w("cancel"))), parts.map(([, form]) => form)];
}

export const queueTable = (doing) => h("div", { class: "table-frame" }, h("table", { class: "table table-cards" },
  head(w("number"), w("business"), w("ahead"), w("arrived"), w("actions")),
  h("tbody", {}, doing.hall.waiting.map((ticket) => h("tr", { "data-number": ticket.number }, number(ticket),
    cell(w("business"), ticket.business_name, ticket.wanted_counter_name && ` → ${ticket.wanted_counter_name}`),
    cell(w("ahead"), `${w("people", { count: ticket.ahead })} · ${ticket.about}`),
    cell(w("arrived"), timeWords(ticket.arrived_at)),
    cell(w("actions"), waitingActions(doing, ticket)))))),
doing.hall.waiting_more > 0 && h("p", { class: "hint" }, w("more", { count: doing.hall.waiting_more })));

export const skippedTable = (doing) => h("div", { class: "table-frame" }, h("table", { class: "table table-cards" },
  head(w("number"), w("business"), w("actions")),
  h("tbody", {}, doing.hall.skipped.map((ticket) => h("tr", { "data-number": ticket.number }, number(ticket), cell(w("business"), ticket.business_name),
    cell(w("actions"), h("div", { class: "actions" },
      h("button", { class: "button button-small", type: "button", onclick: doing.move(ticket, { move: "requeue" }) }, w("requeue")),
      h("button", { class: "button button-small", type: "button", onclick: doing.move(ticket, { move: "cancel" }) }, w("cancel")))))))));

const minutes = (value) => (value === null ? w("none") : w("minutes", { count: value }));
const figures = (row) => [["issued", row.issued], ["done", row.done], ["skipped", row.skipped], ["cancelled", row.cancelled], ["unserved", row.unserved], ["green_count", row.green], ["waited", minutes(row.waited_minutes)], ["served", minutes(row.served_minutes)]];

export const dayTable = (hall) => h("div", { class: "table-frame" }, h("table", { class: "table table-cards" },
  h("thead", {}, h("tr", {}, h("th", { scope: "col" }, w("business")), figures(hall.day[0]).map(([key]) => h("th", { scope: "col", class: "number" }, w(key))))),
  h("tbody", {}, hall.day.map((row) => h("tr", {}, cell(w("business"), row.name), figures(row).map(([key, value]) => h("td", { class: "number", "data-label": w(key) }, String(value))))))));
