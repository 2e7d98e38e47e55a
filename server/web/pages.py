"""Pages for staff and visitors: server-rendered, autoescaped, under a strict content policy."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import jinja2
from aiohttp import web

from config.floor.refusal import Forbidden, Refusal
from server.domain.sessions.errors import SessionLocked, Unauthenticated
from server.services import Services
from server.web import problems
from server.web.endpoint import COOKIES, Door, csrf_of
from server.web.networks import host_of
from server.web.operations import Access, Call, NoBody, NoQuery, Terminal
from server.web.page_templates import environment
from server.web.request_keys import LANGUAGE, REQUEST_ID, TEMPLATES

CONTENT_POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; "
    "frame-src 'self' blob:; frame-ancestors 'self'; base-uri 'none'; form-action 'self'; object-src 'none'"
)
PAGE_HEADERS = {
    "Content-Security-Policy": CONTENT_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
}
_INSIDE = re.compile(r"/(?!/)[!-\[\]-~]{0,500}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Page:
    """What a page handler answers: a template of its room and what it shows."""

    template: str
    context: dict[str, Any] = field(default_factory=dict)
    status: int = 200


PageHandler = Callable[[Call[Any, Any]], Awaitable[Page | web.StreamResponse]]


@dataclass(frozen=True, slots=True)
class PageRoute:
    """One address of one page."""

    path: str
    access: Access
    sign_in: str
    handler: PageHandler
    query: bool


class Pages:
    """The pages of one edge; ``templates`` is its folder, beside which ``server/web/templates`` is always found."""

    def __init__(self, templates: Path) -> None:
        self.templates = templates
        self.all: list[PageRoute] = []

    def get(self, path: str, *, access: Access, sign_in: str = "") -> Callable[[PageHandler], PageHandler]:
        """Declare a page. ``sign_in``: where to send somebody without a session."""

        def register(handler: PageHandler) -> PageHandler:
            self.all.append(PageRoute(path, access, sign_in, handler, True))
            return handler

        return register


def own_path(wanted: str, door: str) -> str:
    """Where to go after sign-in: ``wanted`` if that is a page behind ``door`` (``/console``), else the door itself.

    Only an address inside this site will do: one leading ``/``, no backslash, nothing that a browser drops (tabs,
    line ends), and never the way in again.
    """
    inside = _INSIDE.fullmatch(wanted) and re.match(rf"{re.escape(door)}(?:[/?]|$)", wanted)
    return wanted if inside and not wanted.startswith(f"{door}/sign-in") else door


def _way_in(sign_in: str, request: web.Request) -> str:
    """The sign-in page, told where one wanted to go and in which language; the door's own page needs no telling."""
    door = sign_in.rsplit("/", 1)[0]
    wanted = own_path(request.path_qs, door)
    told = {"next": wanted if wanted != door else "", "lang": request.query.get("lang", "")}
    told = {name: value for name, value in told.items() if value}
    return f"{sign_in}?{urlencode(told, safe='/', quote_via=quote)}" if told else sign_in


class PageEndpoint:
    """One page, ready to be routed."""

    def __init__(self, route: PageRoute, templates: jinja2.Environment, door: Door) -> None:
        self._route = route
        self._templates = templates
        self._door = door

    async def __call__(self, request: web.Request) -> web.StreamResponse:
        request[TEMPLATES] = self._templates
        portal = self._door.portal(request)
        services = self._door.services
        unit = await services.database.reading(portal.id)
        try:
            caller = await self._door.caller(request, unit, self._route.access)
        except (Unauthenticated, SessionLocked):
            if self._route.sign_in:
                raise web.HTTPSeeOther(_way_in(self._route.sign_in, request)) from None
            raise
        except Forbidden:
            if self._route.sign_in and request.path == self._route.sign_in.rsplit("/", 1)[0]:
                raise web.HTTPSeeOther(self._route.sign_in) from None
            raise
        language = request.query.get("lang", "") or request.cookies.get("yima_lang", "")
        language = language if language in portal.languages else self._door.language(request)
        request[LANGUAGE] = language
        call: Call[Any, Any] = Call(
            request=request, services=services, portal=portal, language=language,
            caller=caller, client=self._door.client(request), body=NoBody(), query=NoQuery(), unit=unit,
        )  # fmt: skip
        answer = await self._route.handler(call)
        if isinstance(answer, web.StreamResponse):
            return answer
        response = render(self._templates, call, answer, self._csrf(request))
        if request.query.get("lang", "") == language:
            response.set_cookie("yima_lang", language, max_age=31_536_000, samesite="Lax", path="/")
        return response

    def _csrf(self, request: web.Request) -> str:
        kind = "counter" if isinstance(self._route.access, Terminal) else "console"
        token = request.cookies.get(COOKIES[kind][0], "")
        return csrf_of(token) if token else ""


def render(templates: jinja2.Environment, call: Call[Any, Any], page: Page, csrf: str) -> web.Response:
    """The page as HTML.

    Every template has: portal, portal_name, language, t(key, **facts), words(prefix), staff, csrf, demo, now, path.
    """
    wording = call.services.wording
    context = {
        "portal": call.portal,
        "portal_name": call.portal.name if call.language.startswith("zh") else call.portal.name_en,
        "language": call.language,
        "t": call.text,
        "words": lambda prefix: wording.group(prefix, call.language),
        "staff": call.caller,
        "csrf": csrf,
        "demo": call.portal.demo,
        "now": call.unit.now,
        "path": call.request.path,
        **page.context,
    }
    text = templates.get_template(page.template).render(context)
    return web.Response(text=text, status=page.status, content_type="text/html", headers=PAGE_HEADERS)


def wants_page(request: web.Request) -> bool:
    """Whether a refusal should be a page: somebody is looking at the address itself."""
    return request.method == "GET" and "/api/" not in request.path and "text/html" in request.headers.get("Accept", "")


def error_page(services: Services, request: web.Request, refusal: Refusal, language: str) -> web.Response:
    """A refusal in words, with a way on."""
    templates: jinja2.Environment = request.get(TEMPLATES) or environment()
    wording = services.wording
    language = request.get(LANGUAGE, language)
    key = f"problems.{refusal.words or refusal.code}"
    portal = services.portals.of_host(host_of(request))
    text = templates.get_template("web/error.html").render(
        portal=portal,
        portal_name="" if portal is None else portal.name if language.startswith("zh") else portal.name_en,
        language=language,
        csrf="",
        staff=None,
        t=lambda name, **facts: wording.text(name, language, **facts),
        title=wording.text(f"{key}.title", language, **refusal.facts),
        detail=wording.text(f"{key}.detail", language, **refusal.facts),
        request_id=request.get(REQUEST_ID, ""),
        demo=services.settings.is_demo,
    )
    return web.Response(text=text, status=problems.status_of(refusal), content_type="text/html", headers=PAGE_HEADERS)
