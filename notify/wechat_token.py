"""WeChat's stable access token: one for the whole process, renewed by one caller at a time.

Source: POST /cgi-bin/stable_token. Normal mode answers the same token to everybody (several processes may ask), and a
new one in the last five minutes while both are valid: so it is asked for again when fewer than five minutes are left.
``force_refresh`` (20 a day) is for a leak only and never used here.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable

from notify.channel import Outcome, Rejected, Retry
from notify.incoming import text_of
from notify.vendor_codes import Codes
from notify.wire import Answer, Wire, asked

EARLY = 300.0
_AGAIN = 5.0
_JSON = {"Content-Type": "application/json"}
TOKEN_CODES = frozenset({"40001", "40014", "42001"})
"""The access token is wrong or over: fetch one and try once more."""
CODES = Codes(
    later=(-1, 45009, 45011, 43108, 40001, 40014, 42001),
    never=(
        40003, 40037, 43101, 43107, 45015, 45047, 47001, 47003, 45168, 41030, 40013, 40125, 40164, 48001, 20003, 43004,
        45008, 40169, 61010,
    ),
)  # fmt: skip
"""Error classes of both WeChat APIs (``notify/vendor_codes.py``). 43101 and the like: the person has to act first."""


class TokenSource:
    """``token()`` answers from memory; concurrent callers make one request."""

    def __init__(
        self,
        wire: Wire,
        *,
        app_id: str,
        app_secret: str,
        base_url: str,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._wire = wire
        self._app_id = app_id
        self._app_secret = app_secret
        self._base = base_url.rstrip("/")
        self._monotonic = monotonic
        self._lock = asyncio.Lock()
        self._token = ""
        self._until = 0.0
        self._asked_at = float("-inf")

    def __repr__(self) -> str:
        return f"TokenSource({self._app_id})"

    async def token(self, *, instead_of: str = "") -> str | Retry | Rejected:
        """A token; another one than ``instead_of``, which WeChat has just refused. ``Retry`` where it cannot be had."""
        async with self._lock:
            now = self._monotonic()
            fresh = self._token and now < self._until - EARLY
            if fresh and self._token != instead_of:
                return self._token
            if now - self._asked_at < _AGAIN and instead_of == self._token and self._token:
                return Retry("token-refused")  # it was fetched this moment: asking again brings the same one
            return await self._fetch(now)

    async def _fetch(self, now: float) -> str | Retry | Rejected:
        self._asked_at = now
        body = {"grant_type": "client_credential", "appid": self._app_id, "secret": self._app_secret}
        answer = await asked(
            self._wire, f"{self._base}/cgi-bin/stable_token", headers=_JSON, body=json.dumps(body).encode(), timeout=5.0
        )
        if not isinstance(answer, Answer):
            return Retry("token-unreachable")  # nothing was sent: not even its loss matters
        found = answer.json()
        token, seconds = found.get("access_token"), found.get("expires_in")
        if isinstance(token, str) and token and isinstance(seconds, int):
            self._token, self._until = token, now + min(seconds, 7200)
            return token
        outcome = CODES.outcome("wechat", text_of(found.get("errcode")))
        return Retry(f"token:{outcome.code}"[:64])


async def call(
    wire: Wire, source: TokenSource, base_url: str, path: str, body: object, *, timeout: float
) -> Answer | Outcome:
    """One call of WeChat's API under the token; a refused token is replaced once. Bodies are raw UTF-8 (40033)."""
    token: str | Retry | Rejected = await source.token()
    for attempt in (1, 2):
        if not isinstance(token, str):
            return token
        raw = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
        answer = await asked(
            wire, f"{base_url.rstrip('/')}{path}?access_token={token}", headers=_JSON, body=raw, timeout=timeout
        )
        if not isinstance(answer, Answer) or attempt == 2:
            return answer
        if text_of(answer.json().get("errcode")) not in TOKEN_CODES:
            return answer
        token = await source.token(instead_of=token)
    raise AssertionError("unreachable")  # pragma: no cover
