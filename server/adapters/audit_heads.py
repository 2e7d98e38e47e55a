"""The newest seal of the audit record, written where the database cannot change it: one line of JSON each."""

from __future__ import annotations

import asyncio
import json
import os
from dataclasses import asdict
from pathlib import Path

from server.domain.audit.sealing import Head


class HeadFiles:
    """One file a month in a folder. Lines are only ever added, and are on the disk when ``keep`` returns."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._newest = 0

    async def keep(self, head: Head) -> None:
        """Add a head that this process has not added yet."""
        if head.number > self._newest:
            await asyncio.to_thread(self._add, head)
            self._newest = head.number

    def _add(self, head: Head) -> None:
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        line = json.dumps(asdict(head)).encode() + b"\n"
        descriptor = os.open(self._folder / f"{head.at[:7]}.jsonl", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            os.write(descriptor, line)
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    async def all(self) -> list[Head]:
        """Every head in the files of the folder; ``ValueError`` naming the line that is none."""
        return await asyncio.to_thread(_read, self._folder)


def _read(folder: Path) -> list[Head]:
    heads: list[Head] = []
    for path in sorted(folder.glob("*.jsonl")):
        for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1):
            try:
                heads.append(Head(**json.loads(line)))
            except (ValueError, TypeError) as error:
                raise ValueError(f"{path.name} line {number} is no head: {error}") from error
    return heads
