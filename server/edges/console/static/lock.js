// Locks the console while nobody is at it; the page stays as it is and goes on once its holder is back.
import { secondStep } from "./second_step.js";

const dialog = document.getElementById("locked");
const form = dialog.querySelector("form");
const wait = Number(dialog.dataset.minutes) * 60_000;
const URL = "/console/api/v1/sessions/current";
let timer;

const goOn = () => {
  dialog.close();
  document.dispatchEvent(new CustomEvent("unlocked"));
  somebodyIsHere();
};
const step = secondStep(form, {
  ask: () => window.Yima.call("POST", `${URL}/challenge`, {}),
  enter: async (passkey) => {
    await window.Yima.call("POST", `${URL}/unlock`, { password: form.elements.password.value, passkey });
    goOn();
  },
});

const show = () => {
  if (dialog.open) return;
  form.reset();
  step.reset();
  window.Yima.clearFaults(form);
  dialog.showModal();
};

async function lock() {
  show();
  await window.Yima.call("POST", `${URL}/lock`, {}).catch(() => null);
}

function somebodyIsHere() {
  if (!wait || dialog.open) return;
  clearTimeout(timer);
  timer = setTimeout(lock, wait);
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const { password, otp } = Object.fromEntries(new FormData(form));
  try {
    await window.Yima.busy(form.querySelector("button"), window.Yima.call("POST", `${URL}/unlock`, { password, otp }));
    goOn();
  } catch (problem) {
    if (problem.code === "unauthenticated") return location.reload();
    window.Yima.faults(form, problem);
    if (problem.code === "second-factor-needed") step.offer(problem.facts.ways ?? ["code"]);
  }
});

dialog.addEventListener("cancel", (event) => event.preventDefault());
document.addEventListener("locked", show);
for (const sign of ["pointerdown", "keydown", "scroll"]) addEventListener(sign, somebodyIsHere, { passive: true, capture: true });
somebodyIsHere();
