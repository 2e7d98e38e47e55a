"""Short messages by Aliyun (Dysmsapi 2017-05-25), signed ACS3-HMAC-SHA256.

Sources: Aliyun OpenAPI "V3 request body and signature", SendSms, QuerySendDetails, SmsReport and SmsUp by HTTP.
``OutId`` carries our client message id; Aliyun does not remove doubles by it, but can be asked for it afterwards.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from config.channel_settings import AliyunSmsSettings
from config.floor.ids import new_id
from config.floor.unit import LEGAL_ZONE
from notify.channel import Health, Outcome, Parcel, Rejected, Retry, Sent
from notify.incoming import InboundText, ProviderReceipt, WrongCallback, json_rows, text_of
from notify.vendor_codes import Codes
from notify.vendor_templates import VendorTemplate, filled_for
from notify.wire import Answer, Wire, asked

ALGORITHM = "ACS3-HMAC-SHA256"
VERSION = "2017-05-25"
CODES = Codes(
    later=(
        "isv.BUSINESS_LIMIT_CONTROL", "isp.SYSTEM_ERROR", "isv.DAY_LIMIT_CONTROL", "isv.MONTH_LIMIT_CONTROL",
        "Throttling", "Throttling.User", "Throttling.Api", "ServiceUnavailable", "isp.GATEWAY_ERROR",
        "isv.AMOUNT_NOT_ENOUGH", "isv.OUT_OF_SERVICE",
    ),
    never=(
        "isv.MOBILE_NUMBER_ILLEGAL", "isv.MOBILE_COUNT_OVER_LIMIT", "isv.BLACK_KEY_CONTROL_LIMIT",
        "isv.TEMPLATE_MISSING_PARAMETERS", "isv.TEMPLATE_PARAMS_ILLEGAL", "isv.PARAM_LENGTH_LIMIT",
        "isv.PARAM_NOT_SUPPORT_URL", "isv.INVALID_PARAMETERS", "isv.INVALID_JSON_PARAM", "isv.SMS_CONTENT_ILLEGAL",
        "isv.SMS_TEMPLATE_ILLEGAL", "isv.SMS_SIGNATURE_ILLEGAL", "isv.SMS_SIGN_ILLEGAL", "isv.ACCOUNT_NOT_EXISTS",
        "isv.ACCOUNT_ABNORMAL", "isv.PRODUCT_UN_SUBSCRIPT", "isv.PRODUCT_UNSUBSCRIBE", "isp.RAM_PERMISSION_DENY",
        "SignatureDoesNotMatch", "InvalidAccessKeyId.NotFound", "Forbidden.RAM", "InvalidTimeStamp.Expired",
    ),
)  # fmt: skip


def percent(text: str) -> str:
    """RFC 3986 encoding, as the signature wants it."""
    return quote(text, safe="-_.~")


def authorization(
    key_id: str, secret: str, *, method: str, path: str, query: Mapping[str, str], headers: Mapping[str, str],
    body: bytes,
) -> str:  # fmt: skip
    """The Authorization header. ``headers``: everything that is signed (host, content-type, x-acs-*), lower case."""
    canonical_query = "&".join(f"{percent(k)}={percent(v)}" for k, v in sorted(query.items()))
    names = sorted(headers)
    lines = "".join(f"{name}:{headers[name].strip()}\n" for name in names)
    signed = ";".join(names)
    hashed = hashlib.sha256(body).hexdigest()
    request = f"{method}\n{path}\n{canonical_query}\n{lines}\n{signed}\n{hashed}"
    to_sign = f"{ALGORITHM}\n{hashlib.sha256(request.encode()).hexdigest()}"
    signature = hmac.new(secret.encode(), to_sign.encode(), hashlib.sha256).hexdigest()
    return f"{ALGORITHM} Credential={key_id},SignedHeaders={signed},Signature={signature}"


class AliyunSms:
    """The ``sms`` channel by Aliyun."""

    name = "sms"
    provider = "aliyun-sms"
    timeout = 10.0
    needs_phone = True
    harmless_again = False

    def __init__(
        self,
        settings: AliyunSmsSettings,
        templates: Mapping[str, VendorTemplate],
        wire: Wire,
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._settings = settings
        self._templates = templates
        self._wire = wire
        self._now = now

    async def check(self) -> Health:
        """Whether keys, signature and templates are there. Nothing is asked of Aliyun: every call there is billed."""
        if not self._templates:
            return Health(ok=False, note="no approved templates are listed")
        return Health(ok=True, note=f"{len(self._templates)} templates, signature {self._settings.sign_name}")

    async def send(self, parcel: Parcel) -> Outcome:
        if not parcel.phone:
            return Rejected("no-phone")
        ready = filled_for(self._templates, parcel)
        if isinstance(ready, Rejected):
            return ready
        template, values = ready
        answer = await self._call("SendSms", {
            "PhoneNumbers": parcel.phone, "SignName": self._settings.sign_name, "TemplateCode": template.code,
            "TemplateParam": json.dumps(values, ensure_ascii=False, separators=(",", ":")),
            "OutId": parcel.client_msg_id,
        })  # fmt: skip
        if not isinstance(answer, Answer):
            return answer
        found = answer.json()
        code = text_of(found.get("Code"))
        return Sent(text_of(found.get("BizId"))) if code == "OK" else CODES.outcome(self.provider, code)

    async def lookup(self, parcel: Parcel, sent_at: datetime) -> Outcome | None:
        """What became of a message whose answer was lost: asked by number, day and our id. None: nobody can tell."""
        answer = await self._call("QuerySendDetails", {
            "PhoneNumber": parcel.phone or "", "SendDate": f"{sent_at.astimezone(LEGAL_ZONE):%Y%m%d}",
            "PageSize": "50", "CurrentPage": "1",
        })  # fmt: skip
        if not isinstance(answer, Answer) or text_of(answer.json().get("Code")) != "OK":
            return None
        details = answer.json().get("SmsSendDetailDTOs")
        rows = details.get("SmsSendDetailDTO") if isinstance(details, dict) else None
        for row in rows if isinstance(rows, list) else []:
            if isinstance(row, dict) and row.get("OutId") == parcel.client_msg_id:
                if row.get("SendStatus") == 2:
                    return Rejected(text_of(row.get("ErrCode")) or "failed")
                return Sent(delivered=row.get("SendStatus") == 3)
        return Retry("not-sent-before")  # Aliyun knows the number's day and this message is not in it

    def read_receipt(self, headers: Mapping[str, str], raw: bytes) -> Sequence[ProviderReceipt]:
        """SmsReport: an array, sometimes doubled, sometimes days late. Aliyun signs nothing: the address is secret."""
        return [
            ProviderReceipt(
                receipt_id=_receipt_id(row), client_msg_id=text_of(row.get("out_id")),
                provider_ref=text_of(row.get("biz_id")),
                outcome="delivered" if row.get("success") is True else "failed",
                reason="" if row.get("success") is True else text_of(row.get("err_code")),
            )
            for row in json_rows(raw)
        ]  # fmt: skip

    def read_inbound(self, raw: bytes) -> Sequence[InboundText]:
        """SmsUp: what people answered."""
        return [
            InboundText(
                id=text_of(row.get("sequence_id")) or hashlib.sha256(repr(sorted(row.items())).encode()).hexdigest(),
                phone=text_of(row.get("phone_number")), text=text_of(row.get("content")),
            )
            for row in json_rows(raw)
        ]  # fmt: skip

    async def _call(self, action: str, query: Mapping[str, str]) -> Answer | Outcome:
        host = self._settings.base_url.split("://", 1)[1].rstrip("/")
        headers = {
            "host": host, "x-acs-action": action, "x-acs-version": VERSION,
            "x-acs-date": f"{self._now():%Y-%m-%dT%H:%M:%SZ}", "x-acs-signature-nonce": new_id().hex,
            "x-acs-content-sha256": hashlib.sha256(b"").hexdigest(),
        }  # fmt: skip
        headers["Authorization"] = authorization(
            self._settings.key_id, self._settings.key_secret.get_secret_value(), method="POST", path="/", query=query,
            headers=headers, body=b"",
        )  # fmt: skip
        asked_for = "&".join(f"{percent(k)}={percent(v)}" for k, v in sorted(query.items()))
        return await asked(
            self._wire, f"{self._settings.base_url.rstrip('/')}/?{asked_for}", headers=headers, body=b"",
            timeout=self.timeout - 1,
        )  # fmt: skip


def _receipt_id(row: Mapping[str, Any]) -> str:
    """A receipt's own identity: one message to one phone with one result."""
    parts = [text_of(row.get(name)) for name in ("biz_id", "out_id", "err_code")]
    if not any(parts[:2]):
        raise WrongCallback("names no message")
    return ":".join([*parts, "1" if row.get("success") is True else "0"])[:128]
