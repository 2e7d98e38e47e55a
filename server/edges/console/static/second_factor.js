// The way in, second step: asks for the authenticator's digits, or sets one up where there is none yet.
const form = document.querySelector("form[data-sign-in]");
const otp = form.querySelector("[data-otp]");

const ask = () => {
  otp.hidden = false;
  otp.querySelector("input").value = "";
  otp.querySelector("input").focus();
};

form.addEventListener("refused", async ({ detail: problem }) => {
  if (problem.code === "second-factor-needed") form.querySelector(".error-summary").hidden = true; // a step, no fault
  if (problem.code === "second-factor-needed" || problem.code === "second-factor-wrong") ask();
  if (problem.code !== "second-factor-missing") return;
  const { staff_no, password } = Object.fromEntries(new FormData(form));
  try {
    const made = await window.Yima.call("POST", "/console/api/v1/second-factor", { staff_no, password });
    const shown = form.querySelector("[data-seed]");
    shown.hidden = false;
    shown.querySelector(".console-seed").textContent = window.Yima.grouped(made.seed);
    shown.querySelector("[data-uri]").href = made.uri;
    ask();
  } catch (refused) {
    window.Yima.faults(form, refused);
  }
});
