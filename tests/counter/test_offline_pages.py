"""What a browser keeps of the counter: an installable page for the time without a network, and nothing of a person."""

from __future__ import annotations

import io
import json
import re

from PIL import Image

from config.portal import read_portals
from server.edges.counter.offline_pages import shell_of
from tests.journeys.town import Town
from tests.journeys.visitor import Visitor

DEMO = read_portals(demo=True).get("demo")


async def _worker(visitor: Visitor) -> tuple[str, list[str]]:
    answer = await visitor.call("GET", "/counter/service-worker.js")
    assert answer.status == 200
    version = re.search(r'^const VERSION = "([0-9a-f]{16})";$', answer.content.decode("utf-8", "replace"), re.M)
    shell = re.search(r"^const SHELL = (\[.*\]);$", answer.content.decode("utf-8", "replace"), re.M)
    assert version
    assert shell
    return version.group(1), json.loads(shell.group(1))


async def test_everything_that_the_worker_keeps_is_open_and_names_nobody(server: Town) -> None:
    clerk = await server.counter("ZQ77", "七七号窗口")
    stranger = await server.stranger()
    _, shell = await _worker(stranger)
    assert shell[0] == "/counter/unplugged"
    for visitor in (stranger, clerk):  # also with the clerk's cookie nothing of hers is in it
        for path in shell:
            answer = await visitor.call("GET", path)
            assert answer.status == 200, path
            assert "ZQ77" not in answer.content.decode("utf-8", "replace"), path
            assert "七七号窗口" not in answer.content.decode("utf-8", "replace"), path


async def test_the_worker_may_answer_for_the_whole_counter_and_is_asked_for_anew(server: Town) -> None:
    answer = await (await server.stranger()).call("GET", "/counter/service-worker.js")
    assert answer.headers["Service-Worker-Allowed"] == "/counter"
    assert answer.headers["Cache-Control"] == "no-cache"
    assert answer.headers["Content-Type"].startswith("text/javascript")


async def test_the_unplugged_page_runs_only_scripts_of_our_own(server: Town) -> None:
    answer = await (await server.stranger()).call("GET", "/counter/unplugged?lang=en")
    assert "unsafe" not in answer.headers["Content-Security-Policy"]
    assert not re.search(r"<script(?![^>]*(?:src=|application/json))", answer.content.decode("utf-8", "replace"))
    assert not re.search(r"\son[a-z]+=|style=", answer.content.decode("utf-8", "replace"))
    assert '<html lang="en">' in answer.content.decode("utf-8", "replace")


async def test_the_counter_can_be_installed(server: Town) -> None:
    visitor = await server.stranger()
    answer = await visitor.call("GET", "/counter/manifest.webmanifest")
    assert answer.headers["Content-Type"].startswith("application/manifest+json")
    manifest = answer.body
    assert (manifest["start_url"], manifest["scope"], manifest["display"]) == ("/counter", "/counter", "standalone")
    pictures = [icon for icon in manifest["icons"] if icon["type"] == "image/png"]
    assert {icon["sizes"] for icon in pictures} == {"192x192", "512x512"}
    assert any(icon.get("purpose") == "maskable" for icon in pictures)
    for icon in pictures:
        shown = Image.open(io.BytesIO((await visitor.call("GET", icon["src"])).content))
        assert f"{shown.width}x{shown.height}" == icon["sizes"]


def test_a_version_is_the_content_of_what_is_kept() -> None:
    renamed = DEMO.model_copy(update={"name": "另一个市"})
    assert shell_of(DEMO).digest == shell_of(DEMO.model_copy()).digest
    assert shell_of(DEMO).digest != shell_of(renamed).digest
