"""Settings → Services: the only file that picks adapters."""

from __future__ import annotations

import base64
import logging
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial

from codes.keys import MasterKeys
from codes.service import Codes
from config.portal import place_name
from config.settings import Settings
from config.wording import Wording
from notify.audience import Audience
from notify.board import Board
from notify.campaigns import Campaigns
from notify.engine.cluster import Jobs
from notify.engine.embedded import Engine
from notify.history import History
from notify.lists import Lists
from notify.service import Notify
from notify.templates import Templates
from server.adapters.audit_heads import HeadFiles
from server.adapters.clock import DatabaseClock, ShiftedClock
from server.adapters.database import Database
from server.adapters.demo_secrets import with_demo_secrets
from server.adapters.files import FolderFiles
from server.adapters.identity_register import HttpIdentityRegister
from server.adapters.keyring import KeyringVault, decode_keys
from server.adapters.lines import open_lines
from server.adapters.migrate import (
    DATABASE_ERRORS,
    SchemaWrong,
    migrate,
    missing_from_schema,
    personal,
    schema,
    sealed_columns,
)
from server.adapters.papers_http import HttpLicences, HttpPortraits
from server.adapters.papers_standin import PapersStandIn
from server.adapters.register_standin import RegisterStandIn
from server.adapters.store_embedded import EmbeddedStore
from server.channel_house import Lines, callbacks_of, channel_house
from server.city_files import city_portals, city_recognition
from server.credential_house import credential_house
from server.delegation_house import delegation_house
from server.domain.answers.service import Answers
from server.domain.audit.sealing import Seals
from server.domain.audit.seals import SealingKey
from server.domain.audit.service import Audit
from server.domain.calendar.service import CalendarService
from server.domain.cases.service import Cases
from server.domain.catalogue.service import CatalogueService
from server.domain.consents.service import refused
from server.domain.counter_cases.service import CounterCases
from server.domain.delegations.mandates import Mandates
from server.domain.halls.plan import Plans
from server.domain.halls.service import Halls
from server.domain.keys.search_change import SearchChange
from server.domain.keys.service import Keys
from server.domain.licences.service import Licences
from server.domain.looks.service import Looks
from server.domain.losses.service import Losses
from server.domain.materials.inspection import InspectionOptions
from server.domain.materials.service import MaterialOptions, Materials
from server.domain.privacy.openings import Openings
from server.domain.privacy.rotation import Rotation
from server.domain.proving.schemas import ProvingPurposes
from server.domain.proving.service import Proving
from server.domain.purposes.service import Purposes
from server.domain.replays.service import Replays
from server.domain.residents.arrivals import Arrivals
from server.domain.residents.card import Cards
from server.domain.residents.service import ResidentOptions, Residents
from server.domain.residents.sign_in import PhoneSignIn
from server.domain.sessions.devices import Devices
from server.domain.sessions.otp import OneTimeCodes
from server.domain.sessions.service import Sessions
from server.domain.staff.roster import Roster
from server.domain.staff.service import Staff
from server.domain.terminals.service import Terminals
from server.domain.visits.service import Visits
from server.limits import lifetimes, otp_limits, second_factor, terminal_options, visit_options
from server.notice_house import notice_engine, notify_options
from server.paper_house import paper_house, register_standin
from server.profile_check import CannotStart as CannotStart
from server.profile_check import WrongDatabase as WrongDatabase
from server.profile_check import check_profile
from server.proof_house import ProofHouse, proof_house
from server.rights_house import consents_house, rights_house
from server.services import Services
from server.vault_house import VaultHouse, loaded_vault
from server.way_house import WayHouse, way_house

TOUR_TOPIC = "tour"
_log = logging.getLogger("yima.opening")


@dataclass(frozen=True, slots=True)
class Opened:
    """The services, and what only the program itself touches."""

    services: Services
    database: Database
    clock: DatabaseClock
    engine: Engine
    standin: RegisterStandIn | None
    papers: PapersStandIn | None
    ways: WayHouse
    keys: VaultHouse
    proofs: ProofHouse

    @property
    def movable_clock(self) -> ShiftedClock:
        """The clock as the demo and tests may move it; in production there is none."""
        if not isinstance(self.clock, ShiftedClock):
            raise TypeError("this clock cannot be moved")
        return self.clock


@asynccontextmanager
async def opened(settings: Settings, *, clock: DatabaseClock | None = None) -> AsyncIterator[Opened]:
    """Open everything for ``settings`` on a migrated database; close it again, in reverse, whatever happens."""
    settings = prepared(settings)
    clock = clock or (DatabaseClock() if settings.profile == "production" else ShiftedClock())
    async with AsyncExitStack() as stack:
        store = _store(settings)
        stack.push_async_callback(store.close)
        await store.open()
        database = _database(settings, clock, store)
        stack.push_async_callback(database.close)
        await database.open()
        audit = Audit()
        keys = await _keys(settings, clock, audit, stack)
        standin = await register_standin(settings, stack)
        register = HttpIdentityRegister(
            standin.url if standin else settings.identity.register_url, timeout=settings.identity.timeout_seconds
        )
        await register.open()
        stack.push_async_callback(register.close)
        papers, portraits, licences = await paper_house(settings, stack)
        lines = await open_lines(settings.channels, stack)
        ways = await way_house(settings, stack)
        proofs = await proof_house(settings, register, stack, ways.standin)
        services, engine = _assemble(
            settings, clock, store, database, register, portraits, licences, lines, ways, proofs, keys.vault, audit
        )
        await _check_database(services)
        yield Opened(services, database, clock, engine, standin, papers, ways, keys, proofs)


