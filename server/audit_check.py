"""``python -m server verify-audit``: is the audit record still as it was sealed?"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TextIO

from config.floor.unit import Unit
from server.domain.audit.sealing import Head
from server.domain.audit.seals import Fault
from server.key_change import Bar
from server.opening import Opened

_SHOWN = 20
_MEANINGS: Mapping[str, str] = {
    "gap": "a seal before this one is gone",
    "chain": "this seal does not follow the one before it",
    "signature": "this seal was not signed by a key we know",
    "unsigned": "this seal carries no signature",
    "entry-missing": "a sealed entry is gone",
    "count": "this seal does not hold as many entries as it says",
    "changed-entry": "an entry of this seal, or their order, was changed",
    "unsealed": "an old entry lies in no seal: it was put in later, or its place in a seal was taken away",
    "head": "an exported head does not agree with this seal, or the seal is gone",
}


async def verify_audit(house: Opened, keys: Mapping[str, bytes], heads: Sequence[Head], out: TextIO) -> int:
    """Check everything and say what was found; 0 = as it was sealed, 1 = it is not, 3 = as it was, but unsigned."""
    unit: Unit = await house.database.reading("")
    found: list[Fault] = []
    seals = entries = 0
    begun, last = time.monotonic(), await house.services.seals.last()
    bar = Bar(out, "verifying", last.number if last else 0)
    async for seals, entries, faults in house.services.seals.verified(keys, heads, now=unit.now):
        found += faults
        bar.show(seals, f"{entries} entries, {len(found)} faults")
    bar.clear()
    broken = [fault for fault in found if fault.kind != "unsigned"]
    for fault in broken[:_SHOWN]:
        place = f"seal {fault.seal}" if fault.seal else "no seal"
        out.write(f"{place}{f', entry {fault.entry}' if fault.entry else ''}: {_MEANINGS[fault.kind]}\n")
    if len(broken) > _SHOWN:
        out.write(f"and {len(broken) - _SHOWN} more: {dict(Counter(fault.kind for fault in broken))}\n")
    signed = "signed" if len(found) == len(broken) else "NOT SIGNED (set YIMA_SECRETS__AUDIT_KEY)"
    compared = f"{len(heads)} exported heads compared" if heads else "no exported head compared"
    verdict = "NOT as it was sealed" if broken else "as it was sealed"
    seconds = time.monotonic() - begun
    rate = f"{seconds:.1f} s, {entries / max(seconds, 0.001):.0f} entries a second"
    out.write(f"the record is {verdict}: {seals} seals, {entries} entries, {signed}; {compared}; {rate}\n")
    return 1 if broken else 0 if len(found) == len(broken) else 3
