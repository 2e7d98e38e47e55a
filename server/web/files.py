"""Uploaded files on their way back out: never as anything that a browser would run."""

from __future__ import annotations

from urllib.parse import quote

from aiohttp import web

from server.domain.materials.service import FileInfo

_STRICT = "default-src 'none'; sandbox; frame-ancestors 'self'"
_POLICY = {"application/pdf": "frame-ancestors 'self'; object-src 'self'; script-src 'none'"}
"""A browser's own PDF viewer does not open in a sandbox; its content was searched for scripts on the way in."""


def file_response(info: FileInfo, content: bytes) -> web.Response:
    """The content under the type that was found in it, in a sandbox of its own."""
    return web.Response(
        body=content,
        content_type=info.media_type,
        headers={
            "Content-Disposition": f"inline; filename*=UTF-8''{quote(info.name, safe='')}",
            "Content-Security-Policy": _POLICY.get(info.media_type, _STRICT),
            "X-Content-Type-Options": "nosniff",
            "Cross-Origin-Resource-Policy": "same-origin",
            "Cache-Control": "private, no-store",
        },
    )
