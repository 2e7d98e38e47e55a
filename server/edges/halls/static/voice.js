// Saying calls aloud: one after the other, each twice, and never in the way where a device has no voice.

const TIMES = 2;
const MOST = 20; // calls that may wait to be said

export class Voice {
  /** `changed(state)`: on, off, asleep (a browser wants one tap first) or none (no voice at all). */
  constructor(language, changed) {
    this.language = language === "en" ? "en" : "zh";
    this.changed = changed;
    this.queue = [];
    this.speaking = false;
    this.engine = window.speechSynthesis;
    this.wanted = localStorage.getItem("yima-board-voice") === "on";
    this.state = this.engine ? (this.wanted ? "on" : "asleep") : "none";
    changed(this.state);
  }

  set(state) {
    this.state = state;
    this.changed(state);
  }

  toggle() {
    if (!this.engine) return;
    if (this.state === "on") {
      this.queue = [];
      this.engine.cancel();
      this.speaking = false;
      localStorage.setItem("yima-board-voice", "off");
      return this.set("off");
    }
    localStorage.setItem("yima-board-voice", "on");
    this.set("on");
    this.next();
  }

  say(text) {
    if (this.state !== "on") return;
    for (let times = 0; times < TIMES; times += 1) this.queue.push(text);
    this.queue = this.queue.slice(-MOST * TIMES);
    this.next();
  }

  next() {
    if (this.speaking || this.state !== "on" || !this.queue.length) return;
    this.speaking = true;
    const words = new SpeechSynthesisUtterance(this.queue.shift());
    words.lang = this.language === "en" ? "en-GB" : "zh-CN";
    words.voice = this.engine.getVoices().find((one) => one.lang.toLowerCase().startsWith(this.language)) ?? null;
    words.rate = 0.9;
    const done = () => {
      if (!this.speaking) return;
      this.speaking = false;
      this.next();
    };
    words.onend = done;
    words.onerror = (event) => {
      if (event.error === "not-allowed") {
        this.queue = [];
        this.speaking = false;
        return this.set("asleep");
      }
      done();
    };
    this.engine.speak(words);
  }
}
