// The step after the password, at the sign-in and at a locked page: digits, a passkey, or either, as the server says.
import { show, supported } from "./passkeys.js";

/** `ask` fetches what is to be signed, `enter` goes in with what was signed. */
export function secondStep(form, { ask, enter }) {
  const place = form.querySelector("[data-passkey]");
  const digits = form.querySelector("[data-otp]");
  const submit = form.querySelector("button[type=submit]");
  const button = place.querySelector("button");
  const words = JSON.parse(place.dataset.words);
  const say = (title, detail) => window.Yima.faults(form, { title, detail, errors: [] });

  button.addEventListener("click", async () => {
    window.Yima.clearFaults(form);
    try {
      await window.Yima.busy(button, (async () => enter(await show(await ask())))());
    } catch (problem) {
      if (problem instanceof window.Yima.Problem) window.Yima.faults(form, problem);
      else say(words.cancelled_title, words.cancelled);
    }
  });

  return {
    /** `ways`: "code", "passkey". None at all = the passkeys belong to another address. */
    offer(ways) {
      const passkey = ways.includes("passkey") && supported();
      const code = ways.includes("code");
      place.hidden = !passkey;
      place.querySelector("[data-or]").hidden = !code;
      button.classList.toggle("button-primary", !code);
      digits.hidden = !code;
      submit.hidden = passkey && !code;
      if (!passkey && !code) return say(words.not_here, "");
      form.querySelector(".error-summary").hidden = true; // a step, no fault
      if (code) digits.querySelector("input").value = "";
      (code ? digits.querySelector("input") : button).focus();
    },
    /** Somebody else, or another password: from the beginning. */
    reset() {
      place.hidden = digits.hidden = true;
      submit.hidden = false;
    },
  };
}