async def migrated(settings: Settings) -> None:
    """Bring the database to this program's schema, under the migrating role, or raise ``SchemaWrong``."""
    try:
        await migrate(settings.storage_url(migrating=True), application=settings.storage_url())
    except SchemaWrong as error:
        raise CannotStart(str(error)) from error
    except DATABASE_ERRORS as error:
        raise CannotStart(f"the database cannot be migrated: {_cause(error)}") from error


def prepared(settings: Settings) -> Settings:
    """The demo's settings with its own keys; all others as they are."""
    if settings.profile == "production" or settings.secrets.vault_keys or settings.vault.is_set:
        return settings
    return with_demo_secrets(settings)


def _store(settings: Settings) -> EmbeddedStore:
    mirror = TOUR_TOPIC if settings.profile != "production" else ""
    if url := settings.redis_url.get_secret_value():
        from server.adapters.store_redis import RedisStore  # a library that only a configured Redis needs

        return RedisStore(url, mirror_topic=mirror)
    return EmbeddedStore(mirror_topic=mirror)


def _database(settings: Settings, clock: DatabaseClock, store: EmbeddedStore) -> Database:
    limits = settings.limits
    return Database(
        settings.storage_url(),
        clock=clock,
        publisher=store,
        pool_size=settings.pool_size,
        units_at_once=min(limits.units_at_once, settings.pool_size - 1),
        wait_seconds=limits.unit_wait_seconds,
        statement_seconds=limits.statement_seconds,
        outlasts_power=settings.profile != "test",
    )


async def _keys(settings: Settings, clock: DatabaseClock, audit: Audit, stack: AsyncExitStack) -> VaultHouse:
    try:
        return await loaded_vault(settings, Keys(audit), clock, stack)
    except DATABASE_ERRORS as error:
        raise CannotStart(f"the database cannot be used: {_cause(error)}") from error


def _code_keys(settings: Settings) -> MasterKeys:
    secrets = settings.secrets
    return MasterKeys(
        decode_keys({n: k.get_secret_value() for n, k in secrets.code_keys.items()}), secrets.code_current
    )


