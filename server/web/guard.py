"""The one middleware: refusals become problems, faults of ours a calm 500, and every request one log line."""

from __future__ import annotations

import asyncio
import logging
import secrets
import sys
import time
from itertools import count
from typing import TextIO

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware
from multidict import istr

from config.floor.refusal import Busy, Missing, Refusal
from config.floor.trouble import where
from server.services import Services
from server.web import problems
from server.web.endpoint import Door
from server.web.figures import Figures
from server.web.json_body import MalformedJson, TooLarge
from server.web.pages import error_page, wants_page
from server.web.request_keys import CALLER, REQUEST_ID

_log = logging.getLogger("yima.web")
_ID = istr("X-Request-Id")


class AccessLog:
    """One JSON line a request: route *pattern* and figures, never a path, a query or a header. Written in bunches."""

    def __init__(self, out: TextIO | None = None, every: float = 0.2) -> None:
        self._out = out or sys.stderr
        self._every = every
        self._lines: list[str] = []
        self._timer: asyncio.TimerHandle | None = None

    def add(self, method: str, route: str, status: int, seconds: float, request_id: str) -> None:
        """``method`` and ``route`` come from our own table, so they need no escaping."""
        self._lines.append(
            f'{{"at":{time.time():.3f},"method":"{method}","route":"{route}","status":{status},'
            f'"ms":{seconds * 1000:.1f},"id":"{request_id}"}}\n'
        )
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(self._every, self.flush)

    def flush(self) -> None:
        """Write what waits. The application does so as the last thing, or its last requests would be nowhere."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        lines, self._lines = self._lines, []
        if lines:
            self._out.write("".join(lines))
            self._out.flush()


def make_guard(services: Services, log: AccessLog, figures: Figures) -> Middleware:
    """The middleware for these services."""
    door = Door(services)
    start, numbers = secrets.token_hex(5), count(1)

    @web.middleware
    async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
        begun = time.perf_counter()
        request_id = request[REQUEST_ID] = f"{start}-{next(numbers):x}"
        try:
            response = await handler(request)
        except Refusal as refusal:
            response = _refused(request, refusal, services, door)
        except web.HTTPException as plain:
            response = _plain(request, plain, services, door)
        except asyncio.CancelledError:
            raise
        except (TimeoutError, ConnectionError, OSError) as error:
            _log.warning("request %s: outside trouble: %s", request_id, type(error).__name__)
            response = _refused(request, Busy(retry_after=2), services, door)
        except Exception as error:
            _log.error("request %s failed: %s", request_id, where(error))
            response = _refused(request, problems.Internal(), services, door)
        resource = request.match_info.route.resource
        route = resource.canonical if resource else "none"
        taken = time.perf_counter() - begun
        route_figures = figures.of(route)
        route_figures.add(response.status, taken)
        if not response.prepared:
            response.headers[_ID] = request_id
        log.add(request.method if resource else "-", route_figures.log_name, response.status, taken, request_id)
        return response

    return guard


def _plain(request: web.Request, plain: web.HTTPException, services: Services, door: Door) -> web.StreamResponse:
    """aiohttp's own errors, in our form; redirects as they are."""
    if plain.status < 400:  # aiohttp wants the exception raised or another object answered
        return web.Response(status=plain.status, headers={"Location": plain.headers.get("Location", "/")})
    if plain.status == 404:
        return _refused(request, Missing(), services, door)
    if plain.status == 405:
        response = _refused(request, problems.MethodNotAllowed(), services, door)
        response.headers["Allow"] = plain.headers.get("Allow", "")
        return response
    return _refused(request, TooLarge() if plain.status == 413 else MalformedJson(), services, door)


def _refused(request: web.Request, refusal: Refusal, services: Services, door: Door) -> web.StreamResponse:
    language = door.language(request, request.get(CALLER))
    if wants_page(request):
        return error_page(services, request, refusal, language)
    headers = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", "Content-Type": problems.MEDIA}
    if refusal.retry_after:
        headers["Retry-After"] = str(refusal.retry_after)
    if refusal.kind == "unauthenticated":
        headers["WWW-Authenticate"] = 'Bearer realm="yima"'
    body = problems.body_of(refusal, services.wording, language)
    return web.Response(status=problems.status_of(refusal), body=body, headers=headers)
