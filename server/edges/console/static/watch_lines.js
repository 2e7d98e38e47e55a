// Lines over time: deliveries a second of a campaign while it is watched, and a channel's last hour.
import { count, language } from "./words.js";

const KEPT = 600;
const WINDOW = 10_000;
const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

function options(place, series, second) {
  const axis = { stroke: colour("--ink-2"), grid: { stroke: colour("--line"), width: 1 }, ticks: { stroke: colour("--line") } };
  return {
    width: place.clientWidth || 600, height: 180, legend: { live: false }, cursor: { y: false },
    scales: { y: { range: (_, low, high) => [0, Math.max(1, high * 1.1)] } },
    axes: [{ ...axis, space: 90, values: (_, ticks) => ticks.map((at) => new Intl.DateTimeFormat("en-GB", { timeZone: "Asia/Shanghai", hour: "2-digit", minute: "2-digit", second }).format(at * 1000)) },
      { ...axis, size: 64, values: (_, ticks) => ticks.map(count) }],
    series: [{}, ...series],
  };
}

function drawn(place, series, data, second) {
  const line = new window.uPlot(options(place, series, second), data, place);
  new ResizeObserver(() => line.setSize({ width: place.clientWidth, height: 180 })).observe(place);
  return line;
}

export function drawMinutes(place, data, labels) {
  if (!data[0].length) { place.textContent = labels.no_minutes; place.classList.add("is-empty"); return; }
  drawn(place, [{ label: labels.sent, stroke: colour("--brand"), width: 2, points: { show: false } },
    { label: labels.errors, stroke: colour("--bad"), width: 2, dash: [6, 4], points: { show: false } }], data);
}

function duration(seconds, labels) {
  if (seconds < 90) return labels.seconds.replace("{count}", count(Math.max(1, Math.round(seconds))));
  if (seconds < 5400) return labels.minutes.replace("{count}", count(Math.round(seconds / 60)));
  return labels.hours.replace("{count}", new Intl.NumberFormat(language, { maximumFractionDigits: 1 }).format(seconds / 3600));
}

/** Each look adds a point: what was settled since the look before, by the second. */
export class RateLine {
  constructor(place, words, labels) {
    Object.assign(this, { place, words, labels, looks: [], data: [[], []] });
  }

  add(now) {
    if (!now) return;
    const last = this.looks.at(-1);
    if (last && now.at - last.at < 400) return;
    if (last) {
      this.data[0].push(now.at / 1000);
      this.data[1].push(Math.max(0, (now.settled - last.settled) * 1000 / (now.at - last.at)));
      this.data = this.data.map((values) => values.slice(-KEPT));
      this.draw();
    }
    this.looks = [...this.looks, now].slice(-KEPT);
    this.tell(now);
  }

  /** A line of one point is none. */
  draw() {
    if (this.data[0].length < 2) return;
    if (this.line) { this.line.setData(this.data); return; }
    const series = { label: this.labels.rate, stroke: colour("--brand"), fill: `${colour("--brand")}22`, width: 2 };
    this.line = drawn(this.place, [series], this.data, "2-digit");
  }

  tell(now) {
    const first = this.looks.find((look) => now.at - look.at <= WINDOW) ?? this.looks[0];
    const passed = (now.at - first.at) / 1000;
    const speed = passed > 0 ? (now.settled - first.settled) / passed : 0;
    const whole = now.expanded ? now.planned * Math.max(1, now.people / now.expanded) : now.people;
    const text = now.state === "paused" ? this.labels.paused : speed > 0
      ? this.labels.eta.replace("{rate}", count(Math.round(speed))).replace("{left}", duration((whole - now.settled) / speed, this.labels))
      : this.labels.waiting;
    if (this.words.textContent !== text) this.words.textContent = text;
  }
}
