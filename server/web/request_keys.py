"""What the glue remembers about a request while it is being answered."""

from __future__ import annotations

import jinja2
from aiohttp import web

from server.domain.sessions.callers import Caller

REQUEST_ID = web.RequestKey("request_id", str)
CALLER: web.RequestKey[Caller | None] = web.RequestKey("caller", object)  # type: ignore[arg-type]  # a union is no class
TEMPLATES = web.RequestKey("templates", jinja2.Environment)
LANGUAGE = web.RequestKey("language", str)
