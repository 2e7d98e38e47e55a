"""Ways in over HTTP: each provider's own calls, and what its answers mean.

A provider that is slow, gone or answers in another form is ``WayUnavailable``; a code that it refuses is
``WayRefused``. Logs name the provider and its error code, never a person. Which level of a provider is which of ours
stands in one table each (facts §1.5, §1.6 and §6); a level that is not listed proves nothing.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Protocol
from urllib.parse import quote, urlencode
from zoneinfo import ZoneInfo

from config.floor.ids import new_id
from config.way_settings import AlipayWay, NetIdentityWay, TicketWay, WeChatWay, ZhelibanWay
from notify.alipay_signing import answered, read_private_key, read_public_key, sign, to_sign
from notify.wechat_token import TokenSource
from notify.wechat_token import call as wechat_call
from notify.wire import Answer, AnswerLost, NotSent
from server.domain.residents.ways import Given, Platform, Vouched, WayName, WayRefused, WayUnavailable

_log = logging.getLogger("yima.ways")
_BEIJING = ZoneInfo("Asia/Shanghai")
_JSON = {"Content-Type": "application/json"}
_FORM = {"Content-Type": "application/x-www-form-urlencoded;charset=utf-8"}
_AGAIN = 30


class Outlet(Protocol):
    """One way out, as the adapter ``server/adapters/wire.py`` offers it."""

    async def post(self, url: str, *, headers: Mapping[str, str], body: bytes, timeout: float) -> Answer: ...

    async def get(self, url: str, *, headers: Mapping[str, str], timeout: float) -> Answer: ...


def _away(provider: str, why: str) -> WayUnavailable:
    _log.warning("%s: %s", provider, why)
    return WayUnavailable(retry_after=_AGAIN)


def _text(value: object) -> str:
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""


class WeChatSignIn:
    """``wx.login``'s code → openid; the phone by a second code (api_code2session, api_getphonenumber)."""

    name: WayName = "wechat"
    platforms: tuple[Platform, ...] = ("wechat",)
    login_url = ""
    _later = frozenset({"-1", "45011", "45009"})

    def __init__(self, settings: WeChatWay, wire: Outlet, tokens: TokenSource, timeout: float) -> None:
        self._settings, self._wire, self._tokens, self._timeout = settings, wire, tokens, timeout

    async def exchange(self, given: Given) -> Vouched:
        """The session key that comes along is dropped: nothing here needs it, and nobody may see it."""
        asked = {
            "appid": self._settings.app_id, "secret": self._settings.app_secret.get_secret_value(),
            "js_code": given.code, "grant_type": "authorization_code",
        }  # fmt: skip
        url = f"{self._settings.base_url.rstrip('/')}/sns/jscode2session?{urlencode(asked)}"
        found = await _asked(self.name, self._wire.get(url, headers={}, timeout=self._timeout))
        self._judge(found)
        openid = _text(found.get("openid"))
        if not openid:
            raise _away(self.name, "no openid")
        phone = await self._phone(given.phone_code) if given.phone_code else ""
        return Vouched(self.name, openid, phone=phone, source="wechat")

    async def _phone(self, code: str) -> str:
        """A mainland number that WeChat has checked; the watermark must name our own application."""
        answer = await wechat_call(
            self._wire, self._tokens, self._settings.base_url, "/wxa/business/getuserphonenumber", {"code": code},
            timeout=self._timeout,
        )  # fmt: skip
        if not isinstance(answer, Answer):
            raise _away(self.name, f"phone: {type(answer).__name__}")
        found = answer.json()
        self._judge(found)
        info = found.get("phone_info")
        if not isinstance(info, dict) or not isinstance(info.get("watermark"), dict):
            raise _away(self.name, "no phone")
        if info["watermark"].get("appid") != self._settings.app_id:
            _log.warning("%s: a phone code of another application", self.name)
            raise WayRefused()
        return _text(info.get("purePhoneNumber")) if _text(info.get("countryCode")) == "86" else ""

    def _judge(self, found: dict[str, Any]) -> None:
        """``errcode`` may be absent or 0 on success. 40029 and 40163: wrong, used, or of another AppID."""
        code = _text(found.get("errcode")) or "0"
        if code == "0":
            return
        if code in ("40029", "40163", "40226"):
            _log.info("%s: refused %s", self.name, code)
            raise WayRefused()
        raise _away(self.name, f"error {code}")


