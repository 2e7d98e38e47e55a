"""Short messages by Tencent Cloud (sms 2021-01-11), signed TC3-HMAC-SHA256.

Sources: Tencent Cloud API "Signature v3", SendSms, PullSmsSendStatusByPhoneNumber, status and reply callbacks.
A receipt names Tencent's serial number only; the session context that we send along comes back in queries.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from config.channel_settings import TencentSmsSettings
from notify.channel import Health, Outcome, Parcel, Rejected, Retry, Sent
from notify.incoming import InboundText, ProviderReceipt, WrongCallback, json_rows, text_of
from notify.vendor_codes import Codes
from notify.vendor_templates import VendorTemplate, filled_for
from notify.wire import Answer, Wire, asked

ALGORITHM = "TC3-HMAC-SHA256"
VERSION = "2021-01-11"
MEDIA = "application/json; charset=utf-8"
CODES = Codes(
    later=(
        "LimitExceeded.PhoneNumberThirtySecondLimit", "LimitExceeded.PhoneNumberOneHourLimit",
        "LimitExceeded.PhoneNumberDailyLimit", "LimitExceeded.PhoneNumberSameContentDailyLimit",
        "LimitExceeded.DeliveryFrequencyLimit", "LimitExceeded.AppDailyLimit",
        "LimitExceeded.AppMainlandChinaDailyLimit",
        "LimitExceeded.DailyLimit", "RequestLimitExceeded", "InternalError", "InternalError.Timeout",
        "InternalError.OtherError", "InternalError.SendAndRecvFail", "InternalError.RequestTimeException",
        "FailedOperation.InsufficientBalanceInSmsPackage",
    ),
    never=(
        "InvalidParameterValue.IncorrectPhoneNumber", "InvalidParameterValue.InvalidPhoneNumber",
        "FailedOperation.PhoneNumberInBlacklist", "FailedOperation.PhoneNumberOnBlacklist",
        "FailedOperation.ContainSensitiveWord", "FailedOperation.TemplateIncorrectOrUnapproved",
        "FailedOperation.TemplateParamSetNotMatchApprovedTemplate", "FailedOperation.TemplateUnapprovedOrNotExist",
        "FailedOperation.SignatureIncorrectOrUnapproved", "InvalidParameterValue.TemplateParameterLengthLimit",
        "InvalidParameterValue.TemplateParameterFormatError",
        "InvalidParameterValue.ProhibitedUseUrlInTemplateParameter",
        "InvalidParameterValue.ContentLengthLimit", "InvalidParameterValue.SdkAppIdNotExist",
        "UnauthorizedOperation.SmsSdkAppIdVerifyFail",
        "UnauthorizedOperation.IndividualUserMarketingSmsPermissionDeny",
        "AuthFailure.SignatureFailure", "AuthFailure.SecretIdNotFound", "AuthFailure.SignatureExpire",
        "AuthFailure.UnauthorizedOperation",
    ),
)  # fmt: skip


def authorization(
    secret_id: str, secret_key: str, *, service: str, headers: Mapping[str, str], body: bytes, at: datetime
) -> str:
    """The Authorization header of a POST to ``/``. ``headers``: what is signed, lower case, values as they are sent."""
    names = sorted(headers)
    lines = "".join(f"{name}:{headers[name].lower().strip()}\n" for name in names)
    signed = ";".join(names)
    request = f"POST\n/\n\n{lines}\n{signed}\n{hashlib.sha256(body).hexdigest()}"
    day = f"{at.astimezone(UTC):%Y-%m-%d}"
    scope = f"{day}/{service}/tc3_request"
    to_sign = f"{ALGORITHM}\n{int(at.timestamp())}\n{scope}\n{hashlib.sha256(request.encode()).hexdigest()}"
    key = f"TC3{secret_key}".encode()
    for part in (day, service, "tc3_request"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    signature = hmac.new(key, to_sign.encode(), hashlib.sha256).hexdigest()
    return f"{ALGORITHM} Credential={secret_id}/{scope}, SignedHeaders={signed}, Signature={signature}"


class TencentSms:
    """The ``sms`` channel by Tencent."""

    name = "sms"
    provider = "tencent-sms"
    timeout = 10.0
    needs_phone = True
    harmless_again = False

    def __init__(
        self,
        settings: TencentSmsSettings,
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
        """Whether keys, signature and templates are there. Nothing is asked of Tencent: every call there is billed."""
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
            "PhoneNumberSet": [f"+86{parcel.phone}"], "SmsSdkAppId": self._settings.app_id,
            "SignName": self._settings.sign_name, "TemplateId": template.code,
            "TemplateParamSet": list(values.values()), "SessionContext": parcel.client_msg_id,
        })  # fmt: skip
        if not isinstance(answer, dict):
            return answer
        if fault := _fault(answer):
            return CODES.outcome(self.provider, fault)
        rows = answer.get("SendStatusSet")
        row = rows[0] if isinstance(rows, list) and rows and isinstance(rows[0], dict) else {}
        code = text_of(row.get("Code"))
        return Sent(text_of(row.get("SerialNo"))) if code == "Ok" else CODES.outcome(self.provider, code)

    async def lookup(self, parcel: Parcel, sent_at: datetime) -> Outcome | None:
        """What became of a message whose answer was lost: asked by number, day and our id. None: nobody can tell.

        The list holds only what carriers reported, so an absence proves nothing."""
        answer = await self._call("PullSmsSendStatusByPhoneNumber", {
            "BeginTime": int((sent_at - timedelta(minutes=5)).timestamp()), "Offset": 0, "Limit": 100,
            "PhoneNumber": f"+86{parcel.phone}", "SmsSdkAppId": self._settings.app_id,
        })  # fmt: skip
        rows = answer.get("PullSmsSendStatusSet") if isinstance(answer, dict) else None
        for row in rows if isinstance(rows, list) else []:
            if isinstance(row, dict) and row.get("SessionContext") == parcel.client_msg_id:
                if row.get("ReportStatus") == "SUCCESS":
                    return Sent(text_of(row.get("SerialNo")), delivered=True)
                return Rejected(text_of(row.get("Description")) or "failed")
        return None

    def read_receipt(self, headers: Mapping[str, str], raw: bytes) -> Sequence[ProviderReceipt]:
        """The status callback: an array, sometimes doubled. Tencent signs nothing: the address is secret."""
        return [_receipt(row) for row in json_rows(raw)]

    def read_inbound(self, raw: bytes) -> Sequence[InboundText]:
        """The reply callback; it has no number of its own, so all of it together is its identity."""
        return [
            InboundText(
                id=hashlib.sha256(repr(sorted(row.items())).encode()).hexdigest(), phone=text_of(row.get("mobile")),
                text=text_of(row.get("text")),
            )
            for row in json_rows(raw)
        ]  # fmt: skip

    async def _call(self, action: str, asked_for: Mapping[str, Any]) -> dict[str, Any] | Outcome:
        body = json.dumps(asked_for, ensure_ascii=False, separators=(",", ":")).encode()
        host = self._settings.base_url.split("://", 1)[1].rstrip("/")
        at = self._now()
        signed = {"content-type": MEDIA, "host": host, "x-tc-action": action.lower()}
        headers = {
            "Content-Type": MEDIA, "Host": host, "X-TC-Action": action, "X-TC-Version": VERSION,
            "X-TC-Timestamp": str(int(at.timestamp())), "X-TC-Region": self._settings.region,
            "Authorization": authorization(
                self._settings.secret_id, self._settings.secret_key.get_secret_value(), service="sms", headers=signed,
                body=body, at=at,
            ),
        }  # fmt: skip
        answer = await asked(
            self._wire, f"{self._settings.base_url.rstrip('/')}/", headers=headers, body=body, timeout=self.timeout - 1
        )
        if not isinstance(answer, Answer):
            return answer
        found = answer.json().get("Response")
        return found if isinstance(found, dict) else Retry("answer-unreadable")


def _fault(answer: Mapping[str, Any]) -> str:
    fault = answer.get("Error")
    return text_of(fault.get("Code")) or "no-code" if isinstance(fault, dict) else ""


def _receipt(row: Mapping[str, Any]) -> ProviderReceipt:
    serial, status = text_of(row.get("sid")), text_of(row.get("report_status"))
    if not serial or status not in ("SUCCESS", "FAIL"):
        raise WrongCallback("names no message")
    return ProviderReceipt(
        receipt_id=f"{serial}:{status}"[:128], client_msg_id="", provider_ref=serial,
        outcome="delivered" if status == "SUCCESS" else "failed",
        reason="" if status == "SUCCESS" else text_of(row.get("errmsg")),
    )  # fmt: skip
