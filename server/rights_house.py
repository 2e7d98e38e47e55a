"""The rooms in which a resident's rights over her data are kept, put together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from config.floor.personal import Personal
from config.floor.unit import SYSTEM, Unit, legal_day
from config.floor.vault import Vault
from config.portal import Portal, Portals
from config.settings import Settings
from config.wording import Wording
from notify.refusing import refuse_information
from notify.service import Notify
from server.domain.audit.service import Audit
from server.domain.calendar.service import word_day
from server.domain.consents.service import FACE, INFORMATION, Consents
from server.domain.consents.texts import ConsentTexts
from server.domain.credentials.service import ResidentCredentials
from server.domain.delegations.service import Delegations
from server.domain.materials.service import Materials
from server.domain.privacy.city_names import Catalogue, City, HandedIn
from server.domain.privacy.closing import Closings, Run
from server.domain.privacy.copying import Copier, Schema
from server.domain.privacy.corrections import Corrections
from server.domain.privacy.exports import Exports
from server.domain.privacy.full_views import FullViews
from server.domain.privacy.merging import Merging
from server.domain.privacy.openings import Openings
from server.domain.privacy.processing import Processing
from server.domain.privacy.retention import Retention, RetentionRules
from server.domain.proving.records import forget_faces
from server.domain.purposes.service import Purposes, said
from server.domain.residents.amending import Amending
from server.domain.residents.service import Residents
from server.domain.sessions.otp import OneTimeCodes
from server.domain.sessions.service import Sessions
from server.domain.visits.withdrawing import Withdrawing

LINK = "/m/#/pages/privacy/privacy"
MERGE_LINK = "/m/#/pages/merge/merge"


@dataclass(frozen=True, slots=True)
class Rights:
    """What a resident may ask about her own data, and what the house owes her without being asked."""

    consents: Consents
    exports: Exports
    closings: Closings
    merging: Merging
    corrections: Corrections
    amending: Amending
    full_views: FullViews
    retention: Retention
    processing: Processing


class Endings:
    """What ends with an account, room by room."""

    def __init__(
        self,
        run: Run,
        residents: Residents,
        sessions: Sessions,
        codes: Withdrawing,
        credentials: ResidentCredentials,
        delegations: Delegations,
        materials: Materials,
        notices: Notify,
        wording: Wording,
    ) -> None:
        self._run, self._residents, self._wording = run, residents, wording
        self._sessions, self._codes, self._credentials = sessions, codes, credentials
        self._delegations, self._materials, self._notices = delegations, materials, notices

    async def end_access(self, unit: Unit, resident_id: UUID) -> None:
        """Delegations first, while their notices can still name her to the other side; sessions before codes, so that
        none is made behind the back of this."""
        await self._delegations.end_all(unit, SYSTEM, resident_id)
        await self._credentials.end_all(unit, SYSTEM, resident_id)
        await self._sessions.end_all(unit, resident_id)
        await self._codes.revoke(unit, subject=resident_id)
        await self._notices.forget_browsers(unit, resident_id)

    async def end_merged(self, unit: Unit, resident_id: UUID, keep_session: UUID) -> None:
        """As with an account that is closed, but for the session in which she is deciding."""
        await self._delegations.end_all(unit, SYSTEM, resident_id)
        await self._credentials.end_all(unit, SYSTEM, resident_id)
        await self._sessions.end_all(unit, resident_id, keep=keep_session)
        await self._codes.revoke(unit, subject=resident_id)
        await self._notices.forget_browsers(unit, resident_id)

    async def tell_merged(self, unit: Unit, resident_id: UUID, region: str, language: str, other_phone: str) -> None:
        """By every way of the account that stays, and to the phone of the one that is closed."""
        await self._notices.post(
            unit, recipient=resident_id, region=region, event="account.merged", category="statutory",
            dedupe_key=f"merged:{resident_id}:{unit.now.isoformat()}", values={"link": MERGE_LINK}, subject="merged",
        )  # fmt: skip
        if other_phone:
            await self._notices.post_to_phone(
                unit, phone=other_phone, event="account.merged", language=language, values={},
                dedupe_key=f"merged-phone:{resident_id}:{unit.now.isoformat()}",
            )  # fmt: skip

    async def drop_files(self, portal: str, resident_id: UUID, drafts: Sequence[UUID]) -> int:
        """Mark in one unit, delete outside any, forget in another: a death in between only means doing it again."""
        materials = self._materials
        dropped = await self._run(portal, lambda unit: materials.drop(unit, resident_id, drafts))
        await materials.remove(dropped)
        return await self._run(portal, lambda unit: materials.forget(unit, dropped))

    async def tell(
        self, unit: Unit, resident_id: UUID, region: str, what: Literal["asked", "undone"], day: str
    ) -> None:
        language = await self._residents.language(resident_id)
        until = word_day(self._wording, language, legal_day(datetime.fromisoformat(day))) if day else ""
        await self._notices.post(
            unit, recipient=resident_id, region=region, event="account.closing", category="statutory",
            dedupe_key=f"closing:{resident_id}:{what}:{unit.now.isoformat()}",
            values={"what": what, "day": until, "link": LINK}, subject="closing",
        )  # fmt: skip


def consents_house(audit: Audit) -> Consents:
    """Purposes as the city's files word them, each with what ends at once with a no."""
    return Consents(ConsentTexts.load(), audit, {INFORMATION: refuse_information, FACE: forget_faces})


def rights_house(
    settings: Settings,
    *,
    run: Run,
    consents: Consents,
    catalogue: Catalogue,
    purposes: Purposes,
    vault: Vault,
    audit: Audit,
    wording: Wording,
    portals: Portals,
    schema: Schema,
    personal: Sequence[Personal],
    residents: Residents,
    sessions: Sessions,
    otp: OneTimeCodes,
    codes: Withdrawing,
    credentials: ResidentCredentials,
    delegations: Delegations,
    materials: Materials,
    cases: HandedIn,
    notices: Notify,
    openings: Openings,
) -> Rights:
    """As the settings and the city's files say; what is wrong with a file stops the start."""
    limits = settings.limits
    endings = Endings(run, residents, sessions, codes, credentials, delegations, materials, notices, wording)
    copier = Copier(vault, schema, personal)
    rules = RetentionRules.load(schema)
    city = City(
        catalogue, cases, lambda portal: _places(portals.get(portal)), lambda language: _labels(purposes, language)
    )
    names: Mapping[str, str] = {portal.id: portal.name for portal in portals}
    return Rights(
        consents=consents,
        exports=Exports(run, vault, audit, copier, wording, city, names, days=limits.export_days),
        closings=Closings(run, audit, endings, days=limits.closing_days),
        merging=Merging(vault, audit, sessions, endings),
        corrections=Corrections(vault, audit, notices, materials, openings),
        full_views=FullViews(
            vault, audit, residents, notices, openings, lambda portal: portals.get(portal).tell_full_views
        ),
        amending=Amending(vault, audit, sessions, otp, notices, codes),
        retention=Retention(run, audit, rules, schema, [portal.id for portal in portals]),
        processing=Processing.load(copier, personal, rules),
    )


def _places(portal: Portal) -> Mapping[str, str]:
    return {**portal.places, portal.region: portal.region_name or portal.name}


def _labels(purposes: Purposes, language: str) -> Mapping[str, str]:
    return {purpose.code: said(purpose.label, language) for purpose in purposes.all()}
