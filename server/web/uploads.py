"""One uploaded file out of a form, read under a limit and a deadline."""

from __future__ import annotations

import asyncio
from typing import Any

from aiohttp import BodyPartReader, web
from aiohttp.http_exceptions import HttpProcessingError

from server.domain.materials.errors import FileEmpty, FileExpected, FileTooLarge, UploadTimeout

_SECONDS = 60.0
_CHUNK = 64 * 1024
_FIELD = "file"


async def read_upload(request: web.Request, most: int) -> tuple[str, bytes]:
    """The first part, which must be the field ``file``, within the limit and the deadline."""
    if not request.content_type.startswith("multipart/form-data"):
        raise FileExpected
    if request.content_length is not None and request.content_length > most + _CHUNK:
        raise FileTooLarge(megabytes=most // (1024 * 1024))
    try:
        async with asyncio.timeout(_SECONDS):
            return await _first_part(request, most)
    except TimeoutError:
        raise UploadTimeout from None


async def _first_part(request: web.Request, most: int) -> tuple[str, bytes]:
    try:
        part: Any = await (await request.multipart()).next()
        if not isinstance(part, BodyPartReader) or part.name != _FIELD or part.filename is None:
            raise FileExpected
        content = bytearray()
        while chunk := await part.read_chunk(_CHUNK):
            content += chunk
            if len(content) > most:
                raise FileTooLarge(megabytes=most // (1024 * 1024))
    except (ValueError, AssertionError, KeyError, RuntimeError, HttpProcessingError):
        raise FileExpected from None
    if not content:
        raise FileEmpty
    return part.filename, bytes(content)
