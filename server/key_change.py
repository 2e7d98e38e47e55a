"""``python -m server rotate-keys``: everything sealed anew under the current key, while the house is open."""

from __future__ import annotations

import time
from typing import TextIO

from server.opening import Opened

_PASSES = 5


async def rotate_keys(house: Opened, out: TextIO) -> int:
    """0 = every value opens with the current key and the others may be taken off the list; 1 = some do not open."""
    rotation = house.services.rotation
    total, begun = await rotation.total(), time.monotonic()
    for number in range(1, _PASSES + 1):
        seen: dict[str, tuple[int, int, int]] = {}
        async for step in rotation.turned():
            seen[step.place] = (step.seen, step.changed, step.closed)
            if out.isatty():
                done = sum(one[0] for one in seen.values())
                out.write(f"\rpass {number}: {done} of about {max(total, done)}, now {step.place:<44}")
        changed, closed = sum(one[1] for one in seen.values()), sum(one[2] for one in seen.values())
        rate = changed / max(time.monotonic() - begun, 0.001)
        out.write("\r" if out.isatty() else "")
        out.write(f"pass {number}: {sum(one[0] for one in seen.values())} values, {changed} sealed anew")
        out.write(f", {rate:.0f} a second\n" if number == 1 and changed else "\n")
        if closed:
            for place, (_, _, count) in seen.items():
                out.write(f"{place}: {count} open with no listed key\n" if count else "")
            return 1
        if not changed:
            out.write("every value opens with the current key; the others may be taken off the list\n")
            return 0
    out.write("another process still seals with an old key: give every process the new one, then begin again\n")
    return 1
