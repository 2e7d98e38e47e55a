"""Portals: one branded tenant a file in ``config/portals/*.toml``, found by the host of a request."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

FOLDER = Path(__file__).parent / "portals"


class Publishing(BaseModel):
    """What this portal's notices to many are held against. Prices and quotas come from its own contracts."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    part_price: int = Field(0, ge=0, description="price of one part of a text message, in thousandths of a yuan")
    parts_a_day: int = Field(0, ge=0, description="parts that may be sent on one day; 0 = not counted")
    per_second: int = Field(50, ge=1, description="deliveries a second, for the estimate of how long sending takes")
    quiet_from: int = Field(22, ge=0, le=23, description="hour (Asia/Shanghai) from which nobody is disturbed")
    quiet_until: int = Field(7, ge=0, le=23, description="hour until which nobody is disturbed")
    domains: tuple[str, ...] = ()
    banned: tuple[str, ...] = ()


class Portal(BaseModel):
    """A tenant: its names, its hosts, its region."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    id: str = Field(pattern=r"^[a-z0-9-]{1,64}$")
    name: str
    name_en: str
    hosts: tuple[str, ...]
    region: str = Field(pattern=r"^\d{12}$")
    region_name: str = ""
    languages: tuple[str, ...] = ("zh-CN", "en")
    demo: bool = False
    publishing: Publishing = Publishing()
    help_phone: str = Field(
        "", pattern=r"^[0-9-]{0,16}$", description="the number that elder wordings say to call; empty = none is named"
    )
    passkey_domain: str = Field(
        "", pattern=r"^[a-z0-9.-]{0,253}$",
        description="the domain that staff passkeys are bound to, this host's own or one above it; empty = the host's",
    )  # fmt: skip
    tell_full_views: bool = Field(False, description="send a notice too when staff saw a whole name or number")
    places: dict[str, str] = Field({}, description="names of the regions inside this one, by 12-digit code")

    def __hash__(self) -> int:
        """What is made for a portal is kept by it; equal ones have one id."""
        return hash(self.id)


class Portals:
    """All portals by id and by host. The demo's portal exists only in the demo and test profiles."""

    def __init__(self, portals: list[Portal], *, default: str = "") -> None:
        self._by_id = {portal.id: portal for portal in portals}
        self._by_host = {host: portal for portal in portals for host in portal.hosts}
        self._default = default

    def of_host(self, host: str) -> Portal | None:
        """The portal that answers at this host (without port); None if none does."""
        return self._by_host.get(host) or self._by_id.get(self._default)

    def get(self, portal_id: str) -> Portal:
        return self._by_id[portal_id]

    def __iter__(self) -> Iterator[Portal]:
        return iter(self._by_id.values())


def read_portals(*, demo: bool, folder: Path = FOLDER) -> Portals:
    """The portals of the demo, or those of production."""
    found = [Portal.model_validate(tomllib.loads(path.read_text("utf-8"))) for path in sorted(folder.glob("*.toml"))]
    return Portals([portal for portal in found if portal.demo == demo])


def place_name(portals: Portals) -> Callable[[str, str], str]:
    """What a region is called in a notice; the portal's own name for everything it does not name."""

    def name(portal_id: str, region: str) -> str:
        portal = portals.get(portal_id)
        return portal.region_name or portal.name

    return name
