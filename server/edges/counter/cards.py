"""A card in a clerk's hand: what stands on it, and what the register says of it."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from config.floor.refusal import Refusal
from server.domain.identifiers import IdNumber
from server.domain.residents.errors import RegisterUnavailable
from server.web.operations import Call
from server.web.shapes import Wire

IDENTITY_PROBLEMS = (
    "id-number-invalid", "identity-mismatch", "identity-attempts-exceeded", "identity-register-unavailable",
    "terminal-unknown",
)  # fmt: skip


class CardSeen(Wire):
    """What stands on the card; the clerk holds it."""

    name: Annotated[str, Field(min_length=2, max_length=50)]
    id_number: Annotated[str, Field(min_length=8, max_length=24)]


async def register_says(call: Call[Any, Any], name: str, number: IdNumber) -> bool | Refusal:
    """Asked outside any transaction; counted for the terminal unless it agrees."""
    database, cards, terminal = call.services.database, call.services.cards, call.place.id
    refused = await database.unit_of_work(call.portal.id, lambda unit: cards.attempt(unit, terminal))
    if refused is not None:
        return refused
    try:
        matched = await call.services.register.matches(name, number.number)
    except RegisterUnavailable:
        await database.unit_of_work(call.portal.id, lambda unit: cards.give_back(unit, terminal))
        raise
    if matched:
        await database.unit_of_work(call.portal.id, lambda unit: cards.give_back(unit, terminal))
    return matched


def place_of(call: Call[Any, Any]) -> str:
    """Hall and counter, as the record names them."""
    return f"{call.place.hall} {call.place.counter}"[:128]
