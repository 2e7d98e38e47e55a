// Words of the hall's page.
const words = JSON.parse(document.getElementById("hall-words").textContent);

export const w = (key, filling = {}) => (words[key] ?? key).replace(/\{(\w+)\}/g, (_, name) => (name in filling ? String(filling[name]) : ""));
