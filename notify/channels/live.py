"""Open pages of the resident: an event with the notice's id, never its words."""

from __future__ import annotations

from typing import Protocol

from notify.channel import Health, Outcome, Parcel, Rejected, Sent


class LiveLine(Protocol):
    """Where live events go; nobody listening is no error."""

    async def publish(self, topic: str, name: str, data: dict[str, str | int | bool | None]) -> None: ...


class LiveChannel:
    """Tells open pages to fetch the notice. A page that hears it twice fetches twice: harmless."""

    name = "live"
    timeout = 2.0
    needs_phone = False
    harmless_again = True

    def __init__(self, line: LiveLine) -> None:
        self._line = line

    async def check(self) -> Health:
        return Health(ok=True)

    async def send(self, parcel: Parcel) -> Outcome:
        if parcel.recipient is None:
            return Rejected("no-recipient")
        await self._line.publish(f"resident:{parcel.recipient}", "notice", {"id": str(parcel.message_id)})
        return Sent(parcel.message_id.hex)
