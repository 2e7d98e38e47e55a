"""The hand-written floor of a sign-in: the same statements in one transaction, the same keyed hashes and sealing."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets as randomness
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from aiohttp import web
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from config.floor.ids import new_id

TRY = (
    "UPDATE otps SET attempts = attempts + 1 WHERE id = (SELECT id FROM otps WHERE portal = $1 AND phone_index "
    "IN ($2, $3) ORDER BY created_at DESC, id DESC LIMIT 1) AND used_at IS NULL AND expires_at > $4 AND attempts < $5 "
    "RETURNING id, code_hash"
)
USE = "UPDATE otps SET used_at = $1 WHERE id = $2 AND used_at IS NULL"
REGISTER = (
    "INSERT INTO residents (id, portal, region, phone_sealed, phone_index, phone_index_next, id_kind, loa, language, "
    "elder, created_at) VALUES ($1,$2,$3,$4,$5,$9,'',2,$6,$7,$8) ON CONFLICT DO NOTHING"
)
RESIDENT = (
    "SELECT id, portal, region, phone_sealed, name_sealed, id_number_sealed, id_kind, loa, language, elder, "
    "created_at, verified_at FROM residents WHERE portal = $1 AND (phone_index = $2 OR phone_index_next = $3)"
)
OPEN = (
    "INSERT INTO sessions (id, portal, region, kind, token_hash, subject, terminal_id, device, facts, created_at, "
    "seen_at, expires_at) VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$10,$11)"
)
PORTAL, REGION = "demo", "511602"
Clock = Callable[[Any], Awaitable[datetime]]


class SignInFloor:
    """One handler and what it needs. ``now``: the database's clock, as the scan's floor reads it."""

    def __init__(self, pool: Any, secrets: dict[str, str], now: Clock) -> None:
        self._pool, self._now = pool, now
        self._cipher = AESGCM(base64.b64decode(secrets["vault"]))
        self._search = base64.b64decode(secrets["index"])

    def _index(self, text: str, place: str) -> bytes:
        return hmac.digest(self._search, f"{place}\0{text}".encode(), "sha256")

    def _sealed(self, text: str, place: str) -> bytes:
        header, nonce = b"\x01\x04demo", randomness.token_bytes(12)
        return header + nonce + self._cipher.encrypt(nonce, text.encode(), header + place.encode())

    def _opened(self, sealed: bytes, place: str) -> str:
        end = 2 + sealed[1]
        return self._cipher.decrypt(sealed[end : end + 12], sealed[end + 12 :], sealed[:end] + place.encode()).decode()

    async def sign_in(self, request: web.Request) -> web.Response:
        asked = json.loads(await request.read())
        async with self._pool.acquire() as connection, connection.transaction():
            answer = await self._entered(connection, asked["phone"], asked["otp"])
        return web.json_response(text=json.dumps(answer, default=str), status=201)

    async def _entered(self, connection: Any, phone: str, code: str) -> dict[str, Any]:
        now = await self._now(connection)
        index = self._index(phone, "residents.phone")
        tried = await connection.fetchrow(TRY, PORTAL, index, index, now, 5)
        if tried is None or not hmac.compare_digest(
            tried["code_hash"], self._index(f"{tried['id']}:{code}", "otps.code")
        ):
            raise web.HTTPConflict
        if await connection.execute(USE, now, tried["id"]) != "UPDATE 1":
            raise web.HTTPConflict
        sealed = self._sealed(phone, "residents.phone")
        await connection.execute(REGISTER, new_id(), PORTAL, REGION, sealed, index, "zh-CN", False, now, None)
        resident = await connection.fetchrow(RESIDENT, PORTAL, index, None)
        token = base64.urlsafe_b64encode(randomness.token_bytes(32)).rstrip(b"=").decode()
        until = now + timedelta(days=30)
        facts = json.dumps({"loa": resident["loa"], "language": resident["language"]})
        await connection.execute(
            OPEN, new_id(), PORTAL, resident["region"], "resident", hashlib.sha256(token.encode()).digest(),
            resident["id"], None, "", facts, now, until,
        )  # fmt: skip
        known = self._opened(resident["phone_sealed"], "residents.phone")
        me = {
            "id": resident["id"],
            "loa": resident["loa"],
            "phone_masked": f"{known[:3]}****{known[-4:]}",
            "region": resident["region"],
            "language": resident["language"],
            "elder": resident["elder"],
            "portal": {"id": PORTAL, "name": PORTAL},
            "verified_at": resident["verified_at"],
        }
        return {"token": token, "expires_at": until.astimezone(UTC), "resident": me}
