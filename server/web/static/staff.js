// What every staff page shares: calls to our JSON API, toasts, field faults, tabs, sign-out. No framework, no inline code.
(() => {
  "use strict";

  const meta = (name) => document.querySelector(`meta[name="${name}"]`)?.content ?? "";
  const root = document.documentElement;

  /** What the server answered instead of doing it; `code` is stable, `detail` is for people. */
  class Problem extends Error {
    constructor(status, body) {
      super(body.detail || body.title || String(status));
      this.status = status;
      this.code = body.code || "internal";
      this.title = body.title || "";
      this.detail = body.detail || "";
      this.errors = body.errors || [];
      this.facts = body;
    }
  }

  /** A fresh Idempotency-Key. */
  const newKey = () => (crypto.randomUUID ? crypto.randomUUID() : Array.from(crypto.getRandomValues(new Uint8Array(16)), (b) => b.toString(16).padStart(2, "0")).join(""));

  /** Calls our API. Answers the JSON, or null for 204; throws Problem. options: key (Idempotency-Key), timeout, signal,
   *  as ("blob" for a file), sign (makes more headers of method, path, body text and key; see counter/terminal.js). */
  async function call(method, path, body, options = {}) {
    const headers = { Accept: "application/json", "Accept-Language": root.lang || "zh-CN" };
    if (method !== "GET") headers["X-Yima-CSRF"] = meta("csrf");
    if (body !== undefined && body !== null) headers["Content-Type"] = "application/json";
    if (options.key) headers["Idempotency-Key"] = options.key;
    const text = body === undefined || body === null ? "" : JSON.stringify(body);
    if (options.sign) Object.assign(headers, await options.sign(method, path, text, options.key));
    let response;
    try {
      response = await fetch(path, {
        method,
        headers,
        credentials: "same-origin",
        cache: "no-store",
        signal: options.signal ?? AbortSignal.timeout(options.timeout ?? 15000),
        body: text || undefined,
      });
    } catch {
      throw new Problem(0, { code: "offline", title: meta("words-offline-title"), detail: meta("words-offline") });
    }
    if (response.status === 204) return null;
    if (response.ok && options.as === "blob") return response.blob();
    const answer = await response.json().catch(() => ({}));
    if (!response.ok) throw new Problem(response.status, answer);
    return answer;
  }

  /** Shows a sentence at the bottom for six seconds; kind: ok | bad. */
  function toast(text, kind = "ok") {
    const tray = document.getElementById("toasts");
    if (!tray) return;
    const item = document.createElement("div");
    item.className = `toast toast-${kind}`;
    item.textContent = text;
    tray.append(item);
    setTimeout(() => item.remove(), 6000);
  }

  /** Marks a button busy while the promise runs, so that a second tap does nothing. */
  async function busy(button, promise) {
    button.setAttribute("aria-busy", "true");
    button.disabled = true;
    try {
      return await promise;
    } finally {
      button.removeAttribute("aria-busy");
      button.disabled = false;
    }
  }

  const clearFaults = (form) => {
    for (const wrong of form.querySelectorAll(".field-wrong")) wrong.classList.remove("field-wrong");
    for (const fault of form.querySelectorAll(".fault")) fault.textContent = "";
    for (const input of form.querySelectorAll("[aria-invalid]")) input.removeAttribute("aria-invalid");
    const summary = form.querySelector(".error-summary");
    if (summary) summary.hidden = true;
  };

  /** Puts a Problem into the form: the summary on top (focused) with a link to each wrong field. */
  function faults(form, problem) {
    clearFaults(form);
    const summary = form.querySelector(".error-summary");
    if (!summary) return toast(problem.detail, "bad");
    const title = document.createElement("h2");
    title.textContent = problem.title || problem.detail;
    const list = document.createElement("ul");
    for (const error of problem.errors) {
      const input = form.elements.namedItem(error.field) || form.elements.namedItem(error.field.split(".").pop());
      const line = document.createElement("li");
      if (input instanceof HTMLElement && input.id) {
        const link = document.createElement("a");
        link.href = `#${input.id}`;
        link.textContent = error.message;
        link.addEventListener("click", (event) => { event.preventDefault(); input.focus(); });
        line.append(link);
        input.setAttribute("aria-invalid", "true");
        const field = input.closest(".field");
        field?.classList.add("field-wrong");
        const fault = field?.querySelector(".fault");
        if (fault) fault.textContent = error.message;
      } else {
        line.textContent = error.message;
      }
      list.append(line);
    }
    const parts = [title];
    if (problem.title && problem.detail) { const text = document.createElement("p"); text.textContent = problem.detail; parts.push(text); }
    if (list.children.length) parts.push(list);
    summary.replaceChildren(...parts);
    summary.hidden = false;
    summary.focus();
  }

  function wireTabs(group) {
    const tabs = [...group.querySelectorAll('[role="tab"]')];
    const choose = (tab) => {
      for (const other of tabs) {
        const chosen = other === tab;
        other.setAttribute("aria-selected", String(chosen));
        other.tabIndex = chosen ? 0 : -1;
        const panel = document.getElementById(other.getAttribute("aria-controls"));
        if (panel) panel.dataset.chosen = String(chosen);
      }
      group.dispatchEvent(new CustomEvent("chosen", { detail: tab.id, bubbles: true }));
    };
    for (const tab of tabs) tab.addEventListener("click", () => choose(tab));
    group.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (!step) return;
      const next = tabs[(tabs.indexOf(document.activeElement) + step + tabs.length) % tabs.length];
      next.focus();
      choose(next);
    });
  }

  const locale = () => (root.lang === "en" ? "en-GB" : "zh-CN");
  const time = (value, options) => new Intl.DateTimeFormat(locale(), { timeZone: "Asia/Shanghai", ...options }).format(new Date(value));

  /** Where tabs do not fit side by side, the present one is in sight. */
  const tabsInView = (place = document) => {
    for (const tab of place.querySelectorAll(".tabs > [aria-current], .tabs > [aria-selected=true]")) {
      const row = tab.parentElement;
      row.scrollLeft += tab.getBoundingClientRect().left - row.getBoundingClientRect().left - (row.clientWidth - tab.offsetWidth) / 2;
    }
  };

  window.Yima = {
    tabsInView,
    Problem, call, newKey, toast, busy, faults, clearFaults, meta,
    clockTime: (value) => time(value, { hour: "2-digit", minute: "2-digit", hour12: false }),
    dayTime: (value) => time(value, { month: "numeric", day: "numeric", hour: "2-digit", minute: "2-digit", hour12: false }),
    /** Digits in groups of four, as codes and case numbers are read aloud. */
    grouped: (text) => text.replace(/(.{4})(?=.)/g, "$1 "),
  };

  /** At a counter its device signs. */
  const send = (...given) => (window.Yima.signedCall ?? call)(...given);

  document.addEventListener("DOMContentLoaded", () => {
    for (const group of document.querySelectorAll("[data-tabs]")) wireTabs(group);
    tabsInView();
    for (const button of document.querySelectorAll("[data-sign-out]")) {
      button.addEventListener("click", () => busy(button, send("DELETE", button.dataset.signOut).catch(() => null)).then(() => location.assign(button.dataset.then)));
    }
    const form = document.querySelector("form[data-sign-in]");
    form?.addEventListener("submit", async (event) => {
      event.preventDefault();
      clearFaults(form);
      const button = form.querySelector("button[type=submit]");
      const body = Object.fromEntries(new FormData(form));
      try {
        // A counter's device may still be making itself known (its page sets `ready`).
        await busy(button, Promise.resolve(form.ready).then(() => send("POST", form.dataset.signIn, body)));
        location.assign(form.dataset.then);
      } catch (problem) {
        faults(form, problem);
        form.dispatchEvent(new CustomEvent("refused", { detail: problem }));
      }
    });
  });
})();
