"""The phones of a storm, in a process of their own: what the counters wait must be the house's time, not theirs.

Reads its orders from stdin, one JSON line; says ``ready``, waits for a line, and prints what came of it as JSON.
"""

from __future__ import annotations

import asyncio
import json
import random
import sys
import time
from collections import Counter as Tally
from dataclasses import dataclass, field

from tests.bench.load import request
from tests.soak.wires import Wires

KEYS = "/api/v1/code-keys"
_BODY = b'{"device":"soak"}'
_TRIES = 6


@dataclass(slots=True)
class Keys:
    """What came of it: seconds from a phone's first call to its key, and how often every status was seen."""

    with_key: int = 0
    seconds: list[float] = field(default_factory=list)
    statuses: Tally[int] = field(default_factory=Tally)


async def _phone(keys: Keys, port: int, token: str) -> None:
    """Comes some time in the first second; comes again, later than told, where it is told to."""
    await asyncio.sleep(random.random())
    data = request("POST", KEYS, port=port, body=_BODY, Authorization=f"Bearer {token}")
    begun = time.perf_counter()
    for _ in range(_TRIES):
        wires = Wires(port)
        try:
            said = await wires.ask(data)
        except OSError:
            keys.statuses[0] += 1
            await asyncio.sleep(random.uniform(1, 3))
            continue
        finally:
            wires.close()
        keys.statuses[said.status] += 1
        if said.status == 201:
            keys.with_key += 1
            keys.seconds.append(time.perf_counter() - begun)
            return
        await asyncio.sleep(float(said.headers.get("retry-after", "2")) * random.uniform(1, 2))


async def _all(ports: list[int], tokens: list[str]) -> Keys:
    keys = Keys()
    await asyncio.gather(*(_phone(keys, ports[number % len(ports)], token) for number, token in enumerate(tokens)))
    return keys


async def phones(ports: list[int], tokens: list[str], *, started: asyncio.Event) -> Keys:
    """One phone for each of ``tokens``, spread over ``ports`` and one second; sets ``started`` when they begin."""
    other = await asyncio.create_subprocess_exec(
        sys.executable, "-m", __name__, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, limit=2**24
    )
    assert other.stdin and other.stdout
    other.stdin.write(json.dumps([ports, tokens]).encode() + b"\n")
    assert await other.stdout.readline() == b"ready\n"
    started.set()
    other.stdin.write(b"go\n")
    with_key, seconds, statuses = json.loads(await other.stdout.readline())
    await other.wait()
    return Keys(with_key, seconds, Tally({int(status): count for status, count in statuses.items()}))


def main() -> None:
    ports, tokens = json.loads(sys.stdin.readline())
    print("ready", flush=True)
    sys.stdin.readline()
    keys = asyncio.run(_all(ports, tokens))
    print(json.dumps([keys.with_key, keys.seconds, keys.statuses]), flush=True)


if __name__ == "__main__":
    main()
