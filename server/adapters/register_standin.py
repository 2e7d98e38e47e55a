"""A population register for the demo and for tests: real HTTP on loopback, invented people, and real failures."""

from __future__ import annotations

import asyncio
import json
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from aiohttp import web

Mode = Literal["well", "down", "slow", "garbage", "redirect"]


class RegisterStandIn:
    """``mode`` can be changed while it runs: down = 503, slow = no answer in time, garbage = not its form."""

    def __init__(
        self,
        population: Mapping[str, str],
        organisations: Mapping[str, tuple[str, str]] | None = None,
        *,
        slow_seconds: float = 30.0,
    ) -> None:
        self._population = dict(population)
        self._organisations = dict(organisations or {})
        self._slow = slow_seconds
        self._runner: web.AppRunner | None = None
        self.mode: Mode = "well"
        self.url = ""

    async def open(self) -> None:
        """Listen on a free loopback port; ``url`` says where."""
        app = web.Application()
        app.router.add_post("/v1/name-and-number", self._answer)
        app.router.add_post("/v1/legal-representative", self._answer)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        port = self._runner.addresses[0][1]
        self.url = f"http://127.0.0.1:{port}"

    async def close(self) -> None:
        if self._runner:
            await self._runner.cleanup()

    async def _answer(self, request: web.Request) -> web.Response:
        if self.mode == "down":
            return web.json_response({"error": "maintenance"}, status=503)
        if self.mode == "slow":
            await asyncio.sleep(self._slow)
        if self.mode == "garbage":
            return web.Response(text="<html>gateway error</html>", content_type="text/html")
        if self.mode == "redirect":
            return web.Response(status=302, headers={"Location": "http://127.0.0.1:9/"})
        try:
            asked = json.loads(await request.text())
            known = self._population.get(str(asked["id_number"])) == asked["name"]
            if request.path.endswith("legal-representative"):
                named = self._organisations.get(str(asked["uscc"]))
                known = known and named == (asked["organisation"], asked["id_number"])
        except (ValueError, KeyError, TypeError):
            return web.json_response({"error": "request"}, status=400)
        return web.json_response({"request_id": asked.get("request_id"), "result": "match" if known else "mismatch"})


def read_population(*paths: Path) -> dict[str, str]:
    """ID number → name, from the demo's ``[[residents]]`` and ``[[people]]`` tables."""
    people: dict[str, str] = {}
    for path in paths:
        tables = tomllib.loads(path.read_text("utf-8"))
        for person in [*tables.get("residents", []), *tables.get("people", [])]:
            if "id_number" in person:
                people[person["id_number"]] = person["name"]
    return people


def read_organisations(path: Path) -> dict[str, tuple[str, str]]:
    """Code → name and the representative's ID number, from the demo's ``[[organisations]]``."""
    found = tomllib.loads(path.read_text("utf-8"))["organisations"]
    return {one["uscc"]: (one["name"], one["representative"]) for one in found}
