"""Operations: what an edge declares about each call, and what its handler is given.

One declaration makes the route, its access rule, its reading and checking of input, its unit of work, its
idempotency and its place in ``/openapi.json``.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Generic, Literal, TypeVar, cast
from uuid import UUID

from aiohttp import web

from config.floor.refusal import Missing, Refusal
from config.floor.unit import Actor, Unit
from config.portal import Portal
from server.domain.replays.service import StoredAnswer
from server.domain.sessions.callers import Caller, DeviceCaller, ResidentCaller, StaffCaller, TerminalPlace
from server.domain.staff.permissions import allowed
from server.services import Services
from server.web.shapes import NoBody, NoQuery, Wire

B = TypeVar("B", bound=Wire)
Q = TypeVar("Q", bound=Wire)
T = TypeVar("T")
Media = Literal["json", "multipart", "raw", "html", "binary", "stream"]
"""``raw``: the handler reads a body that is nobody's JSON (a provider's callback); it answers for its size and form."""


@dataclass(frozen=True, slots=True)
class Open:
    """Anybody may call."""


@dataclass(frozen=True, slots=True)
class Resident:
    """A signed-in resident of at least this LoA (design §1: 2 registered … 5).

    ``loa_if``: a field of the body, its value, and the LoA that this answer alone needs (to say yes takes more than to
    say no). What a service item needs stands in its own file (``required_loa``) and is asked for at its submission.

    ``for_others``: may also be called on behalf of somebody else (``X-Yima-On-Behalf-Of`` names the delegation). Closed
    unless it says so: a new call is one that a delegate never makes.
    """

    loa: int = 2
    for_others: bool = False
    loa_if: tuple[str, object, int] | None = None

    def needed(self, body: object) -> int:
        """The LoA for this very request."""
        if self.loa_if is not None and getattr(body, self.loa_if[0], None) == self.loa_if[1]:
            return max(self.loa, self.loa_if[2])
        return self.loa


class Staff:
    """A console session of somebody who holds this permission (``server/domain/staff/permissions.py``).

    ``locked``: also a locked one.
    """

    __slots__ = ("locked", "permission", "roles")

    def __init__(self, permission: str, *, locked: bool = False) -> None:
        self.roles = allowed(permission)
        self.permission = permission
        self.locked = locked

    def __repr__(self) -> str:
        return f"Staff({self.permission!r})"


@dataclass(frozen=True, slots=True)
class Device:
    """A registered terminal signed it, whoever is on shift there (``server/web/signed.py``)."""


@dataclass(frozen=True, slots=True)
class Terminal:
    """A registered terminal signed it, and the session of somebody who holds this permission is a shift at that very
    terminal.

    On a *page* it means the clerk's session alone: a browser cannot sign a navigation. So a counter's page shows
    nothing of a resident; what it shows comes through signed calls.
    """

    permission: str = "counter.serve"


Access = Open | Resident | Staff | Device | Terminal


@dataclass(slots=True)
class Call(Generic[B, Q]):
    """One request, read, checked and authorised."""

    request: web.Request
    services: Services
    portal: Portal
    language: str
    caller: Caller | None
    client: str
    body: B
    query: Q
    unit: Unit
    decider: Callable[[Call[Any, Any], Callable[[Unit], Awaitable[Any]]], Awaitable[Any]] | None = None
    kept: tuple[Any, StoredAnswer] | None = None
    """The answer that was stored under the request's Idempotency-Key, as it was given and as it is told."""

    @property
    def path(self) -> Any:
        """Path parameters, by name."""
        return self.request.match_info

    def path_id(self, name: str) -> UUID:
        """A path parameter that is an id; ``Missing`` if it is none."""
        try:
            return UUID(self.request.match_info[name])
        except ValueError:
            raise Missing() from None

    @property
    def resident(self) -> ResidentCaller:
        assert isinstance(self.caller, ResidentCaller)
        return self.caller

    @property
    def staff(self) -> StaffCaller:
        assert isinstance(self.caller, StaffCaller)
        return self.caller

    @property
    def place(self) -> TerminalPlace:
        """The terminal that signed this request."""
        assert isinstance(self.caller, DeviceCaller | StaffCaller)
        assert self.caller.place is not None
        return self.caller.place

    @property
    def actor(self) -> Actor:
        assert self.caller is not None
        return self.caller.actor

    def text(self, key: str, **facts: object) -> str:
        """Words in the caller's language."""
        return self.services.wording.text(key, self.language, **facts)

    async def decide(self, fn: Callable[[Unit], Awaitable[T]]) -> T:
        """For ``own_unit`` operations: run one unit of work now. With an Idempotency-Key the first
        ``decide`` of an idempotent operation is the one that is answered again."""
        fn = self._held(fn)
        if self.decider is not None:
            answer: T = await self.decider(self, fn)
            return answer
        return await self.services.database.unit_of_work(self.portal.id, fn)

    def _held(self, fn: Callable[[Unit], Awaitable[T]]) -> Callable[[Unit], Awaitable[T]]:
        """Decided for somebody else: the delegation is in force when the unit begins and cannot end before it does."""
        mandate = self.caller.mandate if isinstance(self.caller, ResidentCaller) else None
        if mandate is None:
            return fn

        async def held(unit: Unit) -> T:
            await self.services.delegations.hold(unit, mandate)
            return await fn(unit)

        return held


