"""The steps of proving that this deployment has: each one whose settings are there, over one wire that calls only
them."""

from __future__ import annotations

import tomllib
from contextlib import AsyncExitStack
from dataclasses import dataclass

from yarl import URL

from config.proof_settings import ProofSettings
from config.settings import Settings
from notify.wechat_token import TokenSource
from server.adapters.proofs import AlipayFaceCheck, BankCard, NameAndNumber, Operator, Register, WeChatFaceCheck
from server.adapters.proofs_standin import ProofsStandIn
from server.adapters.register_standin import read_population
from server.adapters.ways_standin import WaysStandIn
from server.adapters.wire import HttpWire
from server.domain.proving.service import ProvingLimits
from server.domain.proving.steps import Compare, Face, Ports, StepCode
from server.paper_house import POPULATION


@dataclass(frozen=True, slots=True)
class ProofHouse:
    """``standin`` only in the demo and in tests that name no one else to ask."""

    ports: Ports
    limits: ProvingLimits
    standin: ProofsStandIn | None


async def proof_house(
    settings: Settings, register: Register, stack: AsyncExitStack, ways: WaysStandIn | None = None
) -> ProofHouse:
    """Open what is configured; the demo without any settings gets the stand-in's, tests all but Alipay's keys."""
    asked, standin = settings.proofs, None
    limits = ProvingLimits(asked.per_address, asked.per_portal_day)
    if settings.profile != "production" and _is_bare(asked):
        standin = ProofsStandIn(read_population(*(p for p in POPULATION if p.exists())), _phones())
        await standin.open()
        stack.push_async_callback(standin.close)
        asked = (
            standin.with_alipay(ways.key_pairs if ways else None) if settings.profile == "demo" else standin.settings()
        )
    compare: dict[StepCode, Compare] = {"name_and_id": NameAndNumber(register)}
    face: dict[StepCode, Face] = {}
    hosts = [URL(url).host or "" for url in _addresses(asked)]
    if hosts:
        wire = HttpWire(hosts)
        await wire.open()
        stack.push_async_callback(wire.close)
        _connect(asked, wire, compare, face)
    return ProofHouse(Ports(compare, face), limits, standin)


def _is_bare(asked: ProofSettings) -> bool:
    return not _addresses(asked)


def _addresses(asked: ProofSettings) -> list[str]:
    found = [
        (asked.operator.app_id, asked.operator.base_url), (asked.bank.app_id, asked.bank.base_url),
        (asked.wechat.app_id, asked.wechat.base_url), (asked.alipay.app_id, asked.alipay.gateway),
    ]  # fmt: skip
    return [url for key, url in found if key]


def _connect(
    asked: ProofSettings, wire: HttpWire, compare: dict[StepCode, Compare], face: dict[StepCode, Face]
) -> None:
    wait = asked.timeout_seconds
    if asked.operator.app_id:
        compare["operator"] = Operator(asked.operator, wire, wait)
    if asked.bank.app_id:
        compare["bank_card"] = BankCard(asked.bank, wire, wait)
    if asked.wechat.app_id:
        wechat = asked.wechat
        tokens = TokenSource(
            wire, app_id=wechat.app_id, app_secret=wechat.app_secret.get_secret_value(), base_url=wechat.base_url
        )
        face["wechat_face"] = WeChatFaceCheck(wechat, wire, tokens, wait)
    if asked.alipay.app_id:
        face["alipay_face"] = AlipayFaceCheck(asked.alipay, wire, wait)


def _phones() -> dict[str, str]:
    """Mobile number → ID number, from the demo's people."""
    found: dict[str, str] = {}
    for path in POPULATION:
        if path.exists():
            for person in tomllib.loads(path.read_text("utf-8")).get("residents", []):
                if "phone" in person and "id_number" in person:
                    found[person["phone"]] = person["id_number"]
    return found
