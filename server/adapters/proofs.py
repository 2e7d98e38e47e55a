"""Steps of proving over HTTP: each platform's own calls, and what its answers mean.

Whoever is slow, gone or answers in another form is ``StepUnavailable``: nobody is proven by an answer that was not
understood. Logs name the step and the error code, never a person. No answer here holds a picture; none is asked for.
"""

from __future__ import annotations

import base64
import hashlib
import json
import logging
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from config.proof_settings import AlipayFace, BankProof, GatewayProof, WeChatFace
from notify.alipay_signing import answered, read_private_key, read_public_key, sign, to_sign
from notify.wechat_token import TokenSource
from notify.wechat_token import call as wechat_call
from notify.wire import Answer, AnswerLost, NotSent
from server.adapters.ways import Gateway, Outlet
from server.domain.proving.errors import StepUnavailable
from server.domain.proving.steps import Begun, Claim
from server.domain.residents.ways import WayRefused, WayUnavailable

_log = logging.getLogger("yima.proofs")
_BEIJING = ZoneInfo("Asia/Shanghai")
_FORM = {"Content-Type": "application/x-www-form-urlencoded;charset=utf-8"}
_AGAIN = 30
CARD_TYPE = "IDENTITY_CARD"


class Register(Protocol):
    """The population register, as the identity port has it."""

    async def matches(self, name: str, id_number: str) -> bool: ...


def _away(step: str, why: str) -> StepUnavailable:
    _log.warning("%s: %s", step, why)
    return StepUnavailable(retry_after=_AGAIN)


class NameAndNumber:
    """The population register: name and number."""

    def __init__(self, register: Register) -> None:
        self._register = register

    async def agrees(self, claim: Claim) -> bool:
        return await self._register.matches(claim.name, claim.number)


class _Compared:
    """Our own neutral shape behind the city's gateway: ``match``, ``mismatch`` or ``none`` (一致, 不一致, 无记录).

    ``none`` is no: who is not on record cannot be confirmed, and is not told apart from who is somebody else.
    """

    step = ""
    path = ""

    def __init__(self, settings: GatewayProof, wire: Outlet, timeout: float) -> None:
        key = settings.app_key.get_secret_value()
        self._gateway = Gateway(self.step, settings.app_id, key, settings.base_url, wire, timeout)

    async def _ask(self, facts: dict[str, str]) -> bool:
        try:
            found = await self._gateway.ask(self.path, facts)
        except (WayUnavailable, WayRefused):
            raise StepUnavailable(retry_after=_AGAIN) from None
        if found.get("result") not in ("match", "mismatch", "none"):
            raise _away(self.step, "an answer in another form")
        return bool(found["result"] == "match")


class Operator(_Compared):
    """运营商三要素: the mobile number that signs in here belongs to this name and number."""

    step, path = "operator", "/v1/mobile-owner"

    async def agrees(self, claim: Claim) -> bool:
        return await self._ask({"name": claim.name, "id_number": claim.number, "phone": claim.phone})


class BankCard(_Compared):
    """银行卡三/四要素: the card belongs to this name and number, and by settings to the mobile number too."""

    step, path = "bank_card", "/v1/bank-card-owner"

    def __init__(self, settings: BankProof, wire: Outlet, timeout: float) -> None:
        super().__init__(settings, wire, timeout)
        self._with_phone = settings.elements == 4

    async def agrees(self, claim: Claim) -> bool:
        asked = {"name": claim.name, "id_number": claim.number, "card": claim.card}
        return await self._ask(asked | ({"phone": claim.phone} if self._with_phone else {}))


def cert_hash(name: str, number: str) -> str:
    """What WeChat compares the checked person with: sha256 of the three values, each in base64."""
    parts = {"cert_type": CARD_TYPE, "cert_name": name, "cert_no": number}
    text = "&".join(f"{key}={base64.b64encode(value.encode()).decode()}" for key, value in parts.items())
    return hashlib.sha256(text.encode()).hexdigest()


