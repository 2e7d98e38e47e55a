"""``make demo`` against a running server: told once, told again at once, and told with a wrong password."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from config.settings import Settings
from server.__main__ import _parser
from server.adapters.clock import ShiftedClock
from server.demo.story import tell
from tests.journeys.forms import fill, materials
from tests.journeys.people import Phone
from tests.journeys.town import PASSWORD, PEOPLE, Town, running_town


@pytest.fixture
async def city(settings: Settings, clock: ShiftedClock) -> AsyncIterator[Town]:
    """A town with the story's staff, where another sign-in code takes five seconds, and a day has three.

    A day and not an hour: the story is told three times, and a window that ended in between would give new ones.
    """
    limits = settings.limits.model_copy(update={"otp_resend_seconds": 5, "otp_per_phone_day": 3})
    async with running_town(settings.model_copy(update={"limits": limits}), clock) as town:
        for staff_no, role, counter in (
            ("H2001", "handler", ""),
            ("H2002", "handler", ""),
            ("C1003", "clerk", "3 号窗口"),
        ):
            await town.hire(staff_no, [role], counter=counter)
        yield town


async def told(city: Town, password: str = PASSWORD) -> tuple[int, str]:
    out = io.StringIO()
    return await tell(city.origin, out, password), out.getvalue()


async def test_the_story_is_true_the_first_the_second_and_the_third_time(city: Town) -> None:
    code, first = await told(city)
    assert code == 0, first
    assert first.index("LoA  2") < first.index("LoA  3") < first.index("same-person") < first.index("code-used")
    assert "✓ 有效  王*兰" in first.split("窗口看到的")[1]
    assert "otp-too-many" not in first

    phone = await city.invite(Phone(city.origin, PEOPLE[0][2]))
    token = await phone.must("POST", "/tour/api/v1/sign-in", {"cast_id": "mother"}, status=200)
    phone.headers["Authorization"] = f"Bearer {token['token']}"
    item = await phone.must("GET", "/api/v1/items/printing-licence")
    open_case = {"item": item["code"], "answers": fill(item), "materials": await materials(phone, item)}
    await phone.must("POST", "/api/v1/cases", open_case, status=201)

    city.clock.advance(timedelta(seconds=5))
    await phone.must("POST", "/api/v1/otp", {"phone": phone.number}, status=202)
    code, second = await told(city)
    assert code == 0, second
    assert "otp-too-many" in second and "秒再要一次" in second and "SMS  【" in second
    assert "以前已经核验过" in second
    assert "还有 1 件没办完" in second
    assert "✓ 有效  王*兰" in second.split("窗口看到的")[1]

    city.clock.advance(timedelta(seconds=5))
    code, third = await told(city)  # her codes of this day are used up
    assert code == 0, third
    assert "一键登录" in third
    assert "SMS  【" not in third


async def test_a_wrong_password_says_where_to_find_the_right_one(city: Town) -> None:
    code, text = await told(city, "not this one")
    assert code == 1
    assert "sign-in-wrong" in text
    assert "--staff-password" in text


def test_the_command_takes_the_password_of_a_server_with_another_folder() -> None:
    asked = _parser().parse_args(["demo", "--url", "http://127.0.0.1:1", "--staff-password", "a-b-c"])
    assert (asked.url, asked.staff_password) == ("http://127.0.0.1:1", "a-b-c")
    assert _parser().parse_args(["demo"]).staff_password == ""
