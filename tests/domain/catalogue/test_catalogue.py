"""Publishing, versions, search and paging, on whichever database the run has."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from config.floor import sql
from config.floor.unit import Unit
from server.adapters.database import Database
from server.domain.catalogue.errors import CursorInvalid, GuideFaulty, ItemUnknown
from server.domain.catalogue.files import ITEMS
from server.domain.catalogue.importer import import_items
from server.domain.catalogue.records import derived_code
from server.domain.catalogue.search import normalise, pairs
from server.domain.catalogue.service import CatalogueService

SAMPLE = Path(__file__).resolve().parents[3] / "config" / "sample" / "service_items_511602.csv"
CARD = "512B0357300000-511602000000-000-11511301008778490F-1-00"


@pytest.fixture
async def whole(database: Database) -> CatalogueService:
    """The demonstration's catalogue: the list and the written guides."""
    catalogue = CatalogueService()
    await import_items(database, SAMPLE, "demo", lambda done, total: None)
    await database.unit_of_work("demo", catalogue.publish)
    return catalogue


async def names(database: Database, catalogue: CatalogueService, q: str) -> list[str]:
    page = await catalogue.search(await database.reading("demo"), q)
    return [item.name for item in page.items]


async def test_publishing_twice_changes_nothing(database: Database) -> None:
    catalogue = CatalogueService()
    assert await database.unit_of_work("demo", catalogue.publish) == 7
    assert await database.unit_of_work("demo", catalogue.publish) == 0
    unit = await database.reading("demo")
    item = await catalogue.item(unit, "printing-licence")
    assert item.guide is not None
    assert (item.version, item.name, item.summary.online) == (1, "印刷经营许可证核发", True)
    assert (item.guide.legal_limit.days, item.guide.promised_limit.days) == (60, 2)


async def test_a_changed_guide_is_a_new_version_and_the_old_one_stays(database: Database, tmp_path: Path) -> None:
    folder = tmp_path / "items"
    shutil.copytree(ITEMS, folder)
    catalogue = CatalogueService(folder)
    await database.unit_of_work("demo", catalogue.publish)
    path = folder / "printing-licence.toml"
    path.write_text(path.read_text("utf-8").replace("days = 2\n", "days = 5\n"), "utf-8")
    assert await database.unit_of_work("demo", catalogue.publish) == 1
    unit = await database.reading("demo")
    assert (await catalogue.item(unit, "printing-licence")).version == 2
    for version, days in ((1, 2), (2, 5)):
        old = await catalogue.version(unit, "printing-licence", version)
        assert old.guide is not None
        assert (old.version, old.guide.promised_limit.days) == (version, days)
    with pytest.raises(ItemUnknown):
        await catalogue.version(unit, "printing-licence", 3)


async def test_one_faulty_file_publishes_nothing(database: Database, tmp_path: Path) -> None:
    folder = tmp_path / "items"
    shutil.copytree(ITEMS, folder)
    path = folder / "school-deferral.toml"
    path.write_text(path.read_text("utf-8").replace("days = 5\n", "days = 99\n"), "utf-8")
    with pytest.raises(GuideFaulty):
        await database.unit_of_work("demo", CatalogueService(folder).publish)
    assert (await CatalogueService().search(await database.reading("demo"))).total == 0


async def test_a_written_guide_wins_whichever_comes_first(database: Database) -> None:
    catalogue = CatalogueService()
    await database.unit_of_work("demo", catalogue.publish)
    after = await import_items(database, SAMPLE, "demo", lambda done, total: None)
    assert (after.added, after.unchanged) == (1129, 6)
    unit = await database.reading("demo")
    assert (await catalogue.item(unit, "elder-card")).guide is not None
    assert (await catalogue.search(unit)).total == 1136


async def test_a_link_from_before_the_guide_was_written_still_works(
    whole: CatalogueService, database: Database
) -> None:
    unit = await database.reading("demo")
    assert (await whole.search(unit)).total == 1136
    item = await whole.item(unit, derived_code(CARD))
    assert (item.code, item.version) == ("elder-card", 1)


