// The console's data: every page's calls go through here to the shared Yima.call.
const ROOT = "/console/api/v1";

export async function call(method, path, body, options = {}) {
  try {
    return await window.Yima.call(method, path.startsWith("/api/") ? path : ROOT + path, body, options);
  } catch (problem) {
    if (problem.code === "session-locked") {
      const opened = new Promise((resolve) => document.addEventListener("unlocked", resolve, { once: true }));
      document.dispatchEvent(new CustomEvent("locked"));
      await opened;
      return call(method, path, body, options);
    }
    if (problem.status !== 401) throw problem;
    location.assign(`/console/sign-in?next=${encodeURIComponent(location.pathname + location.search)}`);
    return new Promise(() => {});
  }
}

export const get = (path) => call("GET", path);
export const post = (path, body, options) => call("POST", path, body, options);
export const put = (path, body) => call("PUT", path, body);
export const remove = (path) => call("DELETE", path);
export const newKey = () => window.Yima.newKey();

const PAGES = 5;
/** What is kept under a name, page by page, as much as a choice can hold: the rows, and whether there are more. */
export async function kept(path, name) {
  const rows = [];
  let cursor = "";
  for (let page = 0; page < PAGES; page += 1) {
    const answer = await get(`${path}${query({ cursor })}`);
    rows.push(...answer[name]);
    cursor = answer.next_cursor;
    if (!cursor) break;
  }
  return { rows, more: Boolean(cursor) };
}

export function query(values) {
  const kept = Object.entries(values).filter(([, value]) => value !== "" && value !== null && value !== undefined);
  return kept.length ? `?${new URLSearchParams(kept)}` : "?";
}
