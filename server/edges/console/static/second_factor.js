// The way in, second step: digits or a passkey; or an authenticator is set up where there is nothing yet.
import { secondStep } from "./second_step.js";

const form = document.querySelector("form[data-sign-in]");
const who = () => {
  const { staff_no, password } = Object.fromEntries(new FormData(form));
  return { staff_no, password };
};
const step = secondStep(form, {
  ask: () => window.Yima.call("POST", "/console/api/v1/passkey-challenges", who()),
  enter: async (passkey) => {
    await window.Yima.call("POST", form.dataset.signIn, { ...who(), passkey });
    location.assign(form.dataset.then);
  },
});

form.addEventListener("input", ({ target }) => {
  if (target.name !== "otp" && form.querySelector("[data-seed]").hidden) step.reset();
});

form.addEventListener("refused", async ({ detail: problem }) => {
  if (problem.code === "second-factor-needed") step.offer(problem.facts.ways ?? ["code"]);
  if (problem.code !== "second-factor-missing") return;
  try {
    const made = await window.Yima.call("POST", "/console/api/v1/second-factor", who());
    const shown = form.querySelector("[data-seed]");
    shown.hidden = false;
    shown.querySelector(".console-seed").textContent = window.Yima.grouped(made.seed);
    shown.querySelector("[data-uri]").href = made.uri;
    const summary = form.querySelector(".error-summary");
    step.offer(["code"]);
    summary.hidden = false; // why it has to be set up is said on top
  } catch (refused) {
    window.Yima.faults(form, refused);
  }
});
