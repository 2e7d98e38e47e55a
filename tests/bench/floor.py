"""The hand-written floor: aiohttp and asyncpg, the same statements as ours, nothing else. One process.

``python -m tests.bench.floor PORT DATABASE_URL SECRETS_FILE``
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256

from codes import dynamic
from config.floor.ids import new_id
from tests.bench.floor_sign_in import SignInFloor

SESSION = (
    "SELECT id, portal, region, kind, subject, terminal_id, device, facts, seen_at, expires_at, ended_at, "
    "locked_at FROM sessions WHERE token_hash = $1"
)
_CASE_COLUMNS = (
    "c.id, c.portal, c.region, c.case_no, c.item_code, c.item_version, c.item_name, c.department, c.resident_id, "
    "c.status, c.version, c.handler_id, c.handler_label, c.proposed_by, c.proposed_outcome, c.outcome, {sealed}, "
    "c.submitted_at, c.received_at, c.check_from, c.accepted_on, c.stopped_on, c.pauses, c.legal_days, c.legal_unit, "
    "c.promised_days, c.promised_unit, c.legal_due, c.promised_due, c.due_on, c.provisional, c.correction_days, "
    "c.two_person, c.corrections_requested, c.corrections_due, c.flagged_on, c.closed_at, c.created_at, c.updated_at, "
    "c.on_behalf_of, c.acting_id, c.channel, c.organisation_id"
)
CASE = (
    f"SELECT {_CASE_COLUMNS.format(sealed='c.decision, c.answers')}, v.grade, v.comment FROM cases c "
    "LEFT JOIN case_reviews v ON v.case_id = c.id WHERE c.portal = $1 AND c.case_no = $2 AND c.resident_id = $3"
)
TIMELINE = (
    "SELECT t.seq, t.at, t.event, t.actor_kind, t.actor_label, t.note, t.document_no, t.public, d.kind, d.issued_on, "
    "d.served_at FROM case_timeline t LEFT JOIN case_documents d ON d.document_no = t.document_no "
    "WHERE t.case_id = $1 ORDER BY t.seq"
)
MATERIALS = (
    "SELECT code, file_id, file_name, media_type, size FROM case_materials "
    "WHERE case_id = $1 AND superseded_at IS NULL ORDER BY id"
)
GUIDE = "SELECT guide FROM item_versions WHERE portal = $1 AND item_code = $2 AND version = $3"
SIGNER = (
    "SELECT id, hall, counter, purposes, region, name, scans_per_minute, failures, lock_seconds, public_key, seen_at "
    "FROM terminals WHERE id = $1 AND portal = $2 AND withdrawn_at IS NULL"
)
LOCK = (
    "SELECT (SELECT locked_until FROM terminal_locks WHERE terminal_id = $1 AND locked_until > $2) AS locked_until, "
    "NULL AS full_at"
)
HANDLE = (
    "SELECT h.subject, h.acting, h.delegation, h.device, h.session_id, h.portal, h.region, h.valid_until, "
    "h.revoked_at, u.used_at, u.used_by FROM code_handles h LEFT JOIN code_uses u ON u.handle = h.handle "
    "AND u.step = $4 WHERE h.handle = $1 AND h.portal = $2 AND h.key_id = $3"
)
USE = (
    "WITH held AS (SELECT h.id FROM code_handles h WHERE h.handle = $2 AND h.revoked_at IS NULL "
    "FOR NO KEY UPDATE OF h) INSERT INTO code_uses (id, handle, step, scene, used_at, used_by, portal, region) "
    "SELECT $1,$2,$3,$4,$5,$6,$7,$8 FROM held WHERE true ON CONFLICT (handle, step) DO NOTHING RETURNING id"
)
VISIT = (
    "INSERT INTO visits (id, portal, region, at, resident_id, acting_id, terminal_id, hall, counter, staff_id, "
    "staff_no, purpose, scene, item, outcome, fields_seen, consent_state, consent_asked, consent_granted, "
    "consent_until, consent_at, disclosed_at, holder_portal, delegation_id, tier, card_at, session_id) "
    "VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$14,$15,$16,$17,$18,$19,$20,NULL,NULL,$21,$22,$23,$24,$25)"
)
AUDIT = (
    "INSERT INTO audit_entries (id, portal, region, at, actor_kind, actor_id, actor_label, action, subject_kind, "
    "subject, resident_id, outcome, purpose, fields_seen, place, delegation_id) "
    "VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$14,$15,$16)"
)
RESIDENT = (
    "SELECT id, portal, region, phone_sealed, name_sealed, id_number_sealed, id_kind, loa, language, elder, "
    "created_at, verified_at FROM residents WHERE id = $1 AND portal = $2"
)
OPEN_CASES = (
    "SELECT case_no, item_code, item_name, status, department, organisation_id FROM cases WHERE portal = $1 AND "
    "resident_id = $2 AND status IN "
    "('submitted','received','correction','accepted','in_progress','suspended','proposed','concluded') "
    "ORDER BY id DESC LIMIT 20"
)
KEEP = (
    "INSERT INTO replays (id, portal, caller, operation, key, body_hash, status, answer_sealed, created_at, nonce) "
    "VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$11) ON CONFLICT (portal, caller, operation, key) DO UPDATE SET "
    "body_hash = excluded.body_hash, status = excluded.status, answer_sealed = excluded.answer_sealed, "
    "created_at = excluded.created_at, nonce = excluded.nonce WHERE replays.created_at < $10 RETURNING id"
)
PORTAL = "demo"


async def _no_reset(connection: Any) -> None:
    """As ours: nothing uses session state."""


def _plain(row: Any) -> dict[str, Any]:
    return {name: value for name, value in row.items() if not isinstance(value, bytes)}


class Floor:
    """Three handlers and what they need."""

    def __init__(self, pool: Any, secrets: dict[str, str]) -> None:
        self._pool = pool
        self._cipher = AESGCM(base64.b64decode(secrets["vault"]))
        self._master = base64.b64decode(secrets["code"])
        self._read_at, self._reading = -1.0, datetime.now(UTC)
        self._keys: dict[bytes, ec.EllipticCurvePublicKey] = {}

    async def hello(self, request: web.Request) -> web.Response:
        return web.json_response({"message": "hello"})

    def _opened(self, sealed: bytes, place: str) -> str:
        end = 2 + sealed[1]
        bound = sealed[:end] + place.encode()
        return self._cipher.decrypt(sealed[end : end + 12], sealed[end + 12 :], bound).decode()

    async def _session(self, connection: Any, token: str) -> Any:
        row = await connection.fetchrow(SESSION, hashlib.sha256(token.encode()).digest())
        if row is None or row["ended_at"] is not None or row["expires_at"] <= datetime.now(UTC):
            raise web.HTTPUnauthorized
        return row

    async def case(self, request: web.Request) -> web.Response:
        async with self._pool.acquire() as connection:
            session = await self._session(connection, request.headers["Authorization"][7:])
            found = await connection.fetchrow(CASE, PORTAL, request.match_info["case_no"], session["subject"])
            if found is None:
                raise web.HTTPNotFound
            timeline = await connection.fetch(TIMELINE, found["id"])
            materials = await connection.fetch(MATERIALS, found["id"])
            guide = await connection.fetchval(GUIDE, PORTAL, found["item_code"], found["item_version"])
        body = {
            **_plain(found),
            "answers": json.loads(self._opened(found["answers"], "cases.answers")),
            "timeline": [_plain(row) for row in timeline],
            "materials": [_plain(row) for row in materials],
            "form": json.loads(guide)["form"],
        }
        return web.json_response(text=json.dumps(body, default=str))

    async def scan(self, request: web.Request) -> web.Response:
        raw = await request.read()
        asked = json.loads(raw)
        async with self._pool.acquire() as connection:
            place = await self._terminal(connection, request, raw)
            session = await self._session(connection, request.cookies["yima_counter"])
            if session["terminal_id"] != place["id"]:
                raise web.HTTPUnauthorized
            async with connection.transaction():
                answer = await self._scanned(connection, session, place, request, asked, raw)
        return web.json_response(text=answer)

    async def _terminal(self, connection: Any, request: web.Request, raw: bytes) -> Any:
        """The terminal whose ES256 signature this request carries."""
        headers, method, target = request.headers, request.method, request.raw_path
        terminal, at, nonce = headers["X-Yima-Terminal"], headers["X-Yima-Time"], headers["X-Yima-Nonce"]
        row = await connection.fetchrow(SIGNER, UUID(terminal), PORTAL)
        key = self._keys.get(row["public_key"])
        if key is None:
            key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), row["public_key"])
            self._keys[row["public_key"]] = key
        lines = ("YIMA-TERMINAL-1", terminal, method, target, hashlib.sha256(raw).hexdigest(), at, nonce)
        text = "\n".join((*lines, headers["Idempotency-Key"])).encode()
        signature = base64.urlsafe_b64decode(headers["X-Yima-Signature"] + "==")
        r, s = int.from_bytes(signature[:32]), int.from_bytes(signature[32:])
        key.verify(encode_dss_signature(r, s), text, ec.ECDSA(SHA256()))
        if abs(int(at) - time.time()) > 60:
            raise web.HTTPForbidden
        return row

    async def _scanned(
        self, connection: Any, session: Any, place: Any, request: web.Request, asked: dict[str, str], raw: bytes
    ) -> str:
        key, nonce = request.headers["Idempotency-Key"], request.headers["X-Yima-Nonce"]
        now = await self.now(connection)
        await connection.fetchrow(LOCK, session["terminal_id"], now)
        parsed = dynamic.parse(asked["text"])
        if parsed is None:
            raise web.HTTPConflict
        handle_key = hmac.digest(self._master, f"handle|{parsed.handle}".encode(), hashlib.sha256)
        judged = dynamic.judge(parsed, handle_key, time.time())
        held = await connection.fetchrow(HANDLE, parsed.handle, PORTAL, "demo", judged.step)
        used = await connection.fetchrow(
            USE, new_id(), parsed.handle, judged.step, parsed.scene, now, str(place["id"]), PORTAL, held["region"]
        )
        if judged.outcome != "ok" or used is None:
            raise web.HTTPConflict
        visit_id, fields = new_id(), '["name_masked","loa","open_cases"]'
        await connection.execute(
            VISIT, visit_id, PORTAL, held["region"], now, held["subject"], held["acting"], place["id"], place["hall"],
            place["counter"], session["subject"], "C1", asked["purpose"], parsed.scene, "", "accepted", fields,
            "pending", '["id_number","phone"]', "[]", now + timedelta(seconds=90), PORTAL, None, None, None,
            held["session_id"],
        )  # fmt: skip
        await connection.execute(
            AUDIT, new_id(), PORTAL, held["region"], now, "staff", session["subject"], "C1", "visit.look", "visit",
            str(visit_id), held["subject"], "accepted", asked["purpose"], fields, place["counter"], None,
        )  # fmt: skip
        resident = await connection.fetchrow(RESIDENT, held["subject"], PORTAL)
        cases = await connection.fetch(OPEN_CASES, PORTAL, held["subject"])
        name = self._opened(resident["name_sealed"], "residents.name")
        body = {
            "visit_id": visit_id,
            "at": now,
            "scene": parsed.scene,
            "holder": {"name_masked": "*" + name[1:], "loa": resident["loa"]},
            "open_cases": [dict(row) for row in cases],
            "consent": {"state": "pending", "fields": ["id_number", "phone"], "until": now + timedelta(seconds=90)},
        }
        answer = json.dumps(body, default=str)
        sealed = b"\x01\x04demo" + new_id().bytes[:12]
        sealed += self._cipher.encrypt(sealed[-12:], answer.encode(), b"replays.answer")
        caller, digest = f"terminal:{session['terminal_id']}", hashlib.sha256(raw).digest()
        old = now - timedelta(hours=24)
        if not await connection.fetchrow(
            KEEP, new_id(), PORTAL, caller, "floorScan", key, digest, 200, sealed, now, old, nonce
        ):
            raise web.HTTPConflict
        return answer

    async def now(self, connection: Any) -> datetime:
        """As ours: the database's clock, carried on for half a second."""
        passed = time.monotonic() - self._read_at
        if passed >= 0.5:
            self._reading = await connection.fetchval("SELECT clock_timestamp()")
            self._read_at, passed = time.monotonic(), 0.0
        return self._reading + timedelta(seconds=passed)


async def _app(database_url: str, secrets: dict[str, str]) -> web.Application:
    pool = await asyncpg.create_pool(database_url, min_size=1, max_size=20, reset=_no_reset)
    floor = Floor(pool, secrets)
    app = web.Application()
    app.router.add_get("/hello", floor.hello)
    app.router.add_get("/cases/{case_no}", floor.case)
    app.router.add_post("/scans", floor.scan)
    app.router.add_post("/sessions", SignInFloor(pool, secrets, floor.now).sign_in)
    return app


if __name__ == "__main__":
    _port, _url, _secrets = sys.argv[1:]
    web.run_app(
        _app(_url, json.loads(Path(_secrets).read_text("utf-8"))),
        host="127.0.0.1",
        port=int(_port),
        access_log=None,
        print=None,
    )
