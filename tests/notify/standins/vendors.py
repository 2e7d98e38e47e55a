"""Every vendor that speaks HTTP, on loopback: checks what it is sent as the vendor would, answers in its shape.

``fault`` is what happens next: "" all well, ``lost`` (taken, then the line is cut), ``busy`` (503), ``gateway`` (502),
``slow`` (taken, no answer for long), or the vendor's own code.
"""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from typing import Any
from urllib.parse import parse_qsl

from aiohttp import web
from cryptography.hazmat.primitives.asymmetric import rsa

from notify import alipay_signing
from notify.channels import aliyun_sms, tencent_sms
from notify.channels.webhook import signature

KEY, SECRET = "AKIDSAMPLE", "sample-secret-word"
HOOK_SECRET = b"k" * 32


@dataclass
class Vendors:
    """One server for all; ``seen`` counts what was taken, by our client id."""

    fault: str = ""
    seen: Counter[str] = field(default_factory=Counter)
    bodies: list[dict[str, Any]] = field(default_factory=list)
    tokens: int = 0
    refuse_tokens: int = 0
    gone: set[str] = field(default_factory=set)
    url: str = ""

    def __post_init__(self) -> None:
        self._runner: web.AppRunner | None = None

    @property
    def our_key(self) -> rsa.RSAPrivateKey:
        return key_of("ours")

    @property
    def alipay_key(self) -> rsa.RSAPrivateKey:
        return key_of("alipay")

    async def open(self) -> None:
        app = web.Application()
        app.router.add_post("/", self._root)
        app.router.add_post("/cgi-bin/stable_token", self._token)
        app.router.add_post("/cgi-bin/message/subscribe/send", self._wechat)
        app.router.add_post("/cgi-bin/message/template/send", self._wechat)
        app.router.add_post("/cgi-bin/message/custom/send", self._wechat)
        app.router.add_post("/gateway.do", self._alipay)
        app.router.add_post("/push/{browser}", self._push)
        app.router.add_post("/hook", self._hook)
        app.router.add_post("/moved", self._moved)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    async def close(self) -> None:
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def _trouble(self, request: web.Request, client_id: str) -> web.StreamResponse | None:
        """What the fault makes of a request; a vendor that loses its answer has taken the message."""
        if self.fault == "busy":
            return web.Response(status=503)
        if self.fault in ("lost", "gateway", "slow", ""):
            self.seen[client_id] += 1
        if self.fault == "lost":
            assert request.transport is not None
            request.transport.abort()
            return web.Response()
        if self.fault == "gateway":
            return web.Response(status=502)
        if self.fault == "slow":
            await asyncio.sleep(30)
        return None

    async def _root(self, request: web.Request) -> web.StreamResponse:
        return await (self._tencent(request) if "X-TC-Action" in request.headers else self._aliyun(request))

    async def _aliyun(self, request: web.Request) -> web.StreamResponse:
        query = dict(request.query)
        signed = {
            k.lower(): v for k, v in request.headers.items() if k.lower() == "host" or k.lower().startswith("x-acs")
        }
        wanted = aliyun_sms.authorization(
            KEY, SECRET, method="POST", path="/", query=query, headers=signed, body=await request.read()
        )
        if request.headers["Authorization"] != wanted:
            return web.json_response({"Code": "SignatureDoesNotMatch", "RequestId": "r"}, status=400)
        if request.headers["x-acs-action"] == "QuerySendDetails":
            rows = [{"OutId": one, "SendStatus": 3, "PhoneNum": query["PhoneNumber"]} for one in self.seen]
            return web.json_response({"Code": "OK", "SmsSendDetailDTOs": {"SmsSendDetailDTO": rows}})
        if trouble := await self._trouble(request, query["OutId"]):
            return trouble
        self.bodies.append(json.loads(query["TemplateParam"]))
        code = self.fault or "OK"
        return web.json_response({"Code": code, "Message": code, "BizId": f"biz-{query['OutId']}", "RequestId": "r"})

    async def _tencent(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        signed = {
            "content-type": request.headers["Content-Type"], "host": request.headers["Host"],
            "x-tc-action": request.headers["X-TC-Action"].lower(),
        }  # fmt: skip
        wanted = tencent_sms.authorization(
            KEY, SECRET, service="sms", headers=signed, body=body, at=_instant(request.headers["X-TC-Timestamp"])
        )
        asked = json.loads(body)
        if request.headers["Authorization"] != wanted:
            return web.json_response({"Response": {"Error": {"Code": "AuthFailure.SignatureFailure", "Message": ""}}})
        if request.headers["X-TC-Action"].startswith("Pull"):
            rows = [{"SessionContext": one, "ReportStatus": "SUCCESS", "SerialNo": f"s-{one}"} for one in self.seen]
            return web.json_response({"Response": {"PullSmsSendStatusSet": rows, "RequestId": "r"}})
        if trouble := await self._trouble(request, asked["SessionContext"]):
            return trouble
        self.bodies.append({"values": asked["TemplateParamSet"]})
        status = {"SerialNo": f"s-{asked['SessionContext']}", "Code": self.fault or "Ok", "Message": ""}
        return web.json_response({"Response": {"SendStatusSet": [status], "RequestId": "r"}})

    async def _token(self, request: web.Request) -> web.Response:
        asked = await request.json()
        if asked["secret"] != SECRET:
            return web.json_response({"errcode": 40125, "errmsg": "invalid appsecret rid: x"})
        self.tokens += 1
        await asyncio.sleep(0)
        return web.json_response({"access_token": f"token-{self.tokens}", "expires_in": 7200})

    async def _wechat(self, request: web.Request) -> web.StreamResponse:
        body = json.loads(await request.read())
        if self.refuse_tokens:
            self.refuse_tokens -= 1
            return web.json_response({"errcode": 40001, "errmsg": "invalid credential rid: x"})
        if trouble := await self._trouble(request, body["touser"]):
            return trouble
        self.bodies.append(body)
        if self.fault:
            words = "argument invalid! data.thing1.value invalid rid: x" if self.fault == "47003" else "no rid: x"
            return web.json_response({"errcode": int(self.fault), "errmsg": words})
        return web.json_response({"errcode": 0, "errmsg": "ok", "msgid": 77001})

    async def _alipay(self, request: web.Request) -> web.StreamResponse:
        given = dict(parse_qsl((await request.read()).decode()))
        inner: dict[str, Any] = {"code": "10000", "msg": "Success", "msg_id": "a-1"}
        if not alipay_signing.is_signed(self.our_key.public_key(), alipay_signing.to_sign(given), given["sign"]):
            inner = {"code": "40002", "sub_code": "isv.invalid-signature"}
        elif trouble := await self._trouble(request, json.loads(given["biz_content"])["to_open_id"]):
            return trouble
        elif self.fault and self.fault != "unsigned":
            inner = {"code": "40004", "msg": "Business Failed", "sub_code": self.fault}
        self.bodies.append(json.loads(given["biz_content"]))
        text = json.dumps(inner, separators=(",", ":"))
        key = self.our_key if self.fault == "unsigned" else self.alipay_key
        sign = alipay_signing.sign(key, text.encode())
        name = given["method"].replace(".", "_") + "_response"
        return web.Response(text=f'{{"{name}":{text},"sign":"{sign}"}}', content_type="application/json")

    async def _push(self, request: web.Request) -> web.StreamResponse:
        if request.match_info["browser"] in self.gone:
            return web.Response(status=410)
        if trouble := await self._trouble(request, request.headers["Topic"]):
            return trouble
        self.bodies.append({"body": await request.read(), "headers": dict(request.headers)})
        return web.Response(status=int(self.fault or 201))

    async def _hook(self, request: web.Request) -> web.StreamResponse:
        body, head = await request.read(), request.headers
        if head["webhook-signature"] != signature(HOOK_SECRET, head["webhook-id"], head["webhook-timestamp"], body):
            return web.Response(status=401)
        if trouble := await self._trouble(request, head["webhook-id"]):
            return trouble
        self.bodies.append(json.loads(body))
        return web.Response(status=int(self.fault or 204))

    async def _moved(self, request: web.Request) -> web.Response:
        return web.Response(status=307, headers={"Location": f"{self.url}/hook"})


@cache
def key_of(side: str) -> rsa.RSAPrivateKey:
    """Made once: it takes a while."""
    return rsa.generate_private_key(65537, 2048)


def _instant(seconds: str) -> datetime:
    return datetime.fromtimestamp(int(seconds), UTC)
