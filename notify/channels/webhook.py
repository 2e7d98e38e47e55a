"""Notices to a department's own system: signed, once per id, tried again for a day.

The shape is Standard Webhooks' (webhook-id, webhook-timestamp, webhook-signature ``v1,`` HMAC-SHA256 over
``id.timestamp.body``). The body names event and subject, no person: the department asks back what it may know.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from datetime import UTC, datetime

from config.channel_settings import WebhookSettings
from notify.channel import Health, Outcome, Parcel, Rejected, Retry, Sent
from notify.wire import Answer, Wire, asked


def signature(secret: bytes, message_id: str, timestamp: str, body: bytes) -> str:
    """``v1,`` and the base64 of the MAC."""
    signed = f"{message_id}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(secret, signed, hashlib.sha256).digest()).decode()


class Webhook:
    """The ``webhook`` channel. The receiver drops an id that it has: going again does no harm."""

    name = "webhook"
    provider = "webhook"
    timeout = 6.0
    needs_phone = False
    harmless_again = True

    def __init__(
        self, settings: WebhookSettings, wire: Wire, *, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._settings = settings
        self._wire = wire
        self._now = now
        self._secret = base64.b64decode(settings.secret.get_secret_value(), validate=True)

    async def check(self) -> Health:
        """Whether the key is long enough; the department is not called without a reason."""
        return Health(ok=len(self._secret) >= 24, note="" if len(self._secret) >= 24 else "the key is too short")

    async def send(self, parcel: Parcel) -> Outcome:
        body = json.dumps(
            {
                "id": parcel.client_msg_id, "portal": parcel.portal, "event": parcel.event,
                "category": parcel.category, "case_no": parcel.values.get("case_no", ""),
            },
            separators=(",", ":"),
        ).encode()  # fmt: skip
        stamp = str(int(self._now().timestamp()))
        headers = {
            "Content-Type": "application/json", "webhook-id": parcel.client_msg_id, "webhook-timestamp": stamp,
            "webhook-signature": signature(self._secret, parcel.client_msg_id, stamp, body),
        }  # fmt: skip
        answer = await asked(self._wire, self._settings.url, headers=headers, body=body, timeout=self.timeout - 1)
        if not isinstance(answer, Answer):
            return answer
        if 200 <= answer.status < 300:
            return Sent(parcel.client_msg_id, delivered=True)
        if answer.status in (408, 425):
            return Retry(f"http-{answer.status}")
        return Rejected(f"http-{answer.status}")
