// Words and dates of the page: the server put them on #page, in the reader's language.
const main = document.getElementById("page");
const words = { ...JSON.parse(main.dataset.words), ...JSON.parse(main.dataset.more || "{}") };

export const language = main.dataset.language;
export const facts = main.dataset;

export function t(key, filling = {}) {
  const text = words[key];
  if (text === undefined) return key;
  return text.replace(/\{(\w+)\}/g, (_, name) => (name in filling ? String(filling[name]) : ""));
}

export const has = (key) => key in words;

const zone = "Asia/Shanghai";
const number = new Intl.NumberFormat(language);
export const count = (value) => number.format(value ?? 0);
const cents = new Intl.NumberFormat(language, { minimumFractionDigits: 2, maximumFractionDigits: 2 });
export const money = (value) => cents.format(Number(value));

function parts(instant) {
  const format = new Intl.DateTimeFormat("en-CA", {
    timeZone: zone, year: "numeric", month: "2-digit", day: "2-digit",
  });
  const [year, month, day] = format.format(instant).split("-").map(Number);
  return { year, month, day };
}

function dayWords({ year, month, day }) {
  const noon = new Date(Date.UTC(year, month - 1, day, 12));
  const thisYear = parts(new Date()).year;
  if (language.startsWith("zh")) {
    const weekday = t("weekdays")[noon.getUTCDay()];
    return t(year === thisYear ? "date" : "date_year", { year, month, day, weekday });
  }
  const options = { timeZone: "UTC", weekday: "short", day: "numeric", month: "short" };
  if (year !== thisYear) options.year = "numeric";
  return new Intl.DateTimeFormat("en-GB", options).format(noon);
}

// A legal day (YYYY-MM-DD) or an instant, as a date with its weekday.
export function dateWords(text) {
  if (/^\d{4}-\d{2}-\d{2}$/.test(text)) {
    const [year, month, day] = text.split("-").map(Number);
    return dayWords({ year, month, day });
  }
  return dayWords(parts(new Date(text)));
}

export function timeWords(text) {
  return new Intl.DateTimeFormat("en-GB", { timeZone: zone, hour: "2-digit", minute: "2-digit" })
    .format(text ? new Date(text) : new Date());
}

export const momentWords = (text) => `${dateWords(text)} ${timeWords(text)}`;

// Numbers of cases and documents are read in groups of four.
export const grouped = (text) => String(text).replace(/(\d{4})(?=\d)/g, "$1 ");
