"""Web Push: an encrypted line to each of a resident's browsers. A second try replaces the first (RFC 8030 topic)."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from uuid import UUID

from config.floor.unit import Unit
from config.floor.vault import Vault
from notify import push_subscriptions
from notify.channel import Health, Outcome, Parcel, Rejected, Retry, Run, Sent, Unknown
from notify.web_push import LONGEST, Subscription, Vapid, encrypted, padless
from notify.wire import Answer, Wire, asked

GONE = frozenset({404, 410})
_SECONDS_KEPT = 72 * 3600


class WebPush:
    """The ``webpush`` channel. Sent means that at least one browser's push service took it."""

    name = "webpush"
    provider = "webpush"
    timeout = 12.0
    needs_phone = False
    harmless_again = True

    def __init__(self, vapid: Vapid, wire: Wire, run: Run, vault: Vault) -> None:
        self._vapid = vapid
        self._wire = wire
        self._run = run
        self._vault = vault

    async def check(self) -> Health:
        """The key was read when the channel was made; push services cannot be asked without a browser."""
        return Health(ok=True)

    async def send(self, parcel: Parcel) -> Outcome:
        recipient = parcel.recipient
        if recipient is None:
            return Rejected("no-recipient")

        async def look(_: Unit) -> list[tuple[UUID, Subscription]]:
            return await push_subscriptions.of(self._vault, parcel.portal, recipient)

        browsers = await self._run(parcel.portal, look)
        if not browsers:
            return Rejected("not-bound")
        body = shown(parcel)
        outcomes = await asyncio.gather(*(self._push(to, parcel, body) for _, to in browsers))
        gone = [one for (one, _), outcome in zip(browsers, outcomes, strict=True) if outcome == _DROPPED]
        if gone:
            await self._run(parcel.portal, lambda _: push_subscriptions.drop(gone))
        return _together(outcomes, parcel)

    async def _push(self, to: Subscription, parcel: Parcel, body: bytes) -> Outcome:
        headers = {
            "Content-Type": "application/octet-stream", "Content-Encoding": "aes128gcm", "TTL": str(_SECONDS_KEPT),
            "Urgency": "high" if parcel.category in ("statutory", "emergency") else "normal",
            "Topic": padless(parcel.message_id.bytes), "Authorization": self._vapid.authorization(to.endpoint),
        }  # fmt: skip
        answer = await asked(
            self._wire, to.endpoint, headers=headers, body=encrypted(body, to), timeout=self.timeout - 2
        )
        if not isinstance(answer, Answer):
            return answer
        if answer.status in GONE:
            return _DROPPED
        if 200 <= answer.status < 300:
            return Sent()
        return Rejected(f"http-{answer.status}")


_DROPPED = Rejected("not-bound")


def shown(parcel: Parcel) -> bytes:
    """What the service worker gets: title, text, where a tap leads, and the tag that a second try replaces."""
    text = parcel.text
    while True:
        words = {"title": parcel.title, "body": text, "link": parcel.link, "tag": parcel.message_id.hex}
        made = json.dumps(words, ensure_ascii=False, separators=(",", ":")).encode()
        if len(made) <= LONGEST:
            return made
        text = text[: max(0, len(text) - (len(made) - LONGEST) // 3 - 2)] + "…"


def _together(outcomes: Sequence[Outcome], parcel: Parcel) -> Outcome:
    """One browser that has it is enough; then the hope that is left; then the refusal."""
    if any(isinstance(one, Sent) for one in outcomes):
        return Sent(parcel.client_msg_id)
    for kind in (Unknown, Retry):
        for one in outcomes:
            if isinstance(one, kind):
                return one
    refused = [one for one in outcomes if one != _DROPPED]
    return refused[0] if refused else _DROPPED
