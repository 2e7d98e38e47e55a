"""An uploaded list on a page: what is right is masked, what is wrong is shown, or nobody could put it right."""

from __future__ import annotations

import pytest

from server.edges.console.lists_api import is_mask, masked
from tests.journeys.town import PEOPLE, Town
from tests.web.rounds_publishing import uploaded

LISTS = "/console/api/v1/people-lists"
NAME, ID_NUMBER, NUMBER = PEOPLE[0]


@pytest.mark.parametrize(
    ("column", "cell", "shown"),
    [
        ("手机号", NUMBER, "154****0001"),
        ("备注", f"请带 {ID_NUMBER} 原件，打 {NUMBER}", "请带 5116**********1281 原件，打 154****0001"),
        ("收件人姓名", NAME, "王*兰"),
        ("姓名", "", ""),
        ("家庭住址", "示范市示范区中心街 11 号", "示范市示范区****"),
        ("地点", "一楼 3 号窗口", "一楼 3 号窗口"),
        ("单号", f"9{ID_NUMBER}0", f"9{ID_NUMBER}0"),
    ],
)
def test_names_numbers_and_addresses_of_people_are_masked(column: str, cell: str, shown: str) -> None:
    assert masked([column], [cell]) == [shown]
    assert is_mask(column, shown) is (shown != cell)
    assert not is_mask(column, cell)


async def test_a_right_row_is_masked_and_a_wrong_one_is_whole_until_it_is_right(server: Town) -> None:
    await server.resident()
    operator = await server.desk("O1", "operator")
    text = f"手机号,姓名\n{NUMBER},{NAME}\nabc,{NAME}\n"
    made = await operator.must("POST", LISTS, data=uploaded(text), status=201)
    right, wrong = (await operator.must("GET", f"{LISTS}/{made['id']}/rows?only=all"))["rows"]
    assert (right["cells"], wrong["cells"]) == (["154****0001", "王*兰"], ["abc", NAME])
    still = await operator.must("PUT", f"{LISTS}/{made['id']}/rows/3", {"cells": ["15400000019", NAME]})
    assert (still["fault_code"], still["cells"]) == ("list-phone-unknown", ["15400000019", NAME])


async def test_what_a_page_showed_masked_is_never_kept_as_a_value(server: Town) -> None:
    await server.resident()
    operator = await server.desk("O1", "operator")
    made = await operator.must("POST", LISTS, data=uploaded(f"手机号,姓名\n{NUMBER},{NAME}\nabc,李*明\n"), status=201)
    one = f"{LISTS}/{made['id']}/rows"
    (right, _) = (await operator.must("GET", f"{one}?only=all"))["rows"]
    for cells in (right["cells"], [NUMBER, right["cells"][1]], [right["cells"][0], NAME]):
        await operator.refused("PUT", f"{one}/2", {"cells": cells}, code="people-list-cell-masked")
    kept = await operator.must("PUT", f"{one}/2", {"cells": [NUMBER, NAME]})
    assert (kept["fault_code"], kept["cells"]) == ("", right["cells"])
    as_uploaded = await operator.must("PUT", f"{one}/3", {"cells": ["15400000019", "李*明"]})
    assert as_uploaded["fault_code"] == "list-phone-unknown"
    await operator.refused("PUT", f"{one}/9", {"cells": [NUMBER, NAME]}, code="people-list-not-found")
