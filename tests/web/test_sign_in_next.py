"""Sign-in keeps where one wanted to go, and never leads out of this site."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, quote

import pytest

from server.web.pages import own_path
from tests.journeys.town import Town

HOSTILE = [
    "", "//evil.example", "///evil.example", "/\\evil.example", "\\\\evil.example", "/\t/evil.example",
    "/console\\..\\..", "/console/\n//evil", "https://evil.example/console", "http:/console", "javascript:alert(1)",
    "console/cases", " /console/cases", "/console/cases ", "/consoles", "/console.evil.example",
    "/console@evil.example", "/counter", "/m/", "/console/sign-in", "/console/sign-in?next=/console/sign-in",
    "/console/" + "a" * 600, "/console/案件", "/console/\x00", "/console#x", "//console/cases", "/%2f/evil.example",
]  # fmt: skip
GOOD = ["/console", "/console/cases", "/console/cases/5116?x=1", "/console/cases?view=mine&q=%E5%8D%B0&light="]


@pytest.mark.parametrize("wanted", HOSTILE)
def test_a_foreign_address_is_not_followed(wanted: str) -> None:
    assert own_path(wanted, "/console") == "/console"


@pytest.mark.parametrize("wanted", GOOD)
def test_an_own_address_is_kept(wanted: str) -> None:
    assert own_path(wanted, "/console") == wanted


@pytest.mark.parametrize("wanted", [*GOOD, "/counter", "/console/audit?subject=a%26b%3Dc&lang=en", "/counter?lang=en"])
async def test_a_page_without_a_session_leads_to_sign_in_and_back(server: Town, wanted: str) -> None:
    stranger = await server.stranger()
    answer = await stranger.call("GET", wanted)
    assert answer.status == 303
    door = "/counter" if wanted.startswith("/counter") else "/console"
    place, _, query = answer.headers["Location"].partition("?")
    assert place == f"{door}/sign-in"
    assert dict(parse_qsl(query)).get("next", door) == wanted
    page = (await stranger.must("GET", answer.headers["Location"])).decode()
    assert _then(page) == wanted
    assert ('<html lang="en"' in page) is ("lang=en" in wanted)  # the way in speaks as the page will


@pytest.mark.parametrize("door", ["/console", "/counter"])
async def test_the_sign_in_page_ignores_hostile_addresses(server: Town, door: str) -> None:
    stranger = await server.stranger()
    for wanted in HOSTILE:
        if not wanted.startswith(door):
            page = (await stranger.must("GET", f"{door}/sign-in?next={quote(wanted, safe='')}")).decode()
            assert _then(page) == door, wanted


def _then(page: str) -> str:
    found = re.search(r'data-sign-in="[^"]+" data-then="([^"]*)"', page)
    assert found
    return found[1].replace("&amp;", "&")
