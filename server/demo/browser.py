"""A visitor over real HTTP: a phone with its token, or a member of staff with a cookie and the page's own token."""

from __future__ import annotations

import json
import time
from typing import Any
from uuid import UUID

import aiohttp

from server.demo.device import Device

_SECONDS = 15


class Refused(Exception):
    """The server said no, in words. ``retry_after``: seconds after which asking again makes sense; 0: never."""

    def __init__(self, status: int, problem: dict[str, Any], retry_after: str = "") -> None:
        super().__init__(problem.get("detail") or problem.get("title") or str(status))
        self.status = status
        self.code = str(problem.get("code", ""))
        self.problem = problem
        self.retry_after = int(retry_after) if retry_after.isdecimal() else 0


class Visitor:
    """One caller with its own cookies. Use as an async context."""

    def __init__(self, origin: str) -> None:
        self.origin = origin.rstrip("/")
        self.headers = {"Accept": "application/json", "Accept-Language": "zh-CN"}
        self.device: Device | None = None
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Visitor:
        timeout = aiohttp.ClientTimeout(total=_SECONDS)
        self._session = aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True), timeout=timeout)
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._session:
            await self._session.close()

    async def ask(
        self, method: str, path: str, body: Any = None, *, form: aiohttp.FormData | None = None, key: str = ""
    ) -> Any:
        """The JSON answer, or ``Refused``."""
        assert self._session is not None
        headers = {**self.headers, **({"Idempotency-Key": key} if key else {})}
        content = b"" if body is None else json.dumps(body).encode()
        if content:
            headers["Content-Type"] = "application/json"
        if self.device and path.startswith("/counter/api/"):
            headers |= self.device.signature(method, path, content, time=time.time(), key=key)
        async with self._session.request(
            method, self.origin + path, data=(content or None) if form is None else form, headers=headers
        ) as answer:
            text = await answer.text()
            found = json.loads(text) if text and "json" in answer.content_type else {}
            if answer.status >= 400:
                raise Refused(answer.status, found, answer.headers.get("Retry-After", ""))
            return found

    async def fetch(self, path: str) -> bytes:
        """What a public address holds, or ``Refused``."""
        assert self._session is not None
        async with self._session.get(self.origin + path) as answer:
            if answer.status >= 400:
                raise Refused(answer.status, {}, "")
            return await answer.read()

    async def listen(self, path: str) -> aiohttp.ClientResponse:
        """An open stream of live events; close it."""
        assert self._session is not None
        return await self._session.get(
            self.origin + path,
            headers={**self.headers, "Accept": "text/event-stream"},
            timeout=aiohttp.ClientTimeout(total=60),
        )

    async def enter_as_staff(self, door: str, staff_no: str, password: str) -> dict[str, Any]:
        """Sign in at the console, or begin a shift at the counter: its device is made a terminal first."""
        if door == "counter":
            self.device = Device.fresh()
            invited = await self.ask("POST", "/tour/api/v1/terminals", {})
            seat = await self.ask("POST", "/counter/api/v1/enrolments", self.device.enrolment(invited["code"]))
            self.device.terminal_id = UUID(seat["id"])
        body = {"staff_no": staff_no, "password": password}
        opened: dict[str, Any] = await self.ask("POST", f"/{door}/api/v1/sessions", body)
        self.headers["X-Yima-CSRF"] = opened["csrf"]
        return opened
