"""One signed-in caller of every kind, for tests that try each operation as everybody."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from server.app import surface
from server.domain.staff.permissions import PERMISSIONS
from server.web.operations import Access, Device, Open, Operation, Resident, Staff, Terminal
from tests.journeys.town import ROLES, Town
from tests.journeys.visitor import Visitor

PLACEHOLDER = "00000000-0000-7000-8000-000000000000"


def operations() -> list[Operation]:
    """Every declared operation, the demo's own doors included."""
    return list(surface(demo=True).operations)


def path_of(operation: Operation, value: str = PLACEHOLDER) -> str:
    """The operation's path with ``value`` for every parameter."""
    parts = [value if part.startswith("{") else part for part in operation.path.split("/")]
    return "/".join(parts)


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of caller: how to become one, and what it is allowed by declaration."""

    name: str
    enter: Callable[[Town], Awaitable[Visitor]]
    loa: int = 0
    role: str = ""
    at_counter: bool = False

    def may(self, access: Access) -> bool:
        match access:
            case Open():
                return True
            case Resident(loa=needed):
                return self.loa >= needed
            case Staff():
                return bool(self.role) and not self.at_counter and self.role in access.roles
            case Terminal(permission=permission):
                return self.at_counter and self.role in PERMISSIONS[permission]
            case Device():
                return self.at_counter


def _desk(role: str) -> Callable[[Town], Awaitable[Visitor]]:
    async def enter(town: Town) -> Visitor:
        return await town.desk(f"M-{role}", role)

    return enter


async def _stranger(town: Town) -> Visitor:
    return await town.stranger()


async def _registered(town: Town) -> Visitor:
    return await town.resident(1, loa=2)


async def _verified(town: Town) -> Visitor:
    return await town.resident(0)


async def _clerk(town: Town) -> Visitor:
    return await town.counter()


KINDS: tuple[Kind, ...] = (
    Kind("nobody", _stranger),
    Kind("resident LoA 2", _registered, loa=2),
    Kind("resident LoA 3", _verified, loa=3),
    Kind("clerk at a counter", _clerk, role="clerk", at_counter=True),
    *(Kind(f"{role} at the console", _desk(role), role=role) for role in ROLES),
)
