"""The web application: every operation, page and static folder, behind one guard."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aiohttp import web

from config.floor.refusal import Refusal
from miniapp_api import (
    accounts,
    cases,
    code,
    counter_applications,
    credentials,
    delegations,
    files,
    items,
    licences,
    looks,
    losses,
    me,
    merging,
    newborns,
    notices,
    otp,
    proofs,
    push,
    queue_tickets,
    rights,
    session,
    stream,
    visits,
)
from server.edges import console, counter, halls, hooks, tour, well_known
from server.services import Services
from server.web import operating
from server.web.endpoint import Door, Endpoint
from server.web.figures import Figures
from server.web.guard import AccessLog, make_guard
from server.web.openapi import describe
from server.web.operations import Operation, Operations
from server.web.page_templates import environment, warm
from server.web.pages import CONTENT_POLICY, PageEndpoint, PageRoute, Pages
from server.web.problems import status_of
from server.web.static_files import StaticFolder

_HERE = Path(__file__).parent
FRONT = _HERE.parent / "miniapp_api" / "front" / "dist" / "build" / "h5"
TOKENS = _HERE.parent / "miniapp_api" / "front" / "src" / "styles" / "tokens.css"
STATIC = {
    "web": _HERE / "web" / "static",
    "counter": _HERE / "edges" / "counter" / "static",
    "console": _HERE / "edges" / "console" / "static",
    "halls": _HERE / "edges" / "halls" / "static",
    "tour": _HERE / "edges" / "tour" / "static",
}
# uni-app sets style attributes at run time; scripts stay our own.
FRONT_POLICY = CONTENT_POLICY.replace("style-src 'self'", "style-src 'self' 'unsafe-inline'")
VERSION = "0.1.0"
_KEEP_ALIVE = 60.0


@dataclass(frozen=True, slots=True)
class Surface:
    """Everything that can be reached from outside."""

    operations: tuple[Operation, ...]
    pages: tuple[tuple[Pages, PageRoute], ...]


def surface(*, demo: bool, figures: Figures | None = None) -> Surface:
    """The tables of all edges; the demo's own doors only in the demo."""
    residents = [
        otp,
        session,
        me,
        merging,
        newborns,
        proofs,
        accounts,
        counter_applications,
        items,
        files,
        cases,
        notices,
        stream,
        code,
        visits,
        credentials,
        licences,
        looks,
        losses,
        queue_tickets,
        delegations,
        push,
        rights,
    ]
    tables: list[Operations] = [module.operations for module in residents]
    tables += [
        operating.operations,
        operating.serve_figures(figures or Figures()),
        *_tables(counter.operations),
        *_tables(console.operations),
        *_tables(well_known.operations),
        *_tables(halls.operations),
        *_tables(hooks.operations),
    ]
    page_tables: list[Pages] = [counter.pages, console.pages, halls.pages]
    if demo:
        tables += [*_tables(hooks.demo_operations), *_tables(tour.operations)]
        page_tables.append(tour.pages)
    found: list[Operation] = [operation for table in tables for operation in table.all]
    contract, docs = operating.describe_contract(lambda: _document(found))
    page_tables.append(docs)
    return Surface(
        operations=(*found, *contract.all),
        pages=tuple((table, route) for table in page_tables for route in table.all),
    )


def _tables(declared: Operations | list[Operations]) -> list[Operations]:
    """An edge declares one table or several."""
    return [declared] if isinstance(declared, Operations) else declared


def problem_statuses() -> dict[str, int]:
    """Every public refusal's code → HTTP status."""
    found: dict[str, int] = {}
    waiting: list[type[Refusal]] = [Refusal]
    while waiting:
        kind = waiting.pop()
        waiting += kind.__subclasses__()
        found[kind.code] = status_of(kind.__new__(kind))
    return found


def _document(operations: list[Operation]) -> dict[str, Any]:
    return describe(operations, problem_statuses(), title="Yima 一码", version=VERSION)


def make_app(services: Services, log: AccessLog | None = None) -> web.Application:
    """The application for services that are open already. It opens and closes nothing itself."""
    figures, log = Figures(), log or AccessLog()
    app = web.Application(
        middlewares=[make_guard(services, log, figures)],
        client_max_size=services.settings.limits.upload_bytes + 65_536,
        handler_args={"keepalive_timeout": _KEEP_ALIVE, "access_log": None},
    )
    door = Door(services)
    reachable = surface(demo=services.settings.profile != "production", figures=figures)
    for operation in reachable.operations:
        app.router.add_route(operation.method, operation.path, Endpoint(operation, door).__call__)
    environments: dict[Path, Any] = {}
    for table, route in reachable.pages:
        templates = environments.setdefault(table.templates, environment(table.templates))
        app.router.add_route("GET", route.path, PageEndpoint(route, templates, door).__call__)
    _add_static(app, services)

    async def say_goodbye(_: web.Application) -> None:
        services.store.end_lines()

    async def write_down(_: web.Application) -> None:
        log.flush()

    app.on_shutdown.append(say_goodbye)
    app.on_cleanup.append(write_down)
    return app


def _add_static(app: web.Application, services: Services) -> None:
    headers = {"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer"}
    # One token sheet for all fronts: staff pages are given the residents' own file.
    tokens = StaticFolder(TOKENS.parent, headers=headers, index=TOKENS.name)
    app.router.add_route("GET", "/static/web/tokens.css", tokens.__call__)
    for name, folder in STATIC.items():
        app.router.add_route("GET", f"/static/{name}/{{tail:.+}}", StaticFolder(folder, headers=headers).__call__)
    front = StaticFolder(FRONT, headers={**headers, "Content-Security-Policy": FRONT_POLICY}, index="index.html")
    app.router.add_route("GET", "/m/{tail:.*}", front.__call__)
    app.router.add_route("GET", "/m", _to_front)
    if services.settings.profile == "production":
        app.router.add_route("GET", "/", _to_front)


async def warm_up(services: Services) -> None:
    """What a start leaves for later, before somebody has to wait for it: templates and wire shapes, bit by bit."""
    await asyncio.to_thread(services.notify.judge_wordings)
    reachable = surface(demo=services.settings.profile != "production")
    for folder in {table.templates for table, _ in reachable.pages}:
        await asyncio.to_thread(warm, environment(folder))
    for operation in reachable.operations:
        for shape in (operation.body, operation.query, operation.answer):
            if shape is not None:
                shape.model_rebuild()
                await asyncio.sleep(0)


async def _to_front(request: web.Request) -> web.StreamResponse:
    raise web.HTTPFound("/m/")


__all__ = ["FRONT", "Surface", "make_app", "problem_statuses", "surface", "warm_up"]
