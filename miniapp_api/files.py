"""My files: upload one for a case, look at one of mine."""

from __future__ import annotations

from collections import Counter
from uuid import UUID

from aiohttp import web

from config.floor.refusal import Busy
from miniapp_api.wire.files import UploadedFile
from server.web.files import file_response
from server.web.operations import Call, NoBody, NoQuery, Operations, Resident
from server.web.uploads import read_upload

operations = Operations(tag="files")
MOST, EACH = 32, 6
"""Uploads that this process holds in memory at once, in all and of one resident; each may be as large as the largest
file, twice while it is sealed."""

_held: Counter[UUID] = Counter()


@operations.post(
    "/api/v1/files",
    name="uploadFile",
    summary="Upload one PDF, JPEG or PNG, in the form field file",
    access=Resident(for_others=True),
    answer=UploadedFile,
    status=201,
    own_unit=True,
    media="multipart",
    limit=60,
    problems=(
        "file-expected", "file-empty", "file-too-large", "picture-too-large", "file-type-refused", "file-damaged",
        "file-unsafe", "too-many-files", "upload-timeout",
    ),
)  # fmt: skip
async def upload(call: Call[NoBody, NoQuery]) -> UploadedFile:
    """Read under a limit and a deadline, looked at off the loop, kept sealed. Between two units lies only the write."""
    who = call.resident.resident_id
    if _held.total() >= MOST or _held[who] >= EACH:
        raise Busy(retry_after=3)
    _held[who] += 1
    try:
        return await _receive(call)
    finally:
        _held[who] -= 1
        if not _held[who]:
            del _held[who]


async def _receive(call: Call[NoBody, NoQuery]) -> UploadedFile:
    materials, resident = call.services.materials, call.resident
    name, content = await read_upload(call.request, materials.options.inspection.max_bytes)
    found = await materials.inspect(name, content)
    await call.decide(lambda unit: materials.reserve(unit, resident, found))
    await materials.write(found)
    info = await call.decide(lambda unit: materials.confirm(unit, resident, found))
    return UploadedFile(file_id=info.id, name=info.name, media_type=info.media_type, size=info.size)


@operations.get(
    "/api/v1/files/{file_id}",
    name="readFile",
    summary="A file of mine",
    access=Resident(for_others=True),
    media="binary",
)
async def read_file(call: Call[NoBody, NoQuery]) -> web.Response:
    """The content as it was uploaded."""
    materials = call.services.materials
    info = await materials.own(call.unit, call.resident.resident_id, call.path_id("file_id"))
    return file_response(info, await materials.content(info))
