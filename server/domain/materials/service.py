"""The public door of materials: receive an upload, give it to a case or to a request for correction, read it back,
sweep what nobody used.

An upload goes in three steps, so that no content is ever without a row: ``reserve`` (a unit), ``write`` (outside),
``confirm`` (a unit). Whatever stops in between is swept.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Literal, Protocol, cast
from uuid import UUID

from config.floor import sql
from config.floor.ids import new_id
from config.floor.unit import Unit
from config.floor.vault import Vault
from server.domain.materials.errors import FileMissing, FileNotUsable, TooManyFiles
from server.domain.materials.inspection import Inspected, InspectionOptions, MediaType, inspect, label

CONTENT = "material_files.content"
NAME = "material_files.name"


class Files(Protocol):
    """Where sealed content lies."""

    async def put(self, name: str, content: bytes) -> None: ...

    async def get(self, name: str) -> bytes: ...

    async def delete(self, name: str) -> None: ...


class Uploader(Protocol):
    """Whoever uploads: a resident's session."""

    @property
    def resident_id(self) -> UUID: ...

    @property
    def region(self) -> str: ...


@dataclass(frozen=True, slots=True)
class MaterialOptions:
    """Budgets of the room, ours to set."""

    inspection: InspectionOptions = field(default_factory=InspectionOptions)
    pending_files: int = 40
    pending_hours: int = 24
    store_seconds: float = 10.0


@dataclass(frozen=True, slots=True)
class Upload:
    """An inspected and sealed upload that is not yet anywhere."""

    id: UUID
    name: str
    found: Inspected
    sealed: bytes


@dataclass(frozen=True, slots=True)
class FileInfo:
    """A file as lists and pages show it."""

    id: UUID
    name: str
    media_type: MediaType
    size: int


_INFO = "id, name, media_type, size"


