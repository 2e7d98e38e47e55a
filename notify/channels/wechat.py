"""WeChat subscribe messages: one card for one accept, or for a long-term one.

Source: POST /cgi-bin/message/subscribe/send. The ledger (``notify/grants.py``) is spent before the call and given back
where WeChat certainly did not send; 43101 sets it to zero and leaves the notice to the next channel.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from config.channel_settings import WeChatSettings
from config.floor.unit import Unit
from notify import grants
from notify.channel import Health, Outcome, Parcel, Rejected, Run, Sent, Unknown
from notify.contacts import Contacts
from notify.incoming import text_of
from notify.links import page_of
from notify.vendor_templates import VendorTemplate, filled_for
from notify.wechat_fields import FieldWrong, fitted
from notify.wechat_token import CODES, TokenSource, call
from notify.wire import Answer, Wire

_FIELD = re.compile(r"data\.(\w{1,32})\.value", re.ASCII)
_LANGUAGE = {"zh-CN": "zh_CN", "en": "en_US"}
NOT_ALLOWED = "43101"


class WeChat:
    """The ``wechat`` channel: a card in the resident's WeChat."""

    name = "wechat"
    provider = "wechat"
    timeout = 10.0
    needs_phone = False
    harmless_again = False

    def __init__(
        self, settings: WeChatSettings, templates: Mapping[str, VendorTemplate], wire: Wire, tokens: TokenSource,
        run: Run, contacts: Contacts,
    ) -> None:  # fmt: skip
        self._settings = settings
        self._templates = templates
        self._wire = wire
        self._tokens = tokens
        self._run = run
        self._contacts = contacts

    async def check(self) -> Health:
        """Whether WeChat gives this account a token."""
        token = await self._tokens.token()
        if not isinstance(token, str):
            return Health(ok=False, note=token.code)
        return Health(ok=bool(self._templates), note=f"{len(self._templates)} templates")

    async def send(self, parcel: Parcel) -> Outcome:
        ready = filled_for(self._templates, parcel)
        if isinstance(ready, Rejected):
            return ready
        template, values = ready
        try:
            data = fitted(values)
        except FieldWrong as wrong:
            return Rejected(f"field-wrong:{wrong}"[:64])
        openid = await self._ready(parcel, template)
        if not isinstance(openid, str):
            return openid
        outcome = await self._call(openid, parcel, template, data)
        await self._settle(parcel, template, outcome)
        return outcome

    async def _ready(self, parcel: Parcel, template: VendorTemplate) -> str | Rejected:
        """The openid, with one grant taken for this delivery."""
        recipient = parcel.recipient
        if recipient is None:
            return Rejected("no-recipient")

        async def take(unit: Unit) -> str | Rejected:
            openid = await self._contacts.address(recipient, self.name)
            if not openid:
                return Rejected("not-bound")
            taken = await grants.spend(unit, recipient, self.name, template.code, ref=parcel.client_msg_id)
            return openid if taken else Rejected("no-grant")

        return await self._run(parcel.portal, take)

    async def _call(
        self, openid: str, parcel: Parcel, template: VendorTemplate, data: dict[str, dict[str, str]]
    ) -> Outcome:
        body = {
            "touser": openid, "template_id": template.code, "data": data, "miniprogram_state": self._settings.state,
            "lang": _LANGUAGE.get(parcel.language, "zh_CN"),
            **({"page": page} if (page := page_of(parcel.link)) else {}),
        }  # fmt: skip
        answer = await call(
            self._wire, self._tokens, self._settings.base_url, "/cgi-bin/message/subscribe/send", body,
            timeout=self.timeout - 4,
        )  # fmt: skip
        if not isinstance(answer, Answer):
            return answer
        found = answer.json()
        code = text_of(found.get("errcode"))
        if code == "0":
            return Sent(text_of(found.get("msgid")))
        named = _FIELD.search(text_of(found.get("errmsg")))
        return CODES.outcome(self.provider, code, named[1] if named else "")

    async def _settle(self, parcel: Parcel, template: VendorTemplate, outcome: Outcome) -> None:
        """What an answer means for the ledger. An answer that was lost may have been a card: it stays spent."""
        recipient = parcel.recipient
        if recipient is None or isinstance(outcome, Sent | Unknown):
            return

        async def move(unit: Unit) -> None:
            ref = parcel.client_msg_id
            if outcome.code == NOT_ALLOWED:
                await grants.refused(unit, recipient, self.name, template.code, ref=ref)
            else:
                await grants.give_back(unit, recipient, self.name, template.code, ref=ref)

        await self._run(parcel.portal, move)
