"""The providers of ways in for the demo and for tests: real HTTP on loopback, their shapes, their error codes, and
codes that work once and for five minutes. Signatures of ours are checked as the real ones do."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
import time
from dataclasses import dataclass, field
from typing import Any, Literal

from aiohttp import web
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from pydantic import SecretStr

from config.way_settings import AlipayWay, NetIdentityWay, TicketWay, WaySettings, WeChatWay, ZhelibanWay
from notify.alipay_signing import is_signed, sign, to_sign

Mode = Literal["well", "down", "garbage"]
_LIFE = 300.0
_APP, _SECRET = "standin-app", "standin-secret"


@dataclass(slots=True)
class Minted:
    """One code, what it stands for, and whether somebody had it already."""

    way: str
    facts: dict[str, Any]
    made: float
    used: bool = False


@dataclass(slots=True)
class WaysStandIn:
    """``mint`` makes a code as the person's platform would; ``mode`` can be changed while it runs."""

    mode: Mode = "well"
    url: str = ""
    calls: list[str] = field(default_factory=list)
    _minted: dict[str, Minted] = field(default_factory=dict)
    _tokens: dict[str, dict[str, Any]] = field(default_factory=dict)
    _runner: web.AppRunner | None = None
    _keys: tuple[rsa.RSAPrivateKey, rsa.RSAPrivateKey] | None = None

    async def open(self) -> None:
        """Listen on a free loopback port."""
        app = web.Application()
        app.router.add_get("/sns/jscode2session", self._code2session)
        app.router.add_post("/cgi-bin/stable_token", self._stable_token)
        app.router.add_post("/wxa/business/getuserphonenumber", self._phone_number)
        app.router.add_post("/gateway.do", self._alipay)
        app.router.add_post("/sso/servlet/simpleauth", self._zheliban)
        app.router.add_post("/v1/tickets", self._ticket)
        app.router.add_post("/v1/vouchers", self._voucher)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    async def close(self) -> None:
        if self._runner:
            await self._runner.cleanup()

    def settings(self, *, alipay: bool = False, login_page: str = "") -> WaySettings:
        """Settings that lead here. Alipay's key pairs take a moment to make: only where they are asked for.
        ``login_page``: where the platforms that have one let people in."""
        secret = SecretStr(_SECRET)
        return WaySettings(
            wechat=WeChatWay(app_id=_APP, app_secret=secret, base_url=self.url),
            alipay=self._alipay_settings() if alipay else AlipayWay(),
            zheliban=ZhelibanWay(
                service_code=_APP, service_password=secret, base_url=self.url, login_url=_page(login_page, "zheliban")
            ),
            ticket=TicketWay(app_id=_APP, app_key=secret, base_url=self.url, login_url=_page(login_page, "ticket")),
            net_identity=NetIdentityWay(app_id=_APP, app_key=secret, base_url=self.url),
        )

    @property
    def key_pairs(self) -> tuple[rsa.RSAPrivateKey, rsa.RSAPrivateKey] | None:
        """Ours and Alipay's, once they were made: whoever else stands in for Alipay need not make more."""
        return self._keys

    def _alipay_settings(self) -> AlipayWay:
        ours, theirs = (rsa.generate_private_key(65537, 2048) for _ in range(2))
        self._keys = ours, theirs
        private = ours.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
        public = theirs.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        return AlipayWay(
            app_id=_APP, private_key=SecretStr(base64.b64encode(private).decode()),
            alipay_public_key=base64.b64encode(public).decode(), gateway=f"{self.url}/gateway.do",
        )  # fmt: skip

    def mint(self, way: str, **facts: Any) -> str:
        """A one-time code of this way that stands for ``facts``."""
        code = secrets.token_urlsafe(24)
        self._minted[code] = Minted(way, facts, time.monotonic())
        return code

    def _spend(self, way: str, code: str) -> dict[str, Any] | str:
        """What the code stands for, or ``unknown`` or ``used``."""
        found = self._minted.get(code)
        if found is None or found.way != way or time.monotonic() - found.made > _LIFE:
            return "unknown"
        if found.used:
            return "used"
        found.used = True
        return found.facts

    def _trouble(self, name: str) -> web.Response | None:
        self.calls.append(name)
        if self.mode == "down":
            return web.Response(status=503)
        return web.Response(text="<html>gateway</html>") if self.mode == "garbage" else None

    async def _code2session(self, request: web.Request) -> web.Response:
        if trouble := self._trouble("code2session"):
            return trouble
        asked = request.query
        if (asked.get("appid"), asked.get("secret")) != (_APP, _SECRET):
            return web.json_response({"errcode": 40013, "errmsg": "invalid appid rid: standin"})
        found = self._spend("wechat", asked.get("js_code", ""))
        if isinstance(found, str):
            code = 40163 if found == "used" else 40029
            return web.json_response({"errcode": code, "errmsg": "invalid code rid: standin"})
        return web.json_response({"openid": found["openid"], "session_key": "c2Vzc2lvbi1rZXktb2Ytbm9ib2R5"})

    async def _stable_token(self, request: web.Request) -> web.Response:
        if trouble := self._trouble("stable_token"):
            return trouble
        return web.json_response({"access_token": "standin-token", "expires_in": 7200})

    async def _phone_number(self, request: web.Request) -> web.Response:
        if trouble := self._trouble("getuserphonenumber"):
            return trouble
        if request.query.get("access_token") != "standin-token":
            return web.json_response({"errcode": 40001, "errmsg": "invalid credential rid: standin"})
        found = self._spend("wechat_phone", str((await request.json())["code"]))
        if isinstance(found, str):
            return web.json_response({"errcode": 40029, "errmsg": "invalid code rid: standin"})
        phone = found["phone"]
        info = {
            "phoneNumber": phone, "purePhoneNumber": phone, "countryCode": "86",
            "watermark": {"timestamp": int(time.time()), "appid": found.get("app_id", _APP)},
        }  # fmt: skip
        return web.json_response({"errcode": 0, "errmsg": "ok", "phone_info": info})

    async def _alipay(self, request: web.Request) -> web.Response:
        if trouble := self._trouble("oauth.token"):
            return trouble
        assert self._keys is not None, "ask for settings(alipay=True)"
        asked = {name: str(value) for name, value in (await request.post()).items()}
        signed = asked.pop("sign", "")
        if not is_signed(self._keys[0].public_key(), to_sign(asked), signed):
            return self._signed("error_response", {"code": "40002", "sub_code": "isv.invalid-signature"})
        found = self._spend("alipay", asked.get("code", ""))
        if isinstance(found, str):
            refused = {"code": "40002", "msg": "Invalid Arguments", "sub_code": "isv.code-invalid"}
            return self._signed("error_response", refused)
        answer = {"access_token": "t", "expires_in": 1296000, "open_id": found["open_id"], "refresh_token": "r"}
        return self._signed("alipay_system_oauth_token_response", answer)

    def _signed(self, name: str, inner: dict[str, Any]) -> web.Response:
        assert self._keys is not None
        text = json.dumps(inner, ensure_ascii=False)
        signature = sign(self._keys[1], text.encode())
        return web.Response(text=f'{{"{name}":{text},"sign":"{signature}"}}', content_type="application/json")

    async def _zheliban(self, request: web.Request) -> web.Response:
        asked = {name: str(value) for name, value in (await request.post()).items()}
        if trouble := self._trouble(asked.get("method", "")):
            return trouble
        made = hashlib.md5(f"{_APP}{_SECRET}{asked['time']}".encode(), usedforsecurity=False).hexdigest()
        if asked.get("servicecode") != _APP or asked.get("sign") != made:
            return web.json_response({"result": "1001", "errmsg": "sign"})
        if asked["method"] == "ticketValidation":
            found = self._spend("zheliban", asked.get("st", ""))
            if isinstance(found, str):
                return web.json_response({"result": "2005", "errmsg": "ticket"})
            token = secrets.token_hex(16)
            self._tokens[token] = found
            return web.json_response({"result": "0", "token": token, "userid": found["userid"]})
        person = self._tokens.pop(asked.get("token", ""), None)
        return web.json_response({"result": "0", **person} if person else {"result": "2006", "errmsg": "token"})

    async def _ticket(self, request: web.Request) -> web.Response:
        return await self._neutral(request, "ticket", "ticket")

    async def _voucher(self, request: web.Request) -> web.Response:
        return await self._neutral(request, "net_identity", "voucher")

    async def _neutral(self, request: web.Request, way: str, named: str) -> web.Response:
        if trouble := self._trouble(way):
            return trouble
        raw, head = await request.read(), request.headers
        signed = f"{_APP}\n{head.get('X-Yima-Time')}\n{head.get('X-Yima-Nonce')}\n".encode() + raw
        made = hmac.new(_SECRET.encode(), signed, "sha256").hexdigest()
        if not hmac.compare_digest(made, head.get("X-Yima-Signature", "")):
            return web.json_response({"error": "signature"}, status=403)
        found = self._spend(way, str(json.loads(raw).get(named, "")))
        if isinstance(found, str):
            return web.json_response({"error": found}, status=404 if found == "unknown" else 410)
        return web.json_response(found)


def _page(of: str, way: str) -> str:
    return f"{of}/{way}" if of else ""
