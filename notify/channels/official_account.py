"""The 公众号: a template message where one is approved, else a customer message while its window is open.

Sources: POST /cgi-bin/message/template/send (its end is told by TEMPLATESENDJOBFINISH) and
POST /cgi-bin/message/custom/send (48 hours and 5 messages after the person's last one).
"""

from __future__ import annotations

from collections.abc import Mapping

from config.channel_settings import OfficialAccountSettings
from config.floor.unit import Unit
from config.floor.vault import Vault
from notify import reply_windows
from notify.channel import Health, Outcome, Parcel, Rejected, Run, Sent
from notify.contacts import Contacts
from notify.incoming import text_of
from notify.vendor_templates import VendorTemplate, filled_for
from notify.wechat_token import CODES, TokenSource, call
from notify.wire import Answer, Wire

OVER = frozenset({"45015", "45047"})
ACCOUNT = "wechat_oa"


class OfficialAccount:
    """The ``oa`` channel."""

    name = "oa"
    provider = "wechat-oa"
    timeout = 10.0
    needs_phone = False
    harmless_again = False

    def __init__(
        self, settings: OfficialAccountSettings, templates: Mapping[str, VendorTemplate], wire: Wire,
        tokens: TokenSource, run: Run, contacts: Contacts, vault: Vault,
    ) -> None:  # fmt: skip
        self._settings = settings
        self._templates = templates
        self._wire = wire
        self._tokens = tokens
        self._run = run
        self._contacts = contacts
        self._vault = vault

    async def check(self) -> Health:
        """Whether WeChat gives this account a token. Without templates it still answers who has just spoken."""
        token = await self._tokens.token()
        if not isinstance(token, str):
            return Health(ok=False, note=token.code)
        return Health(ok=True, note=f"{len(self._templates)} templates")

    async def send(self, parcel: Parcel) -> Outcome:
        known = parcel.event in self._templates
        openid = await self._ready(parcel, window=not known)
        if not isinstance(openid, str):
            return openid
        if not known:
            return await self._customer(openid, parcel)
        ready = filled_for(self._templates, parcel)
        if isinstance(ready, Rejected):
            return ready
        template, values = ready
        body = {
            "touser": openid, "template_id": template.code, "client_msg_id": parcel.client_msg_id,
            "data": {name: {"value": value} for name, value in values.items()},
        }  # fmt: skip
        return await self._call("/cgi-bin/message/template/send", body)

    async def _ready(self, parcel: Parcel, *, window: bool) -> str | Rejected:
        recipient = parcel.recipient
        if recipient is None:
            return Rejected("no-recipient")

        async def look(unit: Unit) -> str | Rejected:
            openid = await self._contacts.address(recipient, ACCOUNT)
            if not openid:
                return Rejected("not-bound")
            if window and not await reply_windows.taken(unit, self._vault, openid):
                return Rejected("window-over")
            return openid

        return await self._run(parcel.portal, look)

    async def _customer(self, openid: str, parcel: Parcel) -> Outcome:
        words = f"{parcel.title}\n{parcel.text}" if parcel.title else parcel.text
        body = {"touser": openid, "msgtype": "text", "text": {"content": words}}
        outcome = await self._call("/cgi-bin/message/custom/send", body)
        if isinstance(outcome, Rejected) and outcome.code in OVER:

            async def close(unit: Unit) -> None:
                await reply_windows.closed(unit, self._vault, openid)

            await self._run(parcel.portal, close)
        return outcome

    async def _call(self, path: str, body: Mapping[str, object]) -> Outcome:
        answer = await call(self._wire, self._tokens, self._settings.base_url, path, body, timeout=self.timeout - 4)
        if not isinstance(answer, Answer):
            return answer
        found = answer.json()
        code = text_of(found.get("errcode"))
        return Sent(text_of(found.get("msgid"))) if code == "0" else CODES.outcome(self.provider, code)
