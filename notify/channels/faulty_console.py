"""The demo's short messages: as the console's, but notices to many fail for some numbers as a vendor's would, so that
there is something to see where failures are watched."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from config.floor.vault import Vault
from notify.channel import Outcome, Parcel, Rejected, Run, Unknown
from notify.channels.console_sms import ConsoleSms

LOST = "lost"


@dataclass(frozen=True, slots=True)
class Fault:
    """How a number fails: a vendor's code, or ``LOST`` where no answer ever comes. ``statutory``: so do notices that
    the law demands, which then end as letters. ``words``: only notices that say this."""

    answer: str
    statutory: bool = False
    words: str = ""

    def meets(self, parcel: Parcel) -> bool:
        """Whether it is this notice that fails."""
        many = parcel.event == "campaign" and self.words in parcel.text
        return many or (self.statutory and parcel.category == "statutory")


class FaultyConsoleSms(ConsoleSms):
    """Unlike the console it promises no removal of doubles, so that a lost answer is a doubt as with a vendor."""

    harmless_again = False

    def __init__(self, run: Run, vault: Vault, provider: str, faults: Mapping[str, Fault]) -> None:
        super().__init__(run, vault, provider)
        self._faults = faults

    async def send(self, parcel: Parcel) -> Outcome:
        fault = self._faults.get(parcel.phone or "")
        if fault is None or not fault.meets(parcel):
            return await super().send(parcel)
        return Unknown("timeout") if fault.answer == LOST else Rejected(fault.answer)


def read_faults(path: Path) -> dict[str, Fault]:
    """The demo's list: number → its fault."""
    rows = tomllib.loads(path.read_text("utf-8"))["faults"]
    return {row["phone"]: Fault(row["answer"], row.get("statutory", False), row.get("words", "")) for row in rows}