def _assemble(
    settings: Settings,
    clock: DatabaseClock,
    store: EmbeddedStore,
    database: Database,
    register: HttpIdentityRegister,
    portraits: HttpPortraits,
    licence_system: HttpLicences,
    lines: Lines,
    ways: WayHouse,
    proofs: ProofHouse,
    vault: KeyringVault,
    audit: Audit,
) -> tuple[Services, Engine]:
    limits, wording = settings.limits, Wording()
    portals = city_portals(settings)
    sessions = Sessions(lifetimes(limits, lock_minutes=settings.staff.lock_minutes))
    regions = {portal.id: portal.region for portal in portals}
    options = ResidentOptions(regions=regions, year_shift=settings.demo.year_shift)
    residents = Residents(vault, audit, sessions, options)
    templates = Templates()
    house = channel_house(
        settings, lines, store, run=database.unit_of_work, vault=vault, contacts=residents, templates=templates,
        portals=portals,
    )  # fmt: skip
    notices = notify_options(settings, portals, house.channels)
    notify = Notify(vault=vault, contacts=residents, templates=templates, options=notices)
    otp = OneTimeCodes(vault, notify, otp_limits(limits))
    terminals = Terminals(vault, audit, sessions, terminal_options(limits))
    staff = Staff(vault, audit, sessions, terminals, attempts=limits.password_attempts, places=regions)
    catalogue, calendar, purposes = CatalogueService(), CalendarService.load(), Purposes.load()
    codes = Codes(_code_keys(settings))
    inspection = InspectionOptions(max_bytes=limits.upload_bytes, max_pixels=limits.upload_pixels)
    files = FolderFiles(settings.data_dir / "files")
    materials = Materials(files, vault, MaterialOptions(inspection, pending_files=limits.pending_files))
    consents, openings = consents_house(audit), Openings(limits.full_view_minutes)
    cases = Cases(
        vault=vault, audit=audit, notify=notify, residents=residents, catalogue=catalogue, calendar=calendar,
        materials=materials, wording=wording, mandates=Mandates(), openings=openings,
        year_shift=settings.demo.year_shift,
    )  # fmt: skip
    looks = visit_options(limits)
    recognition = city_recognition(settings, portals, purposes)
    offline = credential_house(
        settings, vault, database.unit_of_work, residents, audit, staff, terminals, looks, recognition
    )
    visits = Visits(
        codes, purposes, residents, cases, audit, terminals, looks, offline.papers, recognition,
        mandates=Mandates(),
    )  # fmt: skip
    halls = Halls(
        Plans.load(settings.halls_dir), calendar=calendar, audit=audit, notices=notify, people=residents,
        terminals=terminals, visits=visits, visit_minutes=limits.visit_ticket_minutes,
        ticket_days=limits.ticket_days,
    )  # fmt: skip
    audience = Audience(residents=residents, cases=cases, items=catalogue, place=place_name(portals), refused=refused)
    answers = Answers(residents, cases, notify.preferences, audit)
    callbacks = callbacks_of(
        house, run=database.unit_of_work, vault=vault, receipts=notify.receipts, accounts=residents.bindings,
        desk=answers,
    )  # fmt: skip
    delegations = delegation_house(
        settings, vault, audit, residents=residents, items=catalogue, purposes=purposes, cases=cases,
        codes=visits.withdrawing, credentials=offline.credentials, notices=notify, staff=staff, papers=materials,
    )  # fmt: skip
    services = Services(
        settings=settings,
        delegations=delegations,
        wording=wording,
        portals=portals,
        database=database,
        clock=clock,
        store=store,
        vault=vault,
        codes=codes,
        publisher=offline.publisher,
        credentials=offline.credentials,
        offline_reads=offline.offline_reads,
        comparing=offline.comparing,
        conflicts=offline.conflicts,
        notify=notify,
        channels=house,
        callbacks=callbacks,
        answers=answers,
        campaigns=Campaigns(audience=audience, options=notices, lists=Lists(vault, residents)),
        board=Board(),
        history=History(vault),
        residents=residents,
        cards=Cards(vault, audit, sessions),
        register=register,
        proving=Proving(vault, residents, consents, ProvingPurposes.load(), proofs.ports, proofs.limits),
        sessions=sessions,
        devices=Devices(lifetimes(limits).resident_idle),
        otp=otp,
        sign_in=PhoneSignIn(otp, residents, sessions),
        ways=ways.ways,
        platform_code=ways.standin.mint if ways.standin else None,
        arrivals=Arrivals(vault, audit, sessions, residents, regions),
        staff=staff,
        roster=Roster(audit, sessions),
        second_factor=second_factor(settings, vault, audit),
        terminals=terminals,
        catalogue=catalogue,
        calendar=calendar,
        cases=cases,
        materials=materials,
        purposes=purposes,
        recognition=recognition,
        visits=visits,
        counter_cases=CounterCases(
            visits=visits,
            cases=cases,
            residents=residents,
            audit=audit,
            wording=wording,
            mandates=Mandates(),
            form_seconds=limits.counter_form_seconds,
            visit_minutes=limits.visit_desk_minutes,
        ),
        portraits=portraits,
        licences=Licences(vault, residents, cases, licence_system),
        halls=halls,
        audit=audit,
        rotation=Rotation(database.unit_of_work, vault, sealed_columns(), files),
        search_change=SearchChange(database.unit_of_work, vault, list(personal())),
        seals=Seals(
            SealingKey(base64.b64decode(settings.secrets.audit_key.get_secret_value(), validate=True)),
            HeadFiles(settings.audit.heads_dir or settings.data_dir / "audit-heads"),
        ),
        looks=Looks(audit, residents.merges, visits, cases),
        losses=Losses(sessions, visits.withdrawing, offline.credentials, notify, audit),
        replays=Replays(vault, hours=limits.idempotency_hours),
        rights=rights_house(
            settings,
            run=database.unit_of_work,
            consents=consents,
            catalogue=catalogue,
            purposes=purposes,
            vault=vault,
            audit=audit,
            wording=wording,
            portals=portals,
            schema=schema(),
            personal=list(personal()),
            residents=residents,
            sessions=sessions,
            otp=otp,
            codes=visits.withdrawing,
            credentials=offline.credentials,
            delegations=delegations,
            materials=materials,
            cases=cases,
            notices=notify,
            openings=openings,
        ),
    )
    return services, notice_engine(
        settings, run=database.unit_of_work, vault=vault, contacts=residents, channels=house.channels,
        audience=audience, options=notices, waker=store, jobs=partial(_jobs, settings),
    )  # fmt: skip


def _jobs(settings: Settings, name: str, at_once: int) -> Jobs:
    from server.adapters.jobs_taskiq import TaskiqJobs  # a library that only a cluster needs

    return TaskiqJobs(settings.redis_url.get_secret_value(), name, at_once=at_once)


async def _check_database(services: Services) -> None:
    """It answers, holds this program's schema, and belongs to this profile."""
    try:
        await services.clock.read()
        missing = await missing_from_schema() if services.settings.profile == "production" else []
    except DATABASE_ERRORS as error:
        raise CannotStart(f"the database cannot be used: {_cause(error)}") from error
    if missing:
        raise CannotStart(
            f"the database lacks {len(missing)} parts of this program's schema ({', '.join(missing[:3])} …): "
            "run python -m server migrate"
        )
    await check_profile(services)


def _cause(error: BaseException) -> str:
    """The innermost error's kind and words: the driver's, which name no password."""
    while error.__cause__ is not None:
        error = error.__cause__
    return f"{type(error).__name__} {error}".strip()
