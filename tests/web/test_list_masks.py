"""An uploaded list on a page: what is right is masked, what is wrong is shown, or nobody could put it right."""

from __future__ import annotations

import pytest

from server.edges.console.lists_api import masked
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


async def test_a_right_row_is_masked_and_a_wrong_one_is_whole_until_it_is_right(server: Town) -> None:
    await server.resident()
    operator = await server.desk("O1", "operator")
    text = f"手机号,姓名\n{NUMBER},{NAME}\nabc,{NAME}\n"
    made = await operator.must("POST", LISTS, data=uploaded(text), status=201)
    right, wrong = (await operator.must("GET", f"{LISTS}/{made['id']}/rows?only=all"))["rows"]
    assert (right["cells"], wrong["cells"]) == (["154****0001", "王*兰"], ["abc", NAME])
    still = await operator.must("PUT", f"{LISTS}/{made['id']}/rows/3", {"cells": ["15400000019", NAME]})
    assert (still["fault_code"], still["cells"]) == ("list-phone-unknown", ["15400000019", NAME])
