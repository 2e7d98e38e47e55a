"""The desk without a network: its page, the worker that keeps it in the browser, and what makes it installable."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path

from aiohttp import web

from config.portal import Portal
from config.wording import WORDS
from server.edges.counter.pages import pages
from server.web import static_files
from server.web.operations import Call, NoBody, NoQuery, Open
from server.web.pages import CONTENT_POLICY, Page

UNPLUGGED = "/counter/unplugged"
DECODER = "/counter/decode-worker.js"
MANIFEST = "/counter/manifest.webmanifest"
_HERE = Path(__file__).parent
_STATIC = _HERE / "static"
_WEB = Path(static_files.__file__).parent
_TOKENS = _HERE.parents[2] / "miniapp_api" / "front" / "src" / "styles" / "tokens.css"
_WORKER = _STATIC / "service-worker.js"
_MASKABLE = "/static/counter/icons/mask-512.png"
_SHOWN = frozenset({".js", ".css", ".svg", ".png"})
_SHARED = ("staff.css", "staff.js", "icon.svg", "vendor/jsQR.js")
_HEADERS = {
    "Cache-Control": "no-cache",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": CONTENT_POLICY,
}


@dataclass(frozen=True, slots=True)
class Shell:
    """Everything that the unplugged desk is made of: addresses, and a digest that changes with any of it."""

    files: tuple[str, ...]
    digest: str


@pages.get(UNPLUGGED, access=Open())
async def unplugged(call: Call[NoBody, NoQuery]) -> Page:
    """The desk without a network. Nothing of a person is in it: a browser keeps it."""
    return Page("counter_unplugged.html")


@pages.get("/counter/service-worker.js", access=Open())
async def service_worker(call: Call[NoBody, NoQuery]) -> web.Response:
    """The worker with what it keeps. Its text changes exactly when something of that does (Service Workers, W3C: a
    browser takes a worker anew when its bytes differ)."""
    text = await asyncio.to_thread(worker_of, call.portal)
    headers = {**_HEADERS, "Service-Worker-Allowed": "/counter"}
    return web.Response(text=text, content_type="text/javascript", headers=headers)


@pages.get(DECODER, access=Open())
async def decode_worker(call: Call[NoBody, NoQuery]) -> web.StreamResponse:
    """The camera's reader. A dedicated worker is only kept offline below the service worker's own folder."""
    return web.FileResponse(_STATIC / "decode-worker.js", headers=_HEADERS)


@pages.get(MANIFEST, access=Open())
async def manifest(call: Call[NoBody, NoQuery]) -> web.Response:
    """What a browser asks before it installs the counter as an application (Web Application Manifest, W3C)."""
    name = call.portal.name if call.language.startswith("zh") else call.portal.name_en
    body = {
        "id": "/counter",
        "start_url": "/counter",
        "scope": "/counter",
        "name": f"{name} · {call.text('unplugged.page.app')}",
        "short_name": call.text("unplugged.page.app"),
        "description": call.text("unplugged.page.app_lead"),
        "lang": call.language,
        "display": "standalone",
        "background_color": "#f4f6f9",
        "theme_color": "#0b57d0",
        "icons": [
            {"src": "/static/web/icon.svg", "type": "image/svg+xml", "sizes": "any"},
            {"src": "/static/counter/icons/icon-192.png", "type": "image/png", "sizes": "192x192"},
            {"src": "/static/counter/icons/icon-512.png", "type": "image/png", "sizes": "512x512"},
            {"src": _MASKABLE, "type": "image/png", "sizes": "512x512", "purpose": "maskable"},
        ],
    }
    return web.json_response(body, content_type="application/manifest+json", headers=_HEADERS)


@cache
def shell_of(portal: Portal) -> Shell:
    """The shell of a portal. Reads the disk once a process: a new version of the program is a new process."""
    languages = [f"{UNPLUGGED}?lang={language}" for language in portal.languages]
    static = {f"/static/counter/{name}": _STATIC / name for name in _shown(_STATIC)}
    shared = {f"/static/web/{name}": _WEB / "static" / name for name in _SHARED}
    static |= shared | {"/static/web/tokens.css": _TOKENS}
    digest = sha256(repr(portal).encode())
    for path in sorted({*static.values(), *_worded()}):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return Shell((UNPLUGGED, *languages, DECODER, MANIFEST, *sorted(static)), digest.hexdigest()[:16])


def _shown(folder: Path) -> Iterator[str]:
    for path in folder.rglob("*"):
        if path.suffix in _SHOWN and path != _WORKER:
            yield path.relative_to(folder).as_posix()


def _worded() -> Iterator[Path]:
    """What the page is rendered from, and the worker itself."""
    yield _WORKER
    for folder in (_HERE / "templates", _WEB / "templates", WORDS):
        yield from (path for path in folder.rglob("*") if path.is_file())


@cache
def worker_of(portal: Portal) -> str:
    """The worker's text for a portal."""
    shell = shell_of(portal)
    head = f"const VERSION = {json.dumps(shell.digest)};\nconst SHELL = {json.dumps(shell.files)};\n"
    return head + _WORKER.read_text("utf-8")


__all__ = ["shell_of", "worker_of"]