class Materials:
    """One for a process; stateless."""

    def __init__(self, files: Files, vault: Vault, options: MaterialOptions | None = None) -> None:
        self._files = files
        self._vault = vault
        self.options = options or MaterialOptions()

    async def inspect(self, name: str, content: bytes) -> Upload:
        """Look at the content and seal it, off the event loop; refusals for what we do not take."""
        return await asyncio.to_thread(self._prepare, name, content)

    def _prepare(self, name: str, content: bytes) -> Upload:
        found = inspect(content, self.options.inspection)
        return Upload(new_id(), label(name, found.media_type), found, self._vault.seal_bytes(content, CONTENT))

    async def reserve(self, unit: Unit, uploader: Uploader, upload: Upload) -> None:
        """The row, before the content; ``TooManyFiles`` when the resident's uploads wait in too great a number."""
        found = upload.found
        waiting = await sql.row(
            "SELECT count(*) AS files FROM material_files"
            " WHERE portal = $1 AND resident_id = $2 AND state IN ('uploading','pending')",
            unit.portal, uploader.resident_id,
        )  # fmt: skip
        if waiting is not None and int(waiting["files"]) >= self.options.pending_files:
            raise TooManyFiles(limit=self.options.pending_files)
        await sql.execute(
            "INSERT INTO material_files (id, portal, region, resident_id, state, name, media_type, size, width, height,"
            " created_at) VALUES ($1,$2,$3,$4,'uploading',$5,$6,$7,$8,$9,$10)",
            upload.id, unit.portal, uploader.region, uploader.resident_id, self._vault.seal(upload.name, NAME),
            found.media_type, found.size, found.width, found.height, unit.now,
        )  # fmt: skip

    async def write(self, upload: Upload) -> None:
        """Put the sealed content in its place, within the deadline. Outside any unit."""
        async with asyncio.timeout(self.options.store_seconds):
            await self._files.put(str(upload.id), upload.sealed)

    async def confirm(self, unit: Unit, uploader: Uploader, upload: Upload) -> FileInfo:
        """The content is there: the file waits for a submission."""
        done = await sql.execute(
            "UPDATE material_files SET state = 'pending' WHERE id = $1 AND resident_id = $2 AND state = 'uploading'",
            upload.id, uploader.resident_id,
        )  # fmt: skip
        if done != 1:
            raise FileMissing
        return FileInfo(upload.id, upload.name, upload.found.media_type, upload.found.size)

    async def own(self, unit: Unit, resident_id: UUID, file_id: UUID) -> FileInfo:
        """The resident's own file; ``FileMissing`` for anybody else's."""
        found = await sql.row(
            f"SELECT {_INFO} FROM material_files WHERE id = $1 AND portal = $2 AND resident_id = $3"
            " AND state IN ('pending','stored')",
            file_id, unit.portal, resident_id,
        )  # fmt: skip
        return self._found(found)

    async def of_case(self, unit: Unit, case_id: UUID, file_id: UUID) -> FileInfo:
        """A file of this case; the caller has shown that it may see the case."""
        found = await sql.row(
            f"SELECT {_INFO} FROM material_files WHERE id = $1 AND portal = $2 AND case_id = $3 AND state = 'stored'",
            file_id, unit.portal, case_id,
        )  # fmt: skip
        return self._found(found)

    async def content(self, info: FileInfo) -> bytes:
        """The opened content, within the deadline; ``FileMissing`` if the store has lost it."""
        try:
            async with asyncio.timeout(self.options.store_seconds):
                sealed = await self._files.get(str(info.id))
        except FileNotFoundError:
            raise FileMissing from None
        return await asyncio.to_thread(self._vault.open_bytes, sealed, CONTENT)

    async def attach(self, unit: Unit, resident_id: UUID, case_id: UUID, ids: Sequence[UUID]) -> dict[UUID, FileInfo]:
        """Give waiting files to a case, all or none: ``FileNotUsable`` if one is not the resident's or not waiting."""
        return await self._give(unit, resident_id, "case_id", case_id, ids)

    async def attach_evidence(
        self, unit: Unit, resident_id: UUID, correction_id: UUID, ids: Sequence[UUID]
    ) -> dict[UUID, FileInfo]:
        """Give waiting files to a request for correction, as ``attach`` does to a case."""
        return await self._give(unit, resident_id, "correction_id", correction_id, ids)

    async def evidence(self, unit: Unit, corrections: Collection[UUID]) -> dict[UUID, list[FileInfo]]:
        """The files of these requests, in the order in which they were uploaded, by one statement."""
        if not corrections:
            return {}
        places = ", ".join(f"${at}" for at in range(2, 2 + len(corrections)))
        rows = await sql.rows(
            f"SELECT {_INFO}, correction_id FROM material_files WHERE portal = $1 AND state = 'stored'"
            f" AND correction_id IN ({places}) ORDER BY id",
            unit.portal, *corrections,
        )  # fmt: skip
        found: dict[UUID, list[FileInfo]] = {}
        for row in rows:
            found.setdefault(sql.uid(row["correction_id"]), []).append(self._info(row))
        return found

    async def of_correction(self, unit: Unit, correction_id: UUID, file_id: UUID) -> FileInfo:
        """A file of this request; the caller has shown that it may see it."""
        found = await sql.row(
            f"SELECT {_INFO} FROM material_files WHERE id = $1 AND portal = $2 AND correction_id = $3"
            " AND state = 'stored'",
            file_id, unit.portal, correction_id,
        )  # fmt: skip
        return self._found(found)

    async def _give(
        self,
        unit: Unit,
        resident_id: UUID,
        column: Literal["case_id", "correction_id"],
        owner: UUID,
        ids: Sequence[UUID],
    ) -> dict[UUID, FileInfo]:
        if not ids:
            return {}
        if len(set(ids)) != len(ids):
            raise FileNotUsable
        places = ", ".join(f"${at}" for at in range(5, 5 + len(ids)))
        taken = await sql.rows(
            f"UPDATE material_files SET state = 'stored', {column} = $1, stored_at = $2"
            f" WHERE portal = $3 AND resident_id = $4 AND state = 'pending' AND id IN ({places}) RETURNING {_INFO}",
            owner, unit.now, unit.portal, resident_id, *ids,
        )  # fmt: skip
        if len(taken) != len(ids):
            raise FileNotUsable
        found = [self._info(row) for row in taken]
        return {info.id: info for info in found}

    async def sweep(self, unit: Unit, limit: int = 200) -> list[UUID]:
        """Mark what nobody used in time as dropped; the ids whose content is now to be removed."""
        dropped = await sql.rows(
            "UPDATE material_files SET state = 'dropped' WHERE id IN (SELECT id FROM material_files"
            " WHERE state IN ('uploading','pending','dropped') AND created_at < $1 ORDER BY created_at LIMIT $2)"
            " AND state IN ('uploading','pending','dropped') RETURNING id",
            unit.now - timedelta(hours=self.options.pending_hours), limit,
        )  # fmt: skip
        return [sql.uid(row["id"]) for row in dropped]

    async def drop(self, unit: Unit, resident_id: UUID, cases: Sequence[UUID]) -> list[UUID]:
        """Mark a resident's uploads as dropped that wait for a submission, are evidence of a request for correction or
        lie with one of these ``cases``; the ids whose content is now to be removed, those of an earlier try among
        them."""
        places = ", ".join(f"${at}" for at in range(3, 3 + len(cases)))
        theirs = f" OR case_id IN ({places})" if cases else ""
        dropped = await sql.rows(
            "UPDATE material_files SET state = 'dropped', case_id = NULL, correction_id = NULL"
            " WHERE portal = $1 AND resident_id = $2"
            f" AND (case_id IS NULL{theirs}) RETURNING id",
            unit.portal, resident_id, *cases,
        )  # fmt: skip
        return [sql.uid(row["id"]) for row in dropped]

    async def let_go(self, unit: Unit, case_id: UUID) -> int:
        """What was given to this case or request is not needed any more; how many. The sweep takes the content away."""
        return await sql.execute(
            "UPDATE material_files SET state = 'dropped', case_id = NULL WHERE portal = $1 AND case_id = $2",
            unit.portal, case_id,
        )  # fmt: skip

    async def remove(self, ids: Sequence[UUID]) -> None:
        """Delete the content of dropped files. Outside any unit; harmless when repeated."""
        for file_id in ids:
            async with asyncio.timeout(self.options.store_seconds):
                await self._files.delete(str(file_id))

    async def forget(self, unit: Unit, ids: Sequence[UUID]) -> int:
        """Delete the rows of dropped files whose content is gone; how many."""
        if not ids:
            return 0
        places = ", ".join(f"${at}" for at in range(1, 1 + len(ids)))
        return await sql.execute(f"DELETE FROM material_files WHERE state = 'dropped' AND id IN ({places})", *ids)

    def _found(self, row: sql.Row | None) -> FileInfo:
        if row is None:
            raise FileMissing
        return self._info(row)

    def _info(self, row: sql.Row) -> FileInfo:
        name = self._vault.open(bytes(row["name"]), NAME)
        return FileInfo(sql.uid(row["id"]), name, cast(MediaType, row["media_type"]), int(row["size"]))
