"""The catalogue over HTTP: open to everybody, in both languages, with one's own data for whom it knows."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from server.domain.catalogue.files import ITEMS
from server.domain.catalogue.service import CatalogueService
from tests.journeys.town import PEOPLE, Town
from tests.journeys.visitor import must_problem


async def test_a_stranger_finds_and_reads_an_item(server: Town) -> None:
    stranger = await server.stranger()
    found = await stranger.must("GET", "/api/v1/items", params={"q": "给孩子上户口", "limit": "5"})
    assert found["items"][0]["code"] == "birth-registration"
    assert found["items"][0]["guide"] == "full"
    item = await stranger.must("GET", "/api/v1/items/printing-licence")
    assert item["legal_limit"] == {"days": 60, "unit": "working_day", "label": "60 个工作日"}
    assert item["promised_limit"]["label"] == "2 个工作日"
    assert item["fee"] == "不收费"
    assert [field["prefill"] for section in item["form"] for field in section["fields"] if field["prefill"]] == []
    assert "business_licence" not in [paper["code"] for paper in item["materials"]]
    assert {"title": "中华人民共和国行政许可法", "clause": "条款待核对"} in item["basis"]
    assert item["sample_figures"]


async def test_the_form_comes_with_the_callers_own_data(server: Town) -> None:
    phone = await server.resident(0)
    item = await phone.must("GET", "/api/v1/items/printing-licence")
    filled = {f["code"]: f["prefill"] for section in item["form"] for f in section["fields"] if f["prefill"]}
    assert filled == {"agent_name": PEOPLE[0][0], "agent_phone": PEOPLE[0][2]}
    phone.headers["Authorization"] = "Bearer not-a-session"
    assert (await phone.must("GET", "/api/v1/items/printing-licence"))["form"][2]["fields"][0]["prefill"] is None


async def test_english_where_the_guide_has_it(server: Town) -> None:
    stranger = await server.stranger()
    stranger.headers["Accept-Language"] = "en"
    item = await stranger.must("GET", "/api/v1/items/elder-card")
    assert item["name"] == "Senior citizen card of Sichuan"
    assert item["promised_limit"]["label"] == "same day"
    assert item["form"][0]["fields"][0]["options"][1]["label"] == "A parent"
    found = await stranger.must("GET", "/api/v1/items", params={"q": "senior card"})
    assert found["items"][0]["name"] == "Senior citizen card of Sichuan"


async def test_a_running_case_reads_the_form_it_began_with(server: Town, tmp_path: Path) -> None:
    phone, path = await server.resident(0), "/api/v1/items/elder-card"
    began = await phone.must("GET", path)
    draft = await phone.must("POST", "/api/v1/cases", {"item": "elder-card", "draft": True}, status=201)
    folder = tmp_path / "items"
    shutil.copytree(ITEMS, folder)
    guide = folder / "elder-card.toml"
    guide.write_text(guide.read_text("utf-8").replace(began["form"][0]["title"], "新的标题"), "utf-8")
    assert await server.house.database.unit_of_work("demo", CatalogueService(folder).publish) == 1
    case = await phone.must("GET", f"/api/v1/cases/{draft['case_no']}")
    assert case["item"]["version"] == began["version"]
    now = await phone.must("GET", path)
    assert (now["version"], now["form"][0]["title"]) == (began["version"] + 1, "新的标题")
    assert await phone.must("GET", path, params={"version": str(case["item"]["version"])}) == began


async def test_themes_and_bundles(server: Town) -> None:
    stranger = await server.stranger()
    themes = await stranger.must("GET", "/api/v1/themes")
    assert {"name": "优待抚恤", "count": 2} in themes["themes"]
    assert await stranger.must("GET", "/api/v1/bundles") == {"bundles": []}


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/api/v1/items/nothing", "item-unknown"),
        ("/api/v1/items/%00", "item-unknown"),
        ("/api/v1/items/printing-licence?version=99", "item-unknown"),
        ("/api/v1/items/printing-licence?version=0", "invalid-input"),
        ("/api/v1/items/printing-licence?version=one", "invalid-input"),
        ("/api/v1/items?cursor=!!", "cursor-invalid"),
        ("/api/v1/items?limit=0", "invalid-input"),
        ("/api/v1/items?limit=101", "invalid-input"),
        ("/api/v1/items?region=abc", "invalid-input"),
        ("/api/v1/items?colour=red", "invalid-input"),
    ],
)
async def test_refusals_are_problems_in_words(server: Town, path: str, code: str) -> None:
    stranger = await server.stranger()
    assert must_problem(await stranger.call("GET", path), code)
