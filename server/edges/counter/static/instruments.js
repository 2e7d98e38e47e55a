// What a desk reads codes with: the camera, a scanner gun, a hand. And the switch of its voice.

import { Camera } from "./camera.js";
import { listen } from "./gun.js";
import { allow } from "./sound.js";
import { el, say } from "./view.js";

const at = (id) => document.getElementById(id);

/** Digits are printed in groups; a credential may end with a space, which is one of its characters. */
export function trimmed(text) {
  if (/^[\d\s]+$/.test(text)) return text.replace(/\s+/g, "");
  return /^\s*GZ1:/.test(text) ? text.trimStart().replace(/[\r\n\t]+$/, "") : text.trim();
}

function wireCamera(seen) {
  const camera = new Camera(at("video"), seen);
  const status = (key) => { at("camera-status").textContent = say(`scan.${key}`); };

  function draw() {
    at("camera").dataset.on = String(camera.on);
    at("video").hidden = !camera.on;
    at("camera-switch").textContent = say(camera.on ? "scan.camera_stop" : "scan.camera_start");
    if (!camera.on) at("camera-choice").hidden = true;
  }

  async function start(deviceId) {
    const button = at("camera-switch");
    button.disabled = true;
    try {
      await camera.start(deviceId);
    } catch (error) {
      camera.stop();
      status(error.name === "NotAllowedError" ? "camera_denied" : "camera_none");
      return draw();
    } finally {
      button.disabled = false;
    }
    status("camera_on");
    draw();
    const choices = await camera.choices();
    const choice = at("camera-choice");
    choice.hidden = choices.length < 2;
    if (choice.childElementCount !== choices.length) choice.replaceChildren(...choices.map((one) => el("option", { value: one.deviceId }, one.label)));
  }

  at("camera-switch").addEventListener("click", () => {
    if (!camera.on) return start();
    camera.stop();
    draw();
    status("camera_idle");
  });
  at("camera-choice").addEventListener("change", (event) => start(event.target.value));
  navigator.permissions?.query({ name: "camera" }).then((state) => state.state === "granted" && start()).catch(() => {});
}

function wireHand(seen) {
  at("by-hand").addEventListener("submit", (event) => {
    event.preventDefault();
    const field = at("text");
    const text = trimmed(field.value);
    at("text-fault").textContent = text ? "" : say("scan.empty");
    field.toggleAttribute("aria-invalid", !text);
    if (!text) return field.focus();
    field.value = "";
    seen(text);
  });
}

function wireSound() {
  const sound = at("sound");
  const set = (on) => {
    allow(on);
    sound.setAttribute("aria-pressed", String(on));
    sound.textContent = say(on ? "scan.sound_on" : "scan.sound_off");
    localStorage.setItem("yima-sound", on ? "on" : "off");
  };
  sound.addEventListener("click", () => set(sound.getAttribute("aria-pressed") !== "true"));
  set(localStorage.getItem("yima-sound") !== "off");
}

/** Calls `byCamera(text)` for every frame with a code in it, `once(text)` for a shot of the gun or a typed code. */
export function readWith(byCamera, once) {
  wireCamera(byCamera);
  wireHand(once);
  listen((text) => once(trimmed(text)));
  wireSound();
}
