"""Shapes of merging two accounts of one person."""

from __future__ import annotations

from typing import Literal
from uuid import UUID

from miniapp_api.wire.me import Me
from miniapp_api.wire.proofs import PurposeOffered
from server.web.shapes import Instant, Wire


class AccountHeldShape(Wire):
    """One of the two accounts, as its owner recognises it. ``ways``: accounts elsewhere that let her in."""

    phone_masked: str
    ways: list[str]
    cases: int
    cases_open: int
    papers: int
    delegations: int
    notices: int
    language: str
    elder: bool


class MovedShape(Wire):
    """So many of one kind have moved."""

    label: str
    count: int


class MergeShape(Wire):
    """``GET /me/merge``. none: there is nothing to merge. offered: an earlier account of mine was found; ``ready`` when
    enough is proven to see it and to decide, else ``ahead`` says how; ``way_label``: by what it was found. done: it
    happened, and what moved."""

    state: Literal["none", "offered", "done"]
    id: UUID | None
    level: int
    needed: int
    ready: bool
    expires_at: Instant | None
    way_label: str
    ahead: list[PurposeOffered]
    mine: AccountHeldShape | None
    earlier: AccountHeldShape | None
    done_at: Instant | None
    moved: list[MovedShape]


class MergeQuery(Wire):
    """Where the front runs: which ways of proving there are."""

    platform: Literal["h5", "wechat", "alipay"] = "h5"


class Merge(Wire):
    """The offer that was read."""

    id: UUID


class MergedShape(Wire):
    """What became of it, and who I am now."""

    merge: MergeShape
    resident: Me
