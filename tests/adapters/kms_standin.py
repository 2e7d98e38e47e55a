"""A key management service on loopback: real HTTP, real AES-GCM with the context as AAD, and real failures."""

from __future__ import annotations

import asyncio
import base64
import json
import os
from typing import Literal

from aiohttp import web
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

Mode = Literal["well", "down", "slow", "refused", "wrong-key", "garbage", "short", "redirect"]
TOKEN = "a-token-of-the-test"  # the stand-in's own


class KmsStandIn:
    """``mode`` can be changed while it runs; ``asked`` counts what it was asked for."""

    def __init__(self) -> None:
        self._keys = {"city/1": AESGCM(bytes(range(32)))}
        self._newest = "city/1"
        self._runner: web.AppRunner | None = None
        self.mode: Mode = "well"
        self.asked = 0
        self.url = ""

    async def open(self) -> None:
        """Listen on a free loopback port."""
        app = web.Application()
        app.router.add_post("/v1/{what}", self._answer)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    async def close(self) -> None:
        if self._runner:
            await self._runner.cleanup()

    def turn(self) -> None:
        """The service makes a new version of its key; the earlier one goes on unwrapping."""
        self._newest = f"city/{len(self._keys) + 1}"
        self._keys[self._newest] = AESGCM(os.urandom(32))

    async def _answer(self, request: web.Request) -> web.Response:
        self.asked += 1
        if self.mode == "down":
            return web.json_response({}, status=503)
        if self.mode == "slow":
            await asyncio.sleep(1.0)
        if self.mode == "garbage":
            return web.Response(text="<html>gateway</html>", content_type="text/html")
        if self.mode == "redirect":
            return web.Response(status=302, headers={"Location": "http://127.0.0.1:9/"})
        if self.mode == "refused" or request.headers.get("Authorization") != f"Bearer {TOKEN}":
            return web.json_response({}, status=403)
        return self._work(request.match_info["what"], json.loads(await request.text()))

    def _work(self, what: str, asked: dict[str, str]) -> web.Response:
        context = asked["context"].encode()
        if what == "wrap":
            nonce, plain = os.urandom(12), base64.b64decode(asked["plaintext"])
            sealed = nonce + self._keys[self._newest].encrypt(nonce, plain, context)
            return web.json_response({"key": self._newest, "ciphertext": base64.b64encode(sealed).decode()})
        key = self._keys.get(asked["key"])
        sealed = base64.b64decode(asked["ciphertext"])
        try:
            if key is None:
                raise InvalidTag
            plain = key.decrypt(sealed[:12], sealed[12:], context)
        except InvalidTag:
            return web.json_response({}, status=422)
        if self.mode == "wrong-key":
            plain = bytes(32)
        if self.mode == "short":
            plain = b"short"
        return web.json_response({"plaintext": base64.b64encode(plain).decode()})
