"""Alipay template messages (alipay.open.app.mini.templatemessage.send), signed RSA2; the answer's signature counts too.

An answer that is not signed by Alipay is no answer: the message may have gone.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from urllib.parse import urlencode

from config.channel_settings import AlipaySettings
from config.floor.unit import LEGAL_ZONE, Unit
from notify import grants
from notify.alipay_signing import answered, read_private_key, read_public_key, sign, to_sign
from notify.channel import Health, Outcome, Parcel, Rejected, Run, Sent, Unknown
from notify.contacts import Contacts
from notify.incoming import text_of
from notify.links import page_of
from notify.vendor_codes import Codes
from notify.vendor_templates import VendorTemplate, filled_for
from notify.wire import Answer, Wire, asked

METHOD = "alipay.open.app.mini.templatemessage.send"
CODES = Codes(
    later=(
        "20000", "isp.unknow-error", "aop.unknow-error", "ACQ.SYSTEM_ERROR", "SYSTEM_ERROR", "isv.call-limited",
        "isv.app-call-limited", "aop.call-limited",
    ),
    never=(
        "isv.invalid-signature", "isv.invalid-app-id", "isv.missing-method", "isv.insufficient-isv-permissions",
        "isv.invalid-timestamp", "INVALID_PARAMETER", "TEMPLATE_NOT_EXIST", "TEMPLATE_ILLEGAL", "USER_NOT_EXIST",
        "USER_UNSUBSCRIBE", "NO_SUBSCRIBE", "DATA_ILLEGAL", "FORMID_INVALID",
    ),
)  # fmt: skip
NOT_ALLOWED = frozenset({"USER_UNSUBSCRIBE", "NO_SUBSCRIBE"})


class Alipay:
    """The ``alipay`` channel."""

    name = "alipay"
    provider = "alipay"
    timeout = 10.0
    needs_phone = False
    harmless_again = False

    def __init__(
        self, settings: AlipaySettings, templates: Mapping[str, VendorTemplate], wire: Wire, run: Run,
        contacts: Contacts, *, now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:  # fmt: skip
        self._settings = settings
        self._templates = templates
        self._wire = wire
        self._run = run
        self._contacts = contacts
        self._now = now
        self._key = read_private_key(settings.private_key.get_secret_value())
        self._theirs = read_public_key(settings.alipay_public_key)

    async def check(self) -> Health:
        """Whether keys and templates are there; the keys were read when the channel was made."""
        return Health(ok=bool(self._templates), note=f"{len(self._templates)} templates")

    async def send(self, parcel: Parcel) -> Outcome:
        ready = filled_for(self._templates, parcel)
        if isinstance(ready, Rejected):
            return ready
        template, values = ready
        account = await self._ready(parcel, template)
        if not isinstance(account, str):
            return account
        outcome = await self._call({
            "to_open_id": account, "user_template_id": template.code,
            "page": page_of(parcel.link) or "pages/home/home",
            "data": json.dumps({k: {"value": v} for k, v in values.items()}, ensure_ascii=False),
        })  # fmt: skip
        await self._settle(parcel, template, outcome)
        return outcome

    async def _ready(self, parcel: Parcel, template: VendorTemplate) -> str | Rejected:
        recipient = parcel.recipient
        if recipient is None:
            return Rejected("no-recipient")

        async def take(unit: Unit) -> str | Rejected:
            account = await self._contacts.address(recipient, self.name)
            if not account:
                return Rejected("not-bound")
            taken = await grants.spend(unit, recipient, self.name, template.code, ref=parcel.client_msg_id)
            return account if taken else Rejected("no-grant")

        return await self._run(parcel.portal, take)

    async def _call(self, content: Mapping[str, str]) -> Outcome:
        parameters = {
            "app_id": self._settings.app_id, "method": METHOD, "format": "JSON", "charset": "utf-8",
            "sign_type": "RSA2",
            "timestamp": f"{self._now().astimezone(LEGAL_ZONE):%Y-%m-%d %H:%M:%S}", "version": "1.0",
            "biz_content": json.dumps(content, ensure_ascii=False, separators=(",", ":")),
        }  # fmt: skip
        parameters["sign"] = sign(self._key, to_sign(parameters))
        answer = await asked(
            self._wire, self._settings.gateway, body=urlencode(parameters).encode(), timeout=self.timeout - 1,
            headers={"Content-Type": "application/x-www-form-urlencoded;charset=utf-8"},
        )  # fmt: skip
        if not isinstance(answer, Answer):
            return answer
        inner = answered(answer.body, METHOD, self._theirs)
        if inner is None:
            return Unknown("answer-not-signed")
        if text_of(inner.get("code")) == "10000":
            return Sent(text_of(inner.get("msg_id")))
        return CODES.outcome(self.provider, text_of(inner.get("sub_code")) or text_of(inner.get("code")))

    async def _settle(self, parcel: Parcel, template: VendorTemplate, outcome: Outcome) -> None:
        recipient = parcel.recipient
        if recipient is None or isinstance(outcome, Sent | Unknown):
            return

        async def move(unit: Unit) -> None:
            change = grants.refused if outcome.code in NOT_ALLOWED else grants.give_back
            await change(unit, recipient, self.name, template.code, ref=parcel.client_msg_id)

        await self._run(parcel.portal, move)
