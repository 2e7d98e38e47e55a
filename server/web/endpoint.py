"""From a request to an operation's answer: access, input, unit of work, idempotency, answer."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, TypeVar

from aiohttp import hdrs, web
from multidict import CIMultiDict, istr
from pydantic import ValidationError

from config.floor.refusal import Busy, FieldFault, Forbidden, Invalid, Refusal
from config.floor.unit import Unit
from config.portal import Portal
from config.wording import choose_language
from server.domain.proving.errors import LoaNeeded
from server.domain.replays.service import StoredAnswer
from server.domain.sessions.callers import Caller, DeviceCaller, ResidentCaller, StaffCaller
from server.domain.sessions.errors import SessionLocked, Unauthenticated
from server.domain.sessions.service import SessionKind
from server.domain.staff.permissions import may
from server.domain.terminals.errors import TerminalNonceUsed
from server.services import Services
from server.web import json_body, problems, reach, step_up
from server.web.networks import check_network, host_of, own_origins
from server.web.on_behalf import on_behalf
from server.web.operations import Access, Call, Device, NoBody, NoQuery, Open, Operation, Resident, Staff, Terminal
from server.web.request_keys import CALLER
from server.web.shapes import Wire
from server.web.signed import NONCE, Head, head_of, signed_request
from server.web.turns import Turns

T = TypeVar("T")
COOKIES = {"console": ("yima_console", "/console"), "counter": ("yima_counter", "/counter")}
CSRF_HEADER = "X-Yima-CSRF"
LARGE_BODY = 4_300_000
"""A scanned page of three megabytes in base64, and the words around it."""
_KEY = re.compile(r"[\x21-\x7e]{1,128}", re.ASCII)
_BEARER = re.compile(r"Bearer ([A-Za-z0-9_-]{20,128})", re.ASCII)
_NO_STORE = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
_JSON = CIMultiDict({istr(k): v for k, v in ({**_NO_STORE, "Content-Type": "application/json; charset=utf-8"}).items()})
_HOSTS = 256
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


class _Replayed(Exception):
    """This request was answered before."""

    def __init__(self, stored: StoredAnswer) -> None:
        super().__init__()
        self.stored = stored


class _Second(Exception):
    """Somebody else was first with this key: this unit's effect must not be."""


def csrf_of(token: str) -> str:
    """The page's own token for a staff session: derived, so nothing more is stored."""
    return hmac.new(token.encode(), b"yima csrf", "sha256").hexdigest()


