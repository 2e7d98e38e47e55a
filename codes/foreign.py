"""What a scanned text is when it is not ours, pure: so that a counter reads "a WeChat payment code".

Only forms with a published description are named: WeChat and Alipay payment codes (their merchant documents),
UnionPay's prefix 62, EU and offline credentials by their prefix, EAN-13 by its check digit (GS1 General
Specifications), a resident identity number by its check digit (GB 11643). Anything else stays unnamed.
"""

from __future__ import annotations

import re
from typing import Literal

Foreign = Literal[
    "wechat_pay",
    "alipay",
    "unionpay",
    "offline_credential",
    "health_certificate",
    "link",
    "product",
    "identity_number",
]

LONGEST = 4096
_DIGITS = re.compile(r"[0-9]{13,24}", re.ASCII)
_IDENTITY = re.compile(
    r"[1-9][0-9]{5}(?:18|19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])[0-9]{3}[0-9X]", re.ASCII
)
_LINK = re.compile(r"(?:https?|weixin|wxp|alipays?)://", re.ASCII | re.IGNORECASE)


def looks_like(text: str) -> Foreign | None:
    """The known kind of a foreign code, or None. Says nothing about whether it is genuine."""
    if not text or len(text) > LONGEST:
        return None
    if text.startswith("GZ1:"):
        return "offline_credential"
    if text.startswith("HC1:"):
        return "health_certificate"
    if _LINK.match(text):
        return "link"
    if _IDENTITY.fullmatch(text) and _identity_whole(text):
        return "identity_number"
    return _by_digits(text) if _DIGITS.fullmatch(text) else None


def _by_digits(text: str) -> Foreign | None:
    lead, length = int(text[:2]), len(text)
    if length == 18 and 10 <= lead <= 15:
        return "wechat_pay"
    if 16 <= length <= 24 and 25 <= lead <= 30:
        return "alipay"
    if 16 <= length <= 24 and lead == 62:
        return "unionpay"
    if length == 13 and _ean_whole(text):
        return "product"
    return None


def _ean_whole(text: str) -> bool:
    return sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(text)) % 10 == 0


def _identity_whole(text: str) -> bool:
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    total = sum(int(digit) * weight for digit, weight in zip(text[:17], weights, strict=True))
    return "10X98765432"[total % 11] == text[17]
