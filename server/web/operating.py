"""For whoever runs it: alive, ready, figures, and the contract itself."""

from __future__ import annotations

import asyncio
import hmac
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest

from config.floor.refusal import Forbidden
from server.web.figures import Figures
from server.web.operations import Call, NoBody, NoQuery, Open, Operations
from server.web.pages import Page, Pages
from server.web.shapes import Wire

operations = Operations(tag="operations")


class Alive(Wire):
    """The process answers."""

    status: Literal["ok"]


class Ready(Wire):
    """What the process stands on."""

    ready: bool
    database: bool
    store: bool


_ALIVE = Alive(status="ok")


@operations.get("/healthz", name="healthz", summary="Alive: touches nothing", access=Open(), answer=Alive, alone=True)
async def healthz(call: Call[NoBody, NoQuery]) -> Alive:
    return _ALIVE


@operations.get(
    "/readyz",
    name="readyz",
    summary="Ready: the database answers; the store only slows news",
    access=Open(),
    answer=Ready,
)
async def readyz(call: Call[NoBody, NoQuery]) -> Ready:
    await call.services.clock.read()
    return Ready(ready=True, database=True, store=await call.services.store.ready())


def serve_figures(figures: Figures) -> Operations:
    """``/metrics`` for one application's figures beside the process's own."""
    own = Operations(tag="operations")
    registry = CollectorRegistry(auto_describe=False)
    registry.register(figures)

    @own.get("/metrics", name="metrics", summary="Prometheus figures", access=Open(), media="binary", alone=True)
    async def metrics(call: Call[NoBody, NoQuery]) -> web.Response:
        """Open in the demo; elsewhere it asks for the token of ``YIMA_SECRETS__METRICS_TOKEN``."""
        settings = call.services.settings
        if settings.profile == "production":
            token = settings.secrets.metrics_token.get_secret_value()
            given = call.request.headers.get("Authorization", "").removeprefix("Bearer ")
            if not token or not hmac.compare_digest(given.encode("utf-8", "replace"), token.encode()):
                raise Forbidden()
        body = generate_latest(registry) + generate_latest(REGISTRY)
        return web.Response(body=body, headers={"Content-Type": CONTENT_TYPE_LATEST, "Cache-Control": "no-store"})

    return own


class Contract:
    """The document as it is told, made once by whoever first asks: half a second of work, so beside the event loop."""

    def __init__(self, make: Callable[[], dict[str, Any]]) -> None:
        self._make = make
        self._turn = asyncio.Lock()
        self._made: tuple[dict[str, Any], bytes] | None = None

    async def read(self) -> tuple[dict[str, Any], bytes]:
        """The document, and its JSON."""
        async with self._turn:
            if self._made is None:
                self._made = await asyncio.to_thread(self._written)
        return self._made

    def _written(self) -> tuple[dict[str, Any], bytes]:
        document = self._make()
        return document, json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


def describe_contract(make: Callable[[], dict[str, Any]]) -> tuple[Operations, Pages]:
    """``/openapi.json`` and ``/docs`` for a finished table of operations."""
    own, contract = Operations(tag="operations"), Contract(make)
    shown = Pages(templates=Path(__file__).parent / "templates")

    @own.get("/openapi.json", name="openapi", summary="This contract", access=Open(), media="binary", alone=True)
    async def openapi(call: Call[NoBody, NoQuery]) -> web.Response:
        _, body = await contract.read()
        headers = {"Cache-Control": "no-cache", "X-Content-Type-Options": "nosniff"}
        return web.Response(body=body, content_type="application/json", charset="utf-8", headers=headers)

    @shown.get("/docs", access=Open())
    async def docs(call: Call[NoBody, NoQuery]) -> Page:
        document, _ = await contract.read()
        return Page("web/docs.html", {"document": document})

    return own, shown