class Door:
    """What every endpoint shares: who is asking, in which portal and language, from where."""

    def __init__(self, services: Services) -> None:
        self.services = services
        self._proxies = services.settings.trusted_proxies
        self._per_minute = services.settings.limits.requests_per_minute
        limits = services.settings.limits
        self.turns = Turns(limits.keys_at_once, limits.key_wait_seconds, limits.keys_waiting)
        self._hosts: dict[str, Portal] = {}

    def portal(self, request: web.Request) -> Portal:
        given = request.headers.get(hdrs.HOST, "")
        found = self._hosts.get(given)
        if found is None:
            found = self.services.portals.of_host(host_of(request))
            if found is None:
                raise problems.HostUnknown()
            if len(self._hosts) < _HOSTS:
                self._hosts[given] = found
        return found

    def language(self, request: web.Request, caller: Caller | None = None) -> str:
        header = request.headers.get(hdrs.ACCEPT_LANGUAGE, "")
        if header or not isinstance(caller, ResidentCaller):
            return choose_language(header)
        return caller.language

    def client(self, request: web.Request) -> str:
        """The caller's address; forwarded ones count only behind the proxies that are configured."""
        if self._proxies:
            lines = request.headers.getall("X-Forwarded-For", [])  # some proxies add a line of their own
            hops = [hop.strip() for hop in ",".join(lines).split(",") if hop.strip()]
            if len(hops) >= self._proxies:
                return hops[-self._proxies]
        return request.remote or "local"

    def check_origin(self, request: web.Request) -> None:
        """A browser's foreign page may not make us decide anything."""
        origin = request.headers.get(hdrs.ORIGIN)
        if origin is None or request.method in _SAFE:
            return
        if origin not in own_origins(request, self.services.settings):
            raise problems.ForeignOrigin()

    async def caller(self, request: web.Request, unit: Unit, access: Access) -> Caller | None:
        """Whoever the declared access lets in; raises for everybody else. Signatures: ``at_a_terminal``."""
        if isinstance(access, Open):
            return None
        if isinstance(access, Resident):
            return await self._resident(request, unit, access)
        if isinstance(access, Device):  # a browser cannot sign a navigation: no page is a device's
            raise Unauthenticated()
        return await self._staff(request, unit, access)

    async def at_a_terminal(
        self, request: web.Request, unit: Unit, access: Device | Terminal, head: Head, body: bytes
    ) -> DeviceCaller | StaffCaller:
        """The terminal that signed this very request; for ``Terminal`` also the clerk whose shift it is there."""
        place = await self.services.terminals.signer(unit, signed_request(request, head, body))
        if isinstance(access, Device):
            return DeviceCaller(unit.portal, place)
        found = await self._staff(request, unit, access)
        if found.terminal_id != place.id:  # another terminal's cookie: no shift here
            raise Unauthenticated()
        return replace(found, place=place)

    async def _staff(self, request: web.Request, unit: Unit, access: Staff | Terminal) -> StaffCaller:
        kind: SessionKind = "counter" if isinstance(access, Terminal) else "console"
        token = request.cookies.get(COOKIES[kind][0], "")
        found = await self.services.sessions.find(unit, kind, token) if token else None
        if not isinstance(found, StaffCaller):
            raise Unauthenticated()
        if kind == "console":
            check_network(self.services.settings, self.client(request))
        if found.locked and not (isinstance(access, Staff) and access.locked):
            raise SessionLocked()
        if request.method not in _SAFE and not hmac.compare_digest(
            request.headers.get(CSRF_HEADER, "").encode("utf-8", "replace"), csrf_of(token).encode()
        ):
            raise problems.CsrfMissing()
        if not may(found.roles, access.permission):
            raise Forbidden()
        if kind == "console":
            await reach.check(request, unit, found)
        return found

    async def _resident(self, request: web.Request, unit: Unit, access: Resident) -> ResidentCaller:
        bearer = _BEARER.fullmatch(request.headers.get(hdrs.AUTHORIZATION, ""))
        found = await self.services.sessions.find(unit, "resident", bearer[1]) if bearer else None
        if not isinstance(found, ResidentCaller):
            raise Unauthenticated()
        if found.loa < access.loa:
            raise LoaNeeded(needed=access.loa, person=found.resident_id)
        return await on_behalf(request, self.services, unit, access, found)

    async def limit(self, who: str, name: str, per_minute: int | None) -> None:
        """The coarse limit, where it is on."""
        most = per_minute or self._per_minute
        if self._per_minute and await self.services.store.hit(f"{name}:{who}", 60) > most:
            raise problems.TooMany(retry_after=60)