class WeChatFaceCheck:
    """人脸核身 2.0: getVerifyId, then the phone shows WeChat's own page, then *we* ask queryVerifyInfo.

    Passed only if ``errcode`` is 0 **and** ``verify_ret`` is 10000 (the mini-program's documentation of the face API).
    """

    def __init__(self, settings: WeChatFace, wire: Outlet, tokens: TokenSource, timeout: float) -> None:
        self._base, self._wire, self._tokens, self._timeout = settings.base_url, wire, tokens, timeout

    async def begin(self, claim: Claim, reference: str, back: str) -> Begun:
        """``verify_id`` for ``wx.requestFacialVerify``; it has no page of its own."""
        asked = {
            "out_seq_no": reference,
            "cert_info": {"cert_type": CARD_TYPE, "cert_name": claim.name, "cert_no": claim.number},
            "openid": claim.account,
        }
        token = (await self._call("getverifyid", asked)).get("verify_id")
        if not isinstance(token, str) or not token:
            raise _away("wechat_face", "no verify_id")
        return Begun(token)

    async def passed(self, claim: Claim, reference: str, token: str) -> bool:
        asked = {
            "verify_id": token,
            "out_seq_no": reference,
            "cert_hash": cert_hash(claim.name, claim.number),
            "openid": claim.account,
        }
        return (await self._call("queryverifyinfo", asked)).get("verify_ret") == 10000

    async def _call(self, what: str, asked: Mapping[str, Any]) -> dict[str, Any]:
        answer = await wechat_call(
            self._wire, self._tokens, self._base, f"/cityservice/face/identify/{what}", dict(asked),
            timeout=self._timeout,
        )  # fmt: skip
        if not isinstance(answer, Answer):
            raise _away("wechat_face", f"{what}: {type(answer).__name__}")
        found = answer.json()
        if not found or found.get("errcode", 0) != 0:
            raise _away("wechat_face", f"{what}: error {str(found.get('errcode'))[:12]}")
        return found


class AlipayFaceCheck:
    """alipay.user.certify.open: initialize, certify (a page), query. Only query decides: ``passed`` is T or F."""

    method = "alipay.user.certify.open"

    def __init__(self, settings: AlipayFace, wire: Outlet, timeout: float) -> None:
        self._settings, self._wire, self._timeout = settings, wire, timeout
        self._ours = read_private_key(settings.private_key.get_secret_value())
        self._theirs = read_public_key(settings.alipay_public_key)

    async def begin(self, claim: Claim, reference: str, back: str) -> Begun:
        """The page is Alipay's own, at a signed address."""
        asked = {
            "outer_order_no": reference,
            "biz_code": self._settings.biz_code,
            "identity_param": {
                "identity_type": "CERT_INFO", "cert_type": CARD_TYPE, "cert_name": claim.name, "cert_no": claim.number,
            },
            "merchant_config": {"return_url": back},
        }  # fmt: skip
        token = (await self._call("initialize", asked)).get("certify_id")
        if not isinstance(token, str) or not token:
            raise _away("alipay_face", "no certify_id")
        page = urlencode(self._signed("certify", {"certify_id": token}))
        return Begun(token, f"{self._settings.gateway}?{page}")

    async def passed(self, claim: Claim, reference: str, token: str) -> bool:
        return (await self._call("query", {"certify_id": token})).get("passed") == "T"

    def _signed(self, what: str, content: Mapping[str, Any]) -> dict[str, str]:
        asked = {
            "app_id": self._settings.app_id, "method": f"{self.method}.{what}", "format": "JSON", "charset": "utf-8",
            "sign_type": "RSA2", "version": "1.0", "timestamp": datetime.now(_BEIJING).strftime("%Y-%m-%d %H:%M:%S"),
            "biz_content": json.dumps(content, ensure_ascii=False, separators=(",", ":")),
        }  # fmt: skip
        return {**asked, "sign": sign(self._ours, to_sign(asked))}

    async def _call(self, what: str, content: Mapping[str, Any]) -> dict[str, Any]:
        body = urlencode(self._signed(what, content)).encode()
        try:
            answer = await self._wire.post(self._settings.gateway, headers=_FORM, body=body, timeout=self._timeout)
        except (NotSent, AnswerLost) as error:
            raise _away("alipay_face", type(error).__name__) from None
        found = answered(answer.body, f"{self.method}.{what}", self._theirs) if answer.status == 200 else None
        if found is None:
            raise _away("alipay_face", f"{what}: an answer that Alipay did not sign")
        if found.get("code") != "10000":
            raise _away("alipay_face", f"{what}: error {str(found.get('sub_code') or found.get('code'))[:48]}")
        return found
