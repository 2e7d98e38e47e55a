"""Strict JSON: what aiohttp turns into 500s, or lets through to the database, ends here as a 400."""

from __future__ import annotations

import asyncio
import json
from typing import Any, Never

from aiohttp import web

from config.floor.refusal import Refusal

_DEPTH = 32
_DIGITS = 18


class MalformedJson(Refusal):
    """Not JSON, or JSON that no honest client writes."""

    code = "malformed-json"
    kind = "malformed"


class TooLarge(Refusal):
    """The body is longer than this operation takes."""

    code = "too-large"
    kind = "too-large"


class UnsupportedMedia(Refusal):
    """A content type this operation does not take."""

    code = "unsupported-media"
    kind = "media"


class BodyTooSlow(Refusal):
    """The body did not arrive in time."""

    code = "body-too-slow"
    kind = "malformed"


async def read_bytes(request: web.Request, *, limit: int, seconds: float) -> bytes:
    """The whole body, at most ``limit`` bytes, within ``seconds``."""
    if (request.content_length or 0) > limit:
        raise TooLarge(limit=limit)
    content = request.content
    if content.is_eof() and content.exception() is None:  # all here, as with most: no timer, no loop
        raw = content.read_nowait()
        if len(raw) > limit:
            raise TooLarge(limit=limit)
        return raw
    chunks: list[bytes] = []
    size = 0
    try:
        async with asyncio.timeout(seconds):
            async for chunk in request.content.iter_chunked(65_536):
                size += len(chunk)
                if size > limit:
                    raise TooLarge(limit=limit)
                chunks.append(chunk)
    except TimeoutError:
        raise BodyTooSlow() from None
    except (web.RequestPayloadError, ConnectionResetError, ValueError) as error:
        raise MalformedJson() from error
    except Exception as error:
        # aiohttp's decoders raise many kinds for a body that is not what its headers say.
        if isinstance(error, Refusal):
            raise
        raise MalformedJson() from error
    return b"".join(chunks)


def check_media(request: web.Request) -> None:
    """The body must call itself JSON in UTF-8."""
    if request.content_type != "application/json":
        raise UnsupportedMedia()
    if (request.charset or "utf-8").lower() not in ("utf-8", "utf8"):
        raise UnsupportedMedia()


def check_json(raw: bytes) -> None:
    """Raise ``MalformedJson`` unless ``raw`` is JSON we take: shallow, no repeated keys, no NaN, no huge
    numbers, no NUL and no half surrogates in any string."""
    try:
        text = raw.decode("utf-8", "strict")
        if _too_deep(raw):
            raise MalformedJson()
        value = _STRICT.decode(text)
        if b"\\u" in raw:
            _check_strings(value)
    except (ValueError, RecursionError) as error:
        raise MalformedJson() from error


def _too_deep(raw: bytes) -> bool:
    if raw.count(b"[") + raw.count(b"{") <= _DEPTH:
        return False
    depth = deepest = 0
    quoted = escaped = False
    for byte in raw:
        if quoted:
            if escaped:
                escaped = False
            elif byte == 0x5C:
                escaped = True
            elif byte == 0x22:
                quoted = False
        elif byte == 0x22:
            quoted = True
        elif byte in (0x5B, 0x7B):
            depth += 1
            deepest = max(deepest, depth)
        elif byte in (0x5D, 0x7D):
            depth -= 1
    return deepest > _DEPTH


def _refuse(name: str) -> Never:
    raise ValueError(name)


def _whole(digits: str) -> int:
    if len(digits.lstrip("-")) > _DIGITS:
        raise ValueError("number too long")
    return int(digits)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("repeated key")
    return found


_STRICT = json.JSONDecoder(parse_constant=_refuse, parse_int=_whole, object_pairs_hook=_unique)
"""Made once: ``json.loads`` makes one for each body that is not read in the plainest way."""


def _check_strings(value: Any) -> None:
    if isinstance(value, str):
        if "\0" in value or any(0xD800 <= ord(char) <= 0xDFFF for char in value):
            raise ValueError("unusable character")
    elif isinstance(value, list):
        for one in value:
            _check_strings(one)
    elif isinstance(value, dict):
        for key, one in value.items():
            _check_strings(key)
            _check_strings(one)