class Endpoint:
    """One operation, ready to be routed."""

    def __init__(self, operation: Operation, door: Door) -> None:
        self._op = operation
        self._door = door
        self._services = door.services
        self._is_open = isinstance(operation.access, Open)
        self._is_read = operation.method == "GET"
        self._is_limited = bool(operation.limit) or not (self._is_open and self._is_read)
        self._takes_body = operation.method in ("POST", "PUT", "DELETE") and operation.media not in (
            "multipart",
            "raw",
        )
        if isinstance(operation.access, Device | Terminal) and operation.media in ("multipart", "raw"):
            raise TypeError(f"{operation.name}: a terminal signs a body that is read at once, not a stream of parts")

    async def __call__(self, request: web.Request) -> web.StreamResponse:
        try:
            if not self._op.in_turn:
                return await self._served(request)
            async with self._door.turns:
                return await self._served(request)
        except LoaNeeded as refusal:
            door, caller = self._door, request.get(CALLER)
            await step_up.offered(
                request, refusal, self._services, door.portal(request).id, door.language(request, caller)
            )
            raise

    async def _served(self, request: web.Request) -> web.StreamResponse:
        op, door = self._op, self._door
        portal = door.portal(request)
        door.check_origin(request)
        reading = _NO_UNIT if op.alone else await self._services.database.reading(portal.id)
        caller, raw = (None, None) if self._is_open else await self._caller(request, reading)
        client = door.client(request)
        if self._is_limited:
            await door.limit(str(caller.session_id) if caller else client, op.name if op.limit else "all", op.limit)
        body: Wire = _NOTHING
        if self._takes_body:
            raw = await self._raw(request) if raw is None else raw
            body = self._body(request, raw)
        raw = raw or b""
        call: Call[Any, Any] = Call(
            request=request, services=self._services, portal=portal, language=door.language(request, caller),
            caller=caller, client=client, body=body, query=self._query(request), unit=reading,
        )  # fmt: skip
        if caller:
            request[CALLER] = caller
        if isinstance(op.access, Resident) and call.resident.loa < (needed := op.access.needed(body)):
            raise LoaNeeded(needed=needed)
        try:
            answer = await self._answer(call, raw)
        except _Replayed as replay:
            return _response(replay.stored, {"Idempotent-Replayed": "true"})
        if type(answer) is op.answer and call.kept is None:  # most are this
            return web.Response(status=op.status, body=_json(answer), headers=_JSON)
        if isinstance(answer, web.StreamResponse):
            return answer
        kept = call.kept
        stored = kept[1] if kept and kept[0] is answer else self._stored(answer, call.language)
        return _response(stored, _retry(answer))

    async def _caller(self, request: web.Request, reading: Unit) -> tuple[Caller | None, bytes | None]:
        """Who is asking; and the body where it had to be read to know that."""
        access = self._op.access
        if not isinstance(access, Device | Terminal):
            return await self._door.caller(request, reading, access), None
        head = head_of(request)
        raw = await self._raw(request) if self._takes_body else b""
        return await self._door.at_a_terminal(request, reading, access, head, raw), raw

    async def _answer(self, call: Call[Any, Any], raw: bytes) -> Any:
        op = self._op
        if self._is_read:
            return await op.handler(call)
        call.decider = self._decider(call, raw)
        if op.own_unit:
            return await op.handler(call)

        async def whole(unit: Unit) -> Any:
            call.unit = unit
            return await op.handler(call)

        return await call.decide(whole)

    def _decider(
        self, call: Call[Any, Any], raw: bytes
    ) -> Callable[[Call[Any, Any], Callable[[Unit], Awaitable[Any]]], Any]:
        """Runs units; the first one of an idempotent request keeps its answer under the key.

        The key is written last, beside the answer: one statement instead of two. Whoever comes second with a key has
        decided in vain: all of it rolls back, and the first one's answer is told again. A terminal's nonce is kept in
        the same row, so that the very same request is refused while a try again, with a nonce of its own, is answered;
        without a key the nonce has a row of its own.
        """
        key = call.request.headers.get("Idempotency-Key") if self._op.idempotent else None
        nonce = call.request.headers[NONCE] if isinstance(self._op.access, Device | Terminal) else ""
        if key is None:
            return self._spending(nonce)
        if not _KEY.fullmatch(key):
            raise Invalid(faults=(FieldFault("Idempotency-Key", "idempotency-key-form"),))
        database = self._services.database
        scope, replays = self._scope(call), self._services.replays
        digest = hashlib.sha256(f"{call.request.path}\0".encode() + raw).digest()
        waiting = [key]

        async def decide(current: Call[Any, Any], fn: Callable[[Unit], Awaitable[Any]]) -> Any:
            if not waiting:
                return await database.unit_of_work(current.portal.id, fn)
            waiting.clear()

            async def run(unit: Unit) -> Any:
                answer = await fn(unit)
                kept = self._stored(answer, current.language)
                if not await replays.keep(unit, scope, self._op.name, key, digest, kept, nonce):
                    raise _Second
                current.kept = (answer, kept)
                return answer

            try:
                return await database.unit_of_work(current.portal.id, run)
            except OSError:  # the database is away: it cannot be asked either
                raise
            except Exception as error:
                stored = await replays.find(current.unit, scope, self._op.name, key, digest)
                if stored is not None:
                    if nonce and stored.nonce == nonce:
                        raise TerminalNonceUsed() from None
                    raise _Replayed(stored) from None
                if isinstance(error, _Second):  # swept away between the two
                    raise Busy(retry_after=1) from None
                raise

        return decide

    def _spending(self, nonce: str) -> Callable[[Call[Any, Any], Callable[[Unit], Awaitable[Any]]], Any]:
        """Runs units without a key; the first one spends a terminal's nonce, if the request has one."""
        database, terminals = self._services.database, self._services.terminals
        if not nonce:
            return lambda current, fn: database.unit_of_work(current.portal.id, fn)
        waiting = [nonce]

        async def decide(current: Call[Any, Any], fn: Callable[[Unit], Awaitable[Any]]) -> Any:
            if not waiting:
                return await database.unit_of_work(current.portal.id, fn)
            waiting.clear()

            async def run(unit: Unit) -> Any:
                await terminals.spend(unit, current.place.id, nonce)
                return await fn(unit)

            return await database.unit_of_work(current.portal.id, run)

        return decide

    @staticmethod
    def _scope(call: Call[Any, Any]) -> str:
        if isinstance(call.caller, ResidentCaller):
            mandate = call.caller.mandate
            return f"for:{mandate.delegation_id}" if mandate else f"resident:{call.caller.resident_id}"
        if isinstance(call.caller, StaffCaller | DeviceCaller):
            place = call.caller.place
            return f"terminal:{place.id}" if place else f"staff:{call.caller.actor.id}"
        return f"open:{call.client}"

    async def _raw(self, request: web.Request) -> bytes:
        limits = self._services.settings.limits
        return await json_body.read_bytes(
            request, limit=LARGE_BODY if self._op.large else limits.body_bytes, seconds=limits.body_seconds
        )

    def _body(self, request: web.Request, raw: bytes) -> Wire:
        op = self._op
        if op.body is NoBody and not raw:
            return _NOTHING
        json_body.check_media(request)
        json_body.check_json(raw)
        try:
            found: Wire = op.body.__pydantic_validator__.validate_json(raw, strict=True)
            return found
        except ValidationError as error:
            raise problems.invalid_input(error) from None

    def _query(self, request: web.Request) -> Wire:
        if self._op.query is NoQuery and "?" not in request.raw_path:
            return _NO_QUERY
        pairs = list(request.query.items())
        found = dict(pairs)
        if len(found) != len(pairs):
            raise Invalid(faults=(FieldFault("query", "repeated"),))
        if any("\0" in text or any(0xD800 <= ord(c) <= 0xDFFF for c in text) for pair in pairs for text in pair):
            raise Invalid(faults=(FieldFault("query", "characters"),))
        try:
            return self._op.query.model_validate(found)
        except ValidationError as error:
            raise problems.invalid_input(error) from None

    def _stored(self, answer: Any, language: str) -> StoredAnswer:
        if isinstance(answer, Refusal):
            return StoredAnswer(problems.status_of(answer), problems.body_of(answer, self._services.wording, language))
        if answer is None:
            return StoredAnswer(self._op.status, b"")
        return StoredAnswer(self._op.status, _json(answer))


_NOTHING = NoBody()
_NO_QUERY = NoQuery()
_NO_UNIT = Unit(now=datetime.min.replace(tzinfo=UTC), portal="")  # no row is of this portal


def _json(answer: Any) -> bytes:
    found: bytes = answer.__pydantic_serializer__.to_json(answer, by_alias=True)
    return found


def _retry(answer: Any) -> dict[str, str]:
    if isinstance(answer, Refusal) and answer.retry_after:
        return {"Retry-After": str(answer.retry_after)}
    return {}


def _response(stored: StoredAnswer, extra: dict[str, str]) -> web.Response:
    media = problems.MEDIA if stored.status >= 400 else "application/json"
    headers = {**_NO_STORE, **extra}
    if stored.body:
        headers["Content-Type"] = f"{media}; charset=utf-8" if media == "application/json" else media
    return web.Response(status=stored.status, body=stored.body or None, headers=headers)
