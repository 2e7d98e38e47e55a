"""Licences: a list without secrets, a face that is hers, and what is shown while the licence system is away."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from uuid import UUID

import pytest

from config.floor.ids import new_id
from config.floor.unit import Unit
from config.floor.vault import Vault
from server.domain.cases.views import GrantedResult
from server.domain.licences.errors import LicenceMissing, LicencesUnavailable
from server.domain.licences.ports import Face, HeldLicence, Holder
from server.domain.licences.service import Holding, Licences

TODAY = Unit(now=datetime(2026, 11, 24, 4, tzinfo=UTC), portal="demo")
WANG, LI = new_id(), new_id()
PEOPLE = {WANG: {"name": "王秀兰", "id_number": "511602186209161281"}, LI: {"name": "李建国"}}


@dataclass
class System:
    """A licence system of two licences."""

    away: bool = False

    async def held(self, holder: Holder) -> list[HeldLicence]:
        if self.away:
            raise LicencesUnavailable()
        made = date(2020, 1, 1)
        return [
            HeldLicence("k1", "residence-permit", "居住证", "J1", "公安局", made, date(2026, 11, 23), "valid"),
            HeldLicence("k2", "social-card", "社保卡", "S1", "人社局", made, date(2026, 11, 24), "valid"),
        ]

    async def face(self, key: str) -> Face:
        if self.away:
            raise LicencesUnavailable()
        return Face("王秀兰", (("号码", key),))


class Residents:
    async def disclose(self, unit: Unit, resident_id: UUID, fields: Sequence[str]) -> dict[str, str]:
        return PEOPLE[resident_id]


class Results:
    async def granted(self, unit: Unit, resident_id: UUID) -> list[GrantedResult]:
        return [GrantedResult("51160", "printing-licence", "印刷经营许可", "审批局", "DEMO-ZY-1", date(2026, 5, 1))]


@pytest.fixture
def system() -> System:
    return System()


@pytest.fixture
def licences(vault: Vault, system: System) -> Licences:
    return Licences(vault, Residents(), Results(), system)


async def holding(licences: Licences) -> Holding:
    return await licences.holding(TODAY, WANG, business="own-licences", basis="本人")


async def test_the_list_holds_the_systems_licences_and_what_was_granted_here(licences: Licences) -> None:
    found = await licences.held(await holding(licences))
    assert found.complete
    assert [(one.name, one.status, one.source) for one in found.licences] == [
        ("印刷经营许可", "valid", "this_portal"),
        ("社保卡", "valid", "licence_system"),
        ("居住证", "expired", "licence_system"),
    ]
    assert len({one.id for one in found.licences}) == 3
    assert not [one for one in found.licences if one.number in one.id]


async def test_a_face_is_fetched_by_the_code_of_a_fresh_list(licences: Licences) -> None:
    hers = await holding(licences)
    ids = {one.name: one.id for one in (await licences.held(hers)).licences}
    face = await licences.face(hers, ids["社保卡"])
    assert (face.holder, face.lines) == ("王秀兰", (("号码", "k2"),))
    assert (await licences.face(hers, ids["印刷经营许可"])).holder == "王秀兰"
    with pytest.raises(LicenceMissing):
        await licences.face(hers, "0" * 32)


async def test_only_what_was_chosen_is_there(licences: Licences) -> None:
    hers = await holding(licences)
    chosen, other = (await licences.held(hers)).licences[:2]
    assert [one.id for one in (await licences.held(hers, [chosen.id])).licences] == [chosen.id]
    with pytest.raises(LicenceMissing):
        await licences.face(hers, other.id, [chosen.id])


async def test_while_the_system_is_away_the_own_results_stand_and_that_is_said(
    licences: Licences, system: System
) -> None:
    hers = await holding(licences)
    ids = {one.name: one.id for one in (await licences.held(hers)).licences}
    system.away = True
    found = await licences.held(hers)
    assert ([one.name for one in found.licences], found.complete) == (["印刷经营许可"], False)
    assert (await licences.face(hers, ids["印刷经营许可"])).licence.number == "DEMO-ZY-1"
    with pytest.raises(LicencesUnavailable):
        await licences.face(hers, ids["社保卡"])


async def test_without_a_proven_identity_nothing_is_held(licences: Licences) -> None:
    with pytest.raises(LicenceMissing):
        await licences.holding(TODAY, LI, business="own-licences", basis="本人")
