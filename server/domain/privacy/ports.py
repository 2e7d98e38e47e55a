"""What this room needs of others."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, Protocol
from uuid import UUID

from config.floor.unit import Unit


class Notices(Protocol):
    """Tell a resident."""

    async def post(
        self,
        unit: Unit,
        *,
        recipient: UUID,
        region: str,
        event: str,
        category: Literal["statutory", "service", "information"],
        dedupe_key: str,
        values: Mapping[str, str],
        subject: str = "",
    ) -> UUID | None: ...
