// How a panel of the counter page asks the server: JSON, and pictures or files that are looked at and let go.

const { call, Problem } = window.Yima;

/** A JSON call; throws Problem. */
export const ask = (method, path, body, options) => call(method, path, body, options);

/** A picture or file as a Blob; throws Problem. */
export async function download(path) {
  const headers = { "Accept-Language": document.documentElement.lang || "zh-CN" };
  const response = await fetch(path, { headers, credentials: "same-origin", cache: "no-store", signal: AbortSignal.timeout(15000) }).catch(() => null);
  if (!response) throw new Problem(0, { code: "offline" });
  if (!response.ok) throw new Problem(response.status, await response.json().catch(() => ({})));
  return response.blob();
}