AnyCall = Call[Any, Any]
Handler = Callable[[AnyCall], Awaitable[Any]]


@dataclass(frozen=True, slots=True)
class Operation:
    """One call of the public contract."""

    method: str
    path: str
    name: str
    summary: str
    tag: str
    access: Access
    handler: Handler
    body: type[Wire]
    query: type[Wire]
    answer: type[Wire] | None
    status: int
    problems: tuple[str, ...]
    idempotent: bool
    own_unit: bool
    media: Media
    limit: int | None
    large: bool
    in_turn: bool
    alone: bool


@dataclass(slots=True)
class Operations:
    """The operations of one module."""

    tag: str
    all: list[Operation] = field(default_factory=list)

    def _verb(self, method: str, path: str, **declared: Any) -> Callable[[T], T]:
        def register(handler: T) -> T:
            self.all.append(_operation(method, path, self.tag, cast(Handler, handler), declared))
            return handler

        return register

    def get(
        self,
        path: str,
        *,
        name: str,
        summary: str,
        access: Access,
        query: type[Wire] = NoQuery,
        answer: type[Wire] | None = None,
        problems: tuple[str, ...] = (),
        media: Media = "json",
        in_turn: bool = False,
        alone: bool = False,
    ) -> Callable[[T], T]:
        """Declare a read: no transaction, one instant. ``in_turn`` as of ``post``. ``alone``: open, and answered also
        while the database is away; its unit has no instant and sees no portal's rows."""
        return self._verb(
            "GET",
            path,
            name=name,
            summary=summary,
            access=access,
            query=query,
            answer=answer,
            problems=problems,
            media=media,
            in_turn=in_turn,
            alone=alone,
        )

    def post(
        self,
        path: str,
        *,
        name: str,
        summary: str,
        access: Access,
        body: type[Wire] = NoBody,
        query: type[Wire] = NoQuery,
        answer: type[Wire] | None = None,
        status: int | None = None,
        problems: tuple[str, ...] = (),
        idempotent: bool = False,
        own_unit: bool = False,
        media: Media = "json",
        limit: int | None = None,
        large: bool = False,
        in_turn: bool = False,
    ) -> Callable[[T], T]:
        """Declare a decision in one unit of work. ``limit``: calls a minute for one caller, below the general one.
        ``large``: the body carries a scanned page. ``in_turn``: a whole city may ask at once, so a few are served at a
        time (``turns``)."""
        return self._verb(
            "POST", path, name=name, summary=summary, access=access, body=body, query=query, answer=answer,
            status=status, problems=problems, idempotent=idempotent, own_unit=own_unit, media=media, limit=limit,
            large=large, in_turn=in_turn,
        )  # fmt: skip

    def put(
        self,
        path: str,
        *,
        name: str,
        summary: str,
        access: Access,
        body: type[Wire] = NoBody,
        answer: type[Wire] | None = None,
        problems: tuple[str, ...] = (),
        own_unit: bool = False,
    ) -> Callable[[T], T]:
        """Declare a replacement."""
        return self._verb(
            "PUT",
            path,
            name=name,
            summary=summary,
            access=access,
            body=body,
            answer=answer,
            problems=problems,
            own_unit=own_unit,
        )

    def delete(
        self,
        path: str,
        *,
        name: str,
        summary: str,
        access: Access,
        answer: type[Wire] | None = None,
        problems: tuple[str, ...] = (),
    ) -> Callable[[T], T]:
        """Declare a removal."""
        return self._verb("DELETE", path, name=name, summary=summary, access=access, answer=answer, problems=problems)


def _operation(method: str, path: str, tag: str, handler: Handler, declared: dict[str, Any]) -> Operation:
    answer = declared.get("answer")
    media = declared.get("media", "json")
    if declared.get("alone") and not isinstance(declared["access"], Open):
        raise TypeError(f"{declared['name']}: who is asking is in the database, so only what is open stands alone")
    status = declared.get("status") or (204 if answer is None and media in ("json", "multipart") else 200)
    return Operation(
        method=method,
        path=path,
        name=declared["name"],
        summary=declared["summary"],
        tag=tag,
        access=declared["access"],
        handler=handler,
        body=declared.get("body", NoBody),
        query=declared.get("query", NoQuery),
        answer=answer,
        status=status,
        problems=declared.get("problems", ()),
        idempotent=declared.get("idempotent", False),
        own_unit=declared.get("own_unit", False),
        media=media,
        limit=declared.get("limit"),
        large=declared.get("large", False),
        in_turn=declared.get("in_turn", False),
        alone=declared.get("alone", False),
    )


__all__ = [
    "Access",
    "AnyCall",
    "Call",
    "Device",
    "Handler",
    "NoBody",
    "NoQuery",
    "Open",
    "Operation",
    "Operations",
    "Refusal",
    "Resident",
    "Staff",
    "Terminal",
]
