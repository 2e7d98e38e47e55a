// What a scanned text is when it is none of ours, by the same published forms as codes/foreign.py.

const WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
const IDENTITY = /^[1-9]\d{5}(?:18|19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dX]$/;

const identityWhole = (text) => "10X98765432"[WEIGHTS.reduce((sum, weight, place) => sum + weight * Number(text[place]), 0) % 11] === text[17];
const productWhole = (text) => [...text].reduce((sum, digit, place) => sum + Number(digit) * (place % 2 ? 3 : 1), 0) % 10 === 0;

function byDigits(text) {
  const lead = Number(text.slice(0, 2));
  const { length } = text;
  if (length === 18 && lead >= 10 && lead <= 15) return "wechat_pay";
  if (length >= 16 && length <= 24 && lead >= 25 && lead <= 30) return "alipay";
  if (length >= 16 && length <= 24 && lead === 62) return "unionpay";
  return length === 13 && productWhole(text) ? "product" : "unnamed";
}

/** The known kind of a foreign code, or `unnamed`. Says nothing about whether it is genuine. */
export function looksLike(text) {
  if (text.startsWith("HC1:")) return "health_certificate";
  if (/^(?:https?|weixin|wxp|alipays?):\/\//i.test(text)) return "link";
  if (IDENTITY.test(text) && identityWhole(text)) return "identity_number";
  return /^\d{13,24}$/.test(text) ? byDigits(text) : "unnamed";
}
