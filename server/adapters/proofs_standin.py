"""Who confirms people, for the demo and for tests: real HTTP on loopback, the platforms' own calls and error codes,
invented people. The page where Alipay would look at a face says that it is none, and looks at nothing."""

from __future__ import annotations

import base64
import hmac
import html
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from aiohttp import web
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from pydantic import SecretStr

from config.proof_settings import AlipayFace, BankProof, GatewayProof, ProofSettings, WeChatFace
from notify.alipay_signing import is_signed, sign, to_sign
from server.adapters.proofs import cert_hash

Mode = Literal["well", "down", "garbage"]
_APP, _SECRET = "standin-app", "standin-secret"
SAMPLE_CARD = "9999000000000004"
"""A card of nobody: no issuer has numbers that begin with 9999. The stand-in's bank says it is whoever asks."""
_PAGE = """<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><meta name="viewport"
content="width=device-width,initial-scale=1"><title>演示替身</title><style>body{{font:16px/1.6 sans-serif;margin:0;
padding:24px;background:#F4F6F9;color:#17202C}}main{{max-width:420px;margin:0 auto;background:#fff;border-radius:12px;
padding:24px}}p.mark{{background:#FFF3DA;color:#7A4B00;border-radius:8px;padding:8px 12px}}button{{display:block;
width:100%;min-height:48px;border-radius:8px;border:1px solid #0B57D0;background:#fff;color:#0B57D0;font-size:16px;
margin-top:12px}}button.yes{{background:#0B57D0;color:#fff}}</style></head><body><main>
<p class="mark">演示替身 · 不是支付宝 · 不打开摄像头<br>
A stand-in for the demonstration. Not Alipay, no camera.</p>{inside}
</main></body></html>"""
_CHOICE = """<h1>刷脸认证 Face check</h1><p>真实环境里，这一页由支付宝打开并核验本人。请选演示的结果：</p>
<form method="post"><input type="hidden" name="certify_id" value="{token}">
<button class="yes" name="passed" value="T">通过 Passed</button>
<button name="passed" value="F">没通过 Not passed</button></form>"""
_DONE = "<h1>{said}</h1><p>请回到刚才的页面，点“我做完了”。<br>Go back to the page you came from.</p>"


@dataclass(slots=True)
class _Check:
    """One face check that was opened."""

    name: str
    number: str
    reference: str
    account: str = ""
    passed: bool = False


