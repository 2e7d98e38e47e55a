"""Wire shapes of uploads."""

from __future__ import annotations

from uuid import UUID

from server.web.shapes import Wire


class UploadedFile(Wire):
    """A file that waits for a submission."""

    file_id: UUID
    name: str
    media_type: str
    size: int
