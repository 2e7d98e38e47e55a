"""Uploads on a real database: owners, quotas, sweeping."""

from __future__ import annotations

from datetime import timedelta

import pytest

from config.floor.ids import new_id
from config.floor.vault import Vault
from server.adapters.clock import ShiftedClock
from server.adapters.database import Database
from server.domain.materials.errors import FileMissing, FileNotUsable, TooManyFiles
from server.domain.materials.service import MaterialOptions, Materials
from server.domain.sessions.callers import ResidentCaller
from tests.domain.cases.office import MemoryFiles, Office
from tests.domain.materials.samples import pdf


@pytest.fixture
async def office(database: Database, clock: ShiftedClock, vault: Vault) -> Office:
    return Office(database, clock, vault)


async def test_an_upload_lies_sealed_and_opens_for_its_owner_alone(office: Office) -> None:
    owner, stranger = await office.resident(), await office.resident("15400000012", verified=False)
    content = pdf(b"secret words")
    file_id = await office.upload(owner, "我的证明.pdf", content)
    assert list(office.files.kept) == [str(file_id)]
    assert b"secret" not in office.files.kept[str(file_id)]
    info = await office.run(lambda unit: office.materials.own(unit, owner.resident_id, file_id))
    assert (info.name, info.media_type, info.size) == ("我的证明.pdf", "application/pdf", len(content))
    assert await office.materials.content(info) == content
    for who, portal in ((stranger.resident_id, "demo"), (owner.resident_id, "other")):
        with pytest.raises(FileMissing):
            await office.run(lambda unit, who=who: office.materials.own(unit, who, file_id), portal)  # type: ignore[misc]
    with pytest.raises(FileNotUsable):
        await office.run(lambda unit: office.materials.attach(unit, stranger.resident_id, new_id(), [file_id]))


async def test_content_that_was_changed_or_lost_is_not_answered(office: Office) -> None:
    owner = await office.resident()
    file_id = await office.upload(owner)
    info = await office.run(lambda unit: office.materials.own(unit, owner.resident_id, file_id))
    sealed = office.files.kept[str(file_id)]
    office.files.kept[str(file_id)] = sealed[:-1] + bytes([sealed[-1] ^ 1])
    with pytest.raises(ValueError, match=r".*"):
        await office.materials.content(info)
    await office.files.delete(str(file_id))
    with pytest.raises(FileMissing):
        await office.materials.content(info)


async def test_too_many_waiting_uploads_are_refused(office: Office, vault: Vault) -> None:
    owner = await office.resident()
    office.materials = Materials(MemoryFiles(), vault, MaterialOptions(pending_files=2))
    await office.upload(owner)
    await office.upload(owner)
    with pytest.raises(TooManyFiles):
        await office.upload(owner)


async def _sweep(office: Office) -> int:
    dropped = await office.run(office.materials.sweep)
    await office.materials.remove(dropped)
    return await office.run(lambda unit: office.materials.forget(unit, dropped))


async def test_what_nobody_used_is_swept_with_its_content(office: Office) -> None:
    owner: ResidentCaller = await office.resident()
    used, unused = await office.upload(owner), await office.upload(owner)
    found = await office.materials.inspect("x.pdf", pdf())
    await office.run(lambda unit: office.materials.reserve(unit, owner, found))  # and the machine stopped here
    await office.run(lambda unit: office.materials.attach(unit, owner.resident_id, new_id(), [used]))
    assert await _sweep(office) == 0
    office.clock.advance(timedelta(hours=25))
    assert await _sweep(office) == 2
    assert list(office.files.kept) == [str(used)]
    with pytest.raises(FileMissing):
        await office.run(lambda unit: office.materials.confirm(unit, owner, found))
    with pytest.raises(FileNotUsable):
        await office.run(lambda unit: office.materials.attach(unit, owner.resident_id, new_id(), [unused]))