async def test_a_bare_name_has_no_guide(whole: CatalogueService, database: Database) -> None:
    unit = await database.reading("demo")
    found = (await whole.search(unit, "残疾人证新办")).items[0]
    item = await whole.item(unit, found.code)
    assert (item.guide, item.version, found.complete, found.online) == (None, 0, False, False)
    assert (found.legal_limit, found.promised_limit) == (None, None)


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("给孩子上户口", "birth-registration"),
        ("我想给我爸办老年证", "elder-card"),
        ("开打印店", "printing-licence"),
        ("怎么办休学", "school-deferral"),
        ("80岁补贴", "elder-allowance"),
        ("８０岁 补贴", "elder-allowance"),
        ("Print Shop", "printing-licence"),
        ("印刷经营", "printing-licence"),
    ],
)
async def test_everyday_words_find_the_item(whole: CatalogueService, database: Database, said: str, code: str) -> None:
    page = await whole.search(await database.reading("demo"), said)
    assert page.items[0].code == code


@pytest.mark.parametrize("said", ["%", "_", "'; --", "\\", "！？", "火星移民"])
async def test_wildcards_and_nonsense_find_nothing(whole: CatalogueService, database: Database, said: str) -> None:
    page = await whole.search(await database.reading("demo"), said)
    assert (page.items, page.next_cursor, page.total) == ((), None, 0)


async def test_a_department_is_found_by_its_name(whole: CatalogueService, database: Database) -> None:
    found = await whole.search(await database.reading("demo"), "区残联")
    assert found.total == 13
    assert {item.department for item in found.items} == {"区残联"}


async def test_paging_shows_every_item_once(whole: CatalogueService, database: Database) -> None:
    unit = await database.reading("demo")
    for q, department in (("", "区人社局"), ("养老保险", "")):
        seen: list[str] = []
        cursor: str | None = None
        while True:
            page = await whole.search(unit, q, department=department, cursor=cursor, limit=17)
            seen += [item.code for item in page.items]
            cursor = page.next_cursor
            if cursor is None:
                break
        assert len(seen) == len(set(seen)) == page.total
        assert page.total > 17


@pytest.mark.parametrize("cursor", ["", "x", "LTE6YQ", "MTphAA", "ü", "9" * 90])
async def test_a_foreign_cursor_is_refused(database: Database, cursor: str) -> None:
    with pytest.raises(CursorInvalid):
        await CatalogueService().search(await database.reading("demo"), cursor=cursor)


async def test_filters_and_themes_agree(whole: CatalogueService, database: Database) -> None:
    unit = await database.reading("demo")
    themes = await whole.themes(unit)
    assert sum(theme.count for theme in themes) == 1136
    assert themes[0].count >= themes[-1].count
    assert (await whole.search(unit, theme=themes[0].name)).total == themes[0].count
    assert (await whole.search(unit, region="511602000000")).total == 1136
    assert (await whole.search(unit, region="330100000000")).total == 0
    assert await whole.themes(unit, "330100000000") == ()


async def test_portals_do_not_see_each_other(whole: CatalogueService, database: Database) -> None:
    other = await database.reading("other")
    assert (await whole.search(other)).total == 0
    with pytest.raises(ItemUnknown):
        await whole.item(other, "elder-card")
    assert await whole.names(other, ["elder-card"]) == {}
    assert await whole.names(await database.reading("demo"), ["elder-card", "nothing"]) == {
        "elder-card": "申领《四川省老年人优待证》"
    }


@pytest.mark.parametrize("code", ["", "nothing", "x" * 65, "\0", "印刷", "' OR 1=1"])
async def test_an_unknown_code_is_unknown(database: Database, code: str) -> None:
    with pytest.raises(ItemUnknown):
        await CatalogueService().item(await database.reading("demo"), code)


async def test_the_database_refuses_a_guide_without_its_version(whole: CatalogueService, database: Database) -> None:
    async def spoil(unit: Unit) -> None:
        await sql.execute(
            "UPDATE catalogue_items SET guide = NULL WHERE portal = $1 AND code = $2", "demo", "elder-card"
        )

    with pytest.raises(Exception, match="catalogue_items_guide"):
        await database.unit_of_work("demo", spoil)


def test_what_is_searched_for_keeps_letters_and_digits_only() -> None:
    assert normalise(" 老年人《优待证》 100%_Ａ ") == "老年人优待证100a"
    assert pairs("我想给孩子上户口") == ("孩子", "子上", "上户", "户口")
    assert pairs("证") == ("证",)
