"""Static files: named folders, immutable where the build put a hash into the name."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

from aiohttp import web

from config.floor.refusal import Missing

_HASHED = re.compile(r"[.-][A-Za-z0-9_-]{8,}\.(?:js|css|woff2|png|svg)$", re.ASCII)


class StaticFolder:
    """Serves one folder; nothing outside it, no listings, symbolic links refused by resolving first."""

    def __init__(self, root: Path, *, headers: dict[str, str], index: str = "") -> None:
        self._root = root.resolve()
        self._headers = headers
        self._index = index

    async def __call__(self, request: web.Request) -> web.StreamResponse:
        tail = request.match_info.get("tail", "") or self._index
        if "\0" in tail:
            raise Missing()
        path = await asyncio.to_thread(self._find, tail)
        keep = "public, max-age=31536000, immutable" if _HASHED.search(path.name) else "no-cache"
        return web.FileResponse(path, headers={**self._headers, "Cache-Control": keep})

    def _find(self, tail: str) -> Path:
        """The file behind a tail. Asks the disk, so it runs in a thread."""
        path = (self._root / tail).resolve()
        if not path.is_relative_to(self._root) or not path.is_file():
            raise Missing()
        return path
