"""Ways in, each against its provider's stand-in: what an answer means, and what is no answer."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any

import pytest

from config.settings import Settings
from config.way_settings import NetIdentityWay
from server.adapters.ways_standin import Mode, WaysStandIn
from server.domain.residents.ways import Given, Vouched, Way, WayRefused, WayUnavailable
from server.way_house import way_house

PERSON = {"username": "王秀兰", "idnum": "511602186209161281", "mobile": "15400000001"}


@pytest.fixture
async def standin() -> AsyncIterator[WaysStandIn]:
    made = WaysStandIn()
    await made.open()
    yield made
    await made.close()


async def _ways(standin: WaysStandIn, stack: AsyncExitStack, **more: Any) -> dict[str, Way]:
    asked = standin.settings(**{k: v for k, v in more.items() if k == "alipay"})
    if "net_identity" in more:
        asked = asked.model_copy(update={"net_identity": more["net_identity"]})
    house = await way_house(Settings(profile="test", ways=asked), stack)
    return dict(house.ways)


CASES: tuple[tuple[str, dict[str, Any], Vouched], ...] = (
    ("wechat", {"openid": "o-1"}, Vouched("wechat", "o-1", source="wechat")),
    (
        "zheliban", {"userid": "z-1", "authlevel": "3", **PERSON},
        Vouched("zheliban", "z-1", 4, "person", "王秀兰", PERSON["idnum"], PERSON["mobile"], "zheliban"),
    ),
    (
        "zheliban", {"userid": "z-2", "authlevel": "1", **PERSON},
        Vouched("zheliban", "z-2", phone=PERSON["mobile"], source="zheliban"),
    ),
    (
        "ticket", {"subject": "n-1", "level": 2, "kind": "person", "source": "province", "name": "王秀兰",
                   "id_number": PERSON["idnum"]},
        Vouched("ticket", "n-1", 3, "person", "王秀兰", PERSON["idnum"], source="province"),
    ),
    (
        "ticket", {"subject": "n-2", "level": 3, "kind": "legal", "source": "province"},
        Vouched("ticket", "n-2", 4, "legal", source="province"),
    ),
    (
        "net_identity", {"result": "pass", "mode": "certificate_face", "identifier": "w-1", "similarity": 0.98},
        Vouched("net_identity", "w-1", source="net-identity:certificate_face"),
    ),
)  # fmt: skip


async def test_each_way_says_whom_its_code_stands_for_and_a_code_works_once(standin: WaysStandIn) -> None:
    async with AsyncExitStack() as stack:
        ways = await _ways(standin, stack)
        for name, facts, expected in CASES:
            code = standin.mint(name, **facts)
            assert await ways[name].exchange(Given(code)) == expected
            for refused in (code, "unknown", standin.mint("another", openid="x")):
                with pytest.raises(WayRefused):
                    await ways[name].exchange(Given(refused))


async def test_wechat_gives_the_phone_by_a_second_code_of_our_own_application(standin: WaysStandIn) -> None:
    async with AsyncExitStack() as stack:
        wechat = (await _ways(standin, stack))["wechat"]
        both = Given(standin.mint("wechat", openid="o"), standin.mint("wechat_phone", phone="15400000001"))
        assert (await wechat.exchange(both)).phone == "15400000001"
        foreign = standin.mint("wechat_phone", phone="15400000001", app_id="another")
        with pytest.raises(WayRefused):
            await wechat.exchange(Given(standin.mint("wechat", openid="o"), foreign))
        assert standin.calls.count("stable_token") == 1, "one token for all calls"


async def test_alipay_is_believed_only_where_it_signed(standin: WaysStandIn) -> None:
    async with AsyncExitStack() as stack:
        alipay = (await _ways(standin, stack, alipay=True))["alipay"]
        code = standin.mint("alipay", open_id="a-1")
        assert await alipay.exchange(Given(code)) == Vouched("alipay", "a-1", source="alipay")
        with pytest.raises(WayRefused):
            await alipay.exchange(Given(code))
        assert standin._keys is not None
        standin._keys = (standin._keys[0], standin._keys[0])  # somebody else's signature
        with pytest.raises(WayUnavailable):
            await alipay.exchange(Given(standin.mint("alipay", open_id="a-2")))


async def test_a_voucher_of_a_mode_that_is_not_accepted_or_did_not_pass_is_refused(standin: WaysStandIn) -> None:
    only = standin.settings().net_identity.model_copy(update={"modes": ("certificate_face",)})
    assert isinstance(only, NetIdentityWay)
    async with AsyncExitStack() as stack:
        way = (await _ways(standin, stack, net_identity=only))["net_identity"]
        for facts in (
            {"result": "pass", "mode": "certificate", "identifier": "w"},
            {"result": "fail", "mode": "certificate_face"},
        ):
            with pytest.raises(WayRefused):
                await way.exchange(Given(standin.mint("net_identity", **facts)))


@pytest.mark.parametrize("mode", ["down", "garbage"])
async def test_a_provider_in_trouble_is_unavailable_and_nothing_else(standin: WaysStandIn, mode: Mode) -> None:
    async with AsyncExitStack() as stack:
        ways = await _ways(standin, stack, alipay=True)
        standin.mode = mode
        for name, way in ways.items():
            with pytest.raises(WayUnavailable):
                await way.exchange(Given(standin.mint(name, openid="o")))
        await standin.close()
        for way in ways.values():
            with pytest.raises(WayUnavailable):
                await way.exchange(Given("code"))


@pytest.mark.parametrize("level", ["9", "", "0"])
async def test_a_level_that_is_not_in_the_table_proves_nothing(standin: WaysStandIn, level: str) -> None:
    async with AsyncExitStack() as stack:
        way = (await _ways(standin, stack))["zheliban"]
        came = await way.exchange(Given(standin.mint("zheliban", userid="z", authlevel=level, **PERSON)))
        assert (came.loa, came.name, came.id_number) == (0, "", "")