@dataclass(slots=True)
class ProofsStandIn:
    """``phones``: mobile number → ID number. ``look(token)``: the platform has seen the person."""

    population: Mapping[str, str]
    phones: Mapping[str, str]
    mode: Mode = "well"
    url: str = ""
    calls: list[str] = field(default_factory=list)
    asked: list[dict[str, Any]] = field(default_factory=list)
    _checks: dict[str, _Check] = field(default_factory=dict)
    _runner: web.AppRunner | None = None
    _keys: tuple[rsa.RSAPrivateKey, rsa.RSAPrivateKey] | None = None

    async def open(self) -> None:
        app = web.Application()
        app.router.add_post("/v1/mobile-owner", self._operator)
        app.router.add_post("/v1/bank-card-owner", self._bank)
        app.router.add_post("/cgi-bin/stable_token", self._stable_token)
        app.router.add_post("/cityservice/face/identify/getverifyid", self._verify_id)
        app.router.add_post("/cityservice/face/identify/queryverifyinfo", self._verify_info)
        app.router.add_get("/gateway.do", self._alipay_page)
        app.router.add_post("/gateway.do", self._alipay)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    async def close(self) -> None:
        if self._runner:
            await self._runner.cleanup()

    def settings(self) -> ProofSettings:
        """Settings whose steps are asked here, all but Alipay's."""
        key, base = SecretStr(_SECRET), self.url
        return ProofSettings(
            operator=GatewayProof(app_id=_APP, app_key=key, base_url=base),
            bank=BankProof(app_id=_APP, app_key=key, base_url=base),
            wechat=WeChatFace(app_id=_APP, app_secret=key, base_url=base),
        )

    def with_alipay(self, pairs: tuple[rsa.RSAPrivateKey, rsa.RSAPrivateKey] | None = None) -> ProofSettings:
        """The same with Alipay; two RSA keys are made where none are given, which takes a moment."""
        if pairs is None:
            pairs = rsa.generate_private_key(65537, 2048), rsa.generate_private_key(65537, 2048)
        ours, theirs = pairs
        self._keys = (ours, theirs)
        private = ours.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
        public = theirs.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        alipay = AlipayFace(
            app_id=_APP, private_key=SecretStr(base64.b64encode(private).decode()),
            alipay_public_key=base64.b64encode(public).decode(), gateway=f"{self.url}/gateway.do",
        )  # fmt: skip
        return self.settings().model_copy(update={"alipay": alipay})

    def look(self, token: str, *, passed: bool = True) -> None:
        """The platform has looked at the person's face."""
        self._checks[token].passed = passed

    def _trouble(self, name: str) -> web.Response | None:
        self.calls.append(name)
        if self.mode == "down":
            return web.Response(status=503)
        return web.Response(text="<html>gateway</html>") if self.mode == "garbage" else None

    async def _operator(self, request: web.Request) -> web.Response:
        return await self._compared(request, "operator")

    async def _bank(self, request: web.Request) -> web.Response:
        return await self._compared(request, "bank_card")

    async def _compared(self, request: web.Request, step: str) -> web.Response:
        if trouble := self._trouble(step):
            return trouble
        raw, head = await request.read(), request.headers
        signed = f"{_APP}\n{head.get('X-Yima-Time')}\n{head.get('X-Yima-Nonce')}\n".encode() + raw
        made = hmac.new(_SECRET.encode(), signed, "sha256").hexdigest()
        if not hmac.compare_digest(made, head.get("X-Yima-Signature", "")):
            return web.json_response({"error": "signature"}, status=403)
        asked = json.loads(raw)
        self.asked.append(asked)
        return web.json_response({"result": self._said(step, asked)})

    def _said(self, step: str, asked: Mapping[str, str]) -> str:
        known = self.population.get(asked["id_number"]) == asked["name"]
        if step == "operator":
            owner = self.phones.get(asked["phone"])
            if owner is None:
                return "none"
            return "match" if known and owner == asked["id_number"] else "mismatch"
        return "match" if known and asked["card"].startswith("9999") else "mismatch"

    async def _stable_token(self, request: web.Request) -> web.Response:
        return self._trouble("stable_token") or web.json_response({"access_token": "standin", "expires_in": 7200})

    async def _verify_id(self, request: web.Request) -> web.Response:
        if trouble := self._trouble("getverifyid"):
            return trouble
        asked = await request.json()
        self.asked.append(asked)
        if request.query.get("access_token") != "standin":
            return web.json_response({"errcode": 40001, "errmsg": "invalid credential rid: standin"})
        about, token = asked["cert_info"], secrets.token_hex(16)
        self._checks[token] = _Check(about["cert_name"], about["cert_no"], asked["out_seq_no"], asked["openid"])
        return web.json_response({"errcode": 0, "errmsg": "ok", "verify_id": token, "expires_in": 3600})

    async def _verify_info(self, request: web.Request) -> web.Response:
        if trouble := self._trouble("queryverifyinfo"):
            return trouble
        asked = await request.json()
        check = self._checks.get(asked["verify_id"])
        if check is None or (check.reference, check.account) != (asked["out_seq_no"], asked["openid"]):
            return web.json_response({"errcode": 40013, "errmsg": "invalid verify_id rid: standin"})
        same = cert_hash(check.name, check.number) == asked["cert_hash"]
        return web.json_response(
            {"errcode": 0, "errmsg": "ok", "verify_ret": 10000 if check.passed and same else 90004}
        )

    async def _alipay(self, request: web.Request) -> web.Response:
        form = {name: str(value) for name, value in (await request.post()).items()}
        if "certify_id" in form:
            return self._chosen(form)
        if trouble := self._trouble(form.get("method", "")):
            return trouble
        assert self._keys is not None, "ask for with_alipay()"
        signed = form.pop("sign", "")
        if not is_signed(self._keys[0].public_key(), to_sign(form), signed):
            return self._signed("error_response", {"code": "40002", "sub_code": "isv.invalid-signature"})
        asked, what = json.loads(form["biz_content"]), form["method"].rsplit(".", 1)[-1]
        self.asked.append(asked)
        name = f"alipay_user_certify_open_{what}_response"
        if what == "initialize":
            about, token = asked["identity_param"], secrets.token_hex(16)
            self._checks[token] = _Check(about["cert_name"], about["cert_no"], asked["outer_order_no"])
            return self._signed(name, {"code": "10000", "msg": "Success", "certify_id": token})
        check = self._checks.get(asked.get("certify_id", ""))
        if check is None:
            return self._signed(name, {"code": "40004", "msg": "Business Failed", "sub_code": "CERTIFY_ID_NOT_EXIST"})
        return self._signed(name, {"code": "10000", "msg": "Success", "passed": "T" if check.passed else "F"})

    async def _alipay_page(self, request: web.Request) -> web.Response:
        """Where Alipay's own page would be: plainly a stand-in."""
        token = str(json.loads(request.query.get("biz_content", "{}")).get("certify_id", ""))
        if token not in self._checks:
            return _page("<h1>这次认证已经失效</h1>")
        return _page(_CHOICE.format(token=html.escape(token)))

    def _chosen(self, form: Mapping[str, str]) -> web.Response:
        passed = form.get("passed") == "T"
        if form["certify_id"] in self._checks:
            self.look(form["certify_id"], passed=passed)
        return _page(_DONE.format(said="已通过 Passed" if passed else "没通过 Not passed"))

    def _signed(self, name: str, inner: dict[str, Any]) -> web.Response:
        assert self._keys is not None
        text = json.dumps(inner, ensure_ascii=False)
        signature = sign(self._keys[1], text.encode())
        return web.Response(text=f'{{"{name}":{text},"sign":"{signature}"}}', content_type="application/json")


def _page(inside: str) -> web.Response:
    return web.Response(text=_PAGE.format(inside=inside), content_type="text/html")
