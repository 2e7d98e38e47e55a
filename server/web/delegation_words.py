"""Delegations in words, for residents and for staff."""

from __future__ import annotations

from typing import Any

from server.domain.delegations.reading import Shown
from server.domain.purposes.service import said
from server.web.operations import Call

AnyCall = Call[Any, Any]


def relation_label(call: AnyCall, relation: str) -> str:
    """What the principal is to the delegate; nothing where it is not said."""
    return call.text(f"delegations.relations.{relation}") if relation else ""


def state_label(call: AnyCall, shown: Shown) -> str:
    """Where it stands; what has ended says how."""
    one = shown.record
    return call.text(f"delegations.{'ends' if one.ended_as else 'states'}.{one.ended_as or one.state}")


def purpose_names(call: AnyCall, codes: tuple[str, ...]) -> dict[str, str]:
    """What these purposes are called."""
    return {one.code: said(one.label, call.language) for one in call.services.purposes.among(codes)}


def scope_text(call: AnyCall, shown: Shown) -> str:
    """How far it goes, in one sentence."""
    scope, comma = shown.record.scope, call.text("delegations.comma")
    parts = []
    if scope.all_items or shown.items:
        named = comma.join(shown.items.values())
        parts.append(call.text("delegations.scope.all_items") if scope.all_items else named)
    if scope.all_purposes or scope.purposes:
        named = comma.join(purpose_names(call, scope.purposes).values())
        shown_for = call.text("delegations.scope.all_purposes") if scope.all_purposes else named
        parts.append(call.text("delegations.scope.code", purposes=shown_for))
    return call.text("delegations.semicolon").join(parts)


def pair(call: AnyCall, acting: str, principal: str, relation: str) -> str:
    """A for B (father)."""
    if relation:
        return call.text("delegations.pair_related", acting=acting, principal=principal, relation=relation)
    return call.text("delegations.pair", acting=acting, principal=principal)
