"""Words shared by many messages: frozen once, sealed once, filled with a person's own values when sent or read."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Mapping
from dataclasses import replace
from uuid import UUID

from config.floor import sql
from config.floor.ids import new_id
from config.floor.unit import Unit
from config.floor.vault import Vault
from notify.outbox import Words, opened
from notify.render import plain

_MOST = 64


async def freeze(unit: Unit, vault: Vault, words: Words) -> UUID:
    """Keep ``words``; their ``values`` say which token stands where a person's own value goes."""
    wording_id = new_id()
    await sql.execute(
        "INSERT INTO notify_wordings (id, portal, content, created_at) VALUES ($1,$2,$3,$4)",
        wording_id, unit.portal, words.sealed(vault), unit.now,
    )  # fmt: skip
    return wording_id


def filled(shared: Words, own: Mapping[str, str]) -> Words:
    """One person's copy. A value that is not there leaves nothing behind, a token never stays."""
    if not shared.values:
        return shared
    texts = [shared.title, shared.body, shared.sms]  # what is said outside has no tokens
    for name, token in shared.values.items():
        value = plain(own.get(name, ""))
        texts = [text.replace(token, value) for text in texts]
    return replace(shared, title=texts[0], body=texts[1], sms=texts[2], values=dict(own))


def worded(vault: Vault, content: bytes, shared: Words | None) -> Words:
    """What a message says: its own words, or the shared ones with its own values. ``ValueError`` as ``opened``."""
    if shared is None:
        return opened(vault, content)
    return filled(shared, opened(vault, content).values if content else {})


class Wordings:
    """Shared words, opened once a process."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault
        self._known: dict[UUID, Words] = {}

    async def load(self, wanted: Iterable[UUID | None]) -> Mapping[UUID, Words]:
        """At least the wanted ones; one statement for those not known yet."""
        missing = sorted({one for one in wanted if one is not None} - self._known.keys())
        if missing:
            if len(self._known) + len(missing) > _MOST:
                self._known.clear()
            holes = ",".join(f"${n}" for n in range(1, len(missing) + 1))
            for row in await sql.rows(f"SELECT id, content FROM notify_wordings WHERE id IN ({holes})", *missing):
                with contextlib.suppress(ValueError):  # its messages are unreadable, nobody else's
                    self._known[sql.uid(row["id"])] = opened(self._vault, row["content"])
        return self._known
