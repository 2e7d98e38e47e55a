"""Somebody who talks to a running server over HTTP, and remembers what was answered."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any

import aiohttp

PROBLEM = "application/problem+json"


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer, read to its end."""

    method: str
    path: str
    status: int
    headers: Mapping[str, str]
    content: bytes

    @property
    def media(self) -> str:
        return self.headers.get("Content-Type", "").split(";")[0].strip()

    @property
    def body(self) -> Any:
        return json.loads(self.content) if self.content else None

    def __str__(self) -> str:
        return f"{self.method} {self.path} -> {self.status} {self.content[:600].decode('utf-8', 'replace')}"


def must_problem(answer: Answer, *codes: str, status: int | None = None) -> Any:
    """``answer`` is a problem document with one of these codes, in words; its body."""
    assert answer.media == PROBLEM, str(answer)
    problem = answer.body
    assert problem["status"] == answer.status, str(answer)
    assert problem["title"], str(answer)
    assert problem["detail"], str(answer)
    assert "{" not in problem["detail"], str(answer)
    if codes:
        assert problem["code"] in codes, str(answer)
    if status is not None:
        assert answer.status == status, str(answer)
    return problem


class Visitor:
    """One client with cookies and headers of its own. Use it as a context."""

    def __init__(self, origin: str) -> None:
        self.origin = origin
        self.headers: dict[str, str] = {}
        self.seen: list[Answer] = []
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Visitor:
        jar = aiohttp.CookieJar(unsafe=True)  # our host is an address
        self._session = aiohttp.ClientSession(cookie_jar=jar, timeout=aiohttp.ClientTimeout(total=30))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.session.close()

    @property
    def session(self) -> aiohttp.ClientSession:
        assert self._session is not None, "use the visitor as a context"
        return self._session

    async def call(
        self, method: str, path: str, *, body: Any = None, headers: Mapping[str, str] | None = None, **more: Any
    ) -> Answer:
        """Whatever the server says to this; no judgement. ``body`` becomes JSON."""
        if body is not None:
            more["json"] = body
        sent = {**self.headers, **(headers or {})}
        async with self.session.request(
            method, self.origin + path, headers=sent, allow_redirects=False, **more
        ) as response:
            answer = Answer(method, path, response.status, dict(response.headers), await response.read())
        self.seen.append(answer)
        return answer

    async def must(self, method: str, path: str, body: Any = None, *, status: int | None = None, **more: Any) -> Any:
        """The body of an answer that has to be a good one."""
        answer = await self.call(method, path, body=body, **more)
        assert answer.status == status if status else 200 <= answer.status < 300, str(answer)
        return answer.body if answer.media == "application/json" else answer.content

    async def refused(self, method: str, path: str, body: Any = None, *, code: str, **more: Any) -> Any:
        """The problem of an answer that has to be this refusal."""
        return must_problem(await self.call(method, path, body=body, **more), code)
