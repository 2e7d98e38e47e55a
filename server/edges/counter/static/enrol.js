// Enrolling this device: the administrator's one-time code in, a key of its own for good.

import { able, enrol } from "./terminal.js";

const words = JSON.parse(document.getElementById("words").textContent);
const say = (key, facts = {}) => (words[key] ?? key).replace(/\{(\w+)\}/g, (_, name) => facts[name] ?? "");
const at = (id) => document.getElementById(id);
const { busy, clearFaults, faults } = window.Yima;

at("no-crypto").hidden = able();
at("form").addEventListener("submit", async (event) => {
  event.preventDefault();
  clearFaults(at("form"));
  try {
    const seat = await busy(at("submit"), enrol(at("code").value));
    at("form").hidden = true;
    at("done-words").textContent = say("enrolled", seat);
    at("done").hidden = false;
    at("to-sign-in").focus();
  } catch (problem) {
    faults(at("form"), problem);
  }
});
at("code").focus();
document.documentElement.dataset.ready = "yes";
