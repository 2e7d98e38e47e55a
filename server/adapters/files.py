"""Sealed file content on disk, under names of our own."""

from __future__ import annotations

import asyncio
import os
import re
from pathlib import Path

_NAME = re.compile(r"[0-9a-f-]{36}", re.ASCII)


class FolderFiles:
    """The Files port on a folder: two levels of sub-folders, written whole or not at all."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def _path(self, name: str) -> Path:
        if not _NAME.fullmatch(name):
            raise ValueError("file names are ours: a UUID")
        return self._root / name[-2:] / name[-4:-2] / name

    async def put(self, name: str, content: bytes) -> None:
        """Store ``content``; durable when it returns."""
        await asyncio.to_thread(self._write, self._path(name), content)

    async def get(self, name: str) -> bytes:
        """The content; FileNotFoundError if there is none."""
        return await asyncio.to_thread(self._path(name).read_bytes)

    async def head(self, name: str, size: int) -> bytes:
        """The first ``size`` bytes; FileNotFoundError if there is none."""
        return await asyncio.to_thread(_beginning, self._path(name), size)

    async def any_begins(self, *beginnings: bytes) -> bool:
        """Whether any content begins with one of these: a walk over everything that is stored."""
        size = max(map(len, beginnings))

        def walk() -> bool:
            return any(_beginning(path, size).startswith(beginnings) for path in self._root.glob("??/??/*"))

        return await asyncio.to_thread(walk)

    async def delete(self, name: str) -> None:
        """Remove it; nothing happens if it is gone already."""
        await asyncio.to_thread(self._path(name).unlink, missing_ok=True)

    @staticmethod
    def _write(path: Path, content: bytes) -> None:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        unfinished = path.with_suffix(".part")
        descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            unfinished.replace(path)
        except BaseException:
            unfinished.unlink(missing_ok=True)
            raise


def _beginning(path: Path, size: int) -> bytes:
    with path.open("rb") as file:
        return file.read(size)