class AlipaySignIn:
    """``alipay.system.oauth.token``: an auth code → the account; the answer's own signature is checked."""

    name: WayName = "alipay"
    platforms: tuple[Platform, ...] = ("alipay",)
    login_url = ""
    method = "alipay.system.oauth.token"

    def __init__(self, settings: AlipayWay, wire: Outlet, timeout: float) -> None:
        self._settings, self._wire, self._timeout = settings, wire, timeout
        self._ours = read_private_key(settings.private_key.get_secret_value())
        self._theirs = read_public_key(settings.alipay_public_key)

    async def exchange(self, given: Given) -> Vouched:
        asked = {
            "app_id": self._settings.app_id, "method": self.method, "format": "JSON", "charset": "utf-8",
            "sign_type": "RSA2", "version": "1.0", "timestamp": datetime.now(_BEIJING).strftime("%Y-%m-%d %H:%M:%S"),
            "grant_type": "authorization_code", "code": given.code,
        }  # fmt: skip
        asked["sign"] = sign(self._ours, to_sign(asked))
        answer = await _answer(
            self.name,
            self._wire.post(
                self._settings.gateway, headers=_FORM, body=urlencode(asked).encode(), timeout=self._timeout
            ),
        )
        found = answered(answer.body, self.method, self._theirs)
        if found is None:
            raise _away(self.name, "an answer that Alipay did not sign")
        if (code := _text(found.get("code"))) and code != "10000":
            if _text(found.get("sub_code")) in ("isv.code-invalid", "isv.code-is-reused"):
                raise WayRefused()
            raise _away(self.name, f"error {code}")
        subject = _text(found.get("open_id")) or _text(found.get("user_id"))
        if not subject:
            raise _away(self.name, "no account")
        return Vouched(self.name, subject, source="alipay")


class ZhelibanSignIn:
    """浙里办: ticket → token → person. ``authlevel`` 2 = name and number agree, 3 = 高级实名; fields of 1 prove
    nothing (third-party sources: the official guide is handed out on application)."""

    name: WayName = "zheliban"
    platforms: tuple[Platform, ...] = ("h5", "wechat", "alipay")
    levels: Mapping[str, int] = {"2": 3, "3": 4}
    _path = "/sso/servlet/simpleauth"

    def __init__(self, settings: ZhelibanWay, wire: Outlet, timeout: float) -> None:
        self._settings, self._wire, self._timeout = settings, wire, timeout
        self.login_url = settings.login_url

    async def exchange(self, given: Given) -> Vouched:
        ticket = await self._ask("ticketValidation", st=given.code)
        token = _text(ticket.get("token"))
        if _text(ticket.get("result")) != "0" or not token:
            raise WayRefused()
        person = await self._ask("getUserInfo", token=token)
        subject = _text(person.get("userid"))
        if _text(person.get("result")) != "0" or not subject:
            raise _away(self.name, f"result {_text(person.get('result'))[:8]}")
        loa = self.levels.get(_text(person.get("authlevel")), 0)
        return Vouched(
            self.name, subject, loa=loa, name=_text(person.get("username")) if loa else "",
            id_number=_text(person.get("idnum")) if loa else "", phone=_text(person.get("mobile")),
            source="zheliban",
        )  # fmt: skip

    async def _ask(self, method: str, **more: str) -> dict[str, Any]:
        """md5 is what 浙里办 prescribes for this signature; nothing of ours relies on it."""
        settings, time = self._settings, datetime.now(_BEIJING).strftime("%Y%m%d%H%M%S")
        signed = f"{settings.service_code}{settings.service_password.get_secret_value()}{time}".encode()
        asked = {
            "method": method, "servicecode": settings.service_code, "time": time,
            "sign": hashlib.md5(signed, usedforsecurity=False).hexdigest(), "datatype": "json", **more,
        }  # fmt: skip
        url = f"{settings.base_url.rstrip('/')}{self._path}"
        return await _asked(
            self.name, self._wire.post(url, headers=_FORM, body=urlencode(asked).encode(), timeout=self._timeout)
        )


class Gateway:
    """Our own neutral shape for services whose documents are handed out on application: a city's gateway speaks it.

    ``POST {base}{path}`` with ``X-Yima-App``, ``X-Yima-Time``, ``X-Yima-Nonce`` and ``X-Yima-Signature`` =
    hex HMAC-SHA256 over ``app\\ntime\\nnonce\\nbody``. 404 = no such ticket, 410 = used or over.
    """

    def __init__(self, provider: str, app_id: str, key: str, base_url: str, wire: Outlet, timeout: float) -> None:
        self._provider, self._app_id, self._key = provider, app_id, key.encode()
        self._base, self._wire, self._timeout = base_url.rstrip("/"), wire, timeout

    async def ask(self, path: str, body: dict[str, str]) -> dict[str, Any]:
        raw = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
        time, nonce = str(int(datetime.now(UTC).timestamp())), new_id().hex
        signed = f"{self._app_id}\n{time}\n{nonce}\n".encode() + raw
        headers = {
            **_JSON, "X-Yima-App": quote(self._app_id), "X-Yima-Time": time, "X-Yima-Nonce": nonce,
            "X-Yima-Signature": hmac.new(self._key, signed, "sha256").hexdigest(),
        }  # fmt: skip
        asked = self._wire.post(f"{self._base}{path}", headers=headers, body=raw, timeout=self._timeout)
        return await _asked(self._provider, asked)


class TicketSignIn:
    """A national-platform-style ticket: ``exchange(ticket)`` → subject, level, kind, source (facts §1.6).

    The platform's level table: 0 none, 1 phone, 2 real name matched, 3 face or equal.
    """

    name: WayName = "ticket"
    platforms: tuple[Platform, ...] = ("h5", "wechat", "alipay")
    levels: Mapping[int, int] = {2: 3, 3: 4}

    def __init__(self, settings: TicketWay, wire: Outlet, timeout: float) -> None:
        self.login_url = settings.login_url
        key = settings.app_key.get_secret_value()
        self._gateway = Gateway(self.name, settings.app_id, key, settings.base_url, wire, timeout)

    async def exchange(self, given: Given) -> Vouched:
        found = await self._gateway.ask("/v1/tickets", {"ticket": given.code})
        subject, kind, level = _text(found.get("subject")), found.get("kind"), found.get("level")
        if not subject or kind not in ("person", "legal") or not isinstance(level, int):
            raise _away(self.name, "an answer in another form")
        loa = self.levels.get(level, 0)
        return Vouched(
            self.name, subject, loa=loa, kind="legal" if kind == "legal" else "person",
            name=_text(found.get("name")) if loa else "", id_number=_text(found.get("id_number")) if loa else "",
            phone=_text(found.get("phone")), source=_text(found.get("source"))[:32],
        )  # fmt: skip


class NetIdentitySignIn:
    """国家网络身份认证: a voucher of one of four modes → the application's own id of this person, no plain data.

    It names nobody, so it is an account and no identity: whoever chose it is not asked for more here.
    """

    name: WayName = "net_identity"
    platforms: tuple[Platform, ...] = ("h5", "wechat", "alipay")
    login_url = ""

    def __init__(self, settings: NetIdentityWay, wire: Outlet, timeout: float) -> None:
        self._modes = frozenset(settings.modes)
        key = settings.app_key.get_secret_value()
        self._gateway = Gateway(self.name, settings.app_id, key, settings.base_url, wire, timeout)

    async def exchange(self, given: Given) -> Vouched:
        found = await self._gateway.ask("/v1/vouchers", {"voucher": given.code})
        subject, mode = _text(found.get("identifier")), _text(found.get("mode"))
        if found.get("result") == "fail":
            raise WayRefused()
        if found.get("result") != "pass" or not subject:
            raise _away(self.name, "an answer in another form")
        if mode not in self._modes:
            _log.info("%s: mode %s is not accepted here", self.name, mode[:32])
            raise WayRefused()
        return Vouched(self.name, subject, source=f"net-identity:{mode}"[:32])


async def _answer(provider: str, asked: Any) -> Answer:
    try:
        answer: Answer = await asked
    except (NotSent, AnswerLost) as error:
        raise _away(provider, type(error).__name__) from None
    if answer.status in (404, 410):
        raise WayRefused()
    if answer.status != 200:
        raise _away(provider, f"HTTP {answer.status}")
    return answer


async def _asked(provider: str, asked: Any) -> dict[str, Any]:
    found = (await _answer(provider, asked)).json()
    if not found:
        raise _away(provider, "an answer in another form")
    return found
