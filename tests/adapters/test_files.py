"""Sealed content on disk: our names only, whole or not at all."""

from __future__ import annotations

from pathlib import Path
from uuid import uuid4

import pytest

from server.adapters.files import FolderFiles


async def test_put_get_delete(tmp_path: Path) -> None:
    files, name = FolderFiles(tmp_path), str(uuid4())
    await files.put(name, b"sealed")
    assert await files.get(name) == b"sealed"
    await files.delete(name)
    await files.delete(name)
    with pytest.raises(FileNotFoundError):
        await files.get(name)


@pytest.mark.parametrize("name", ["../../etc/passwd", "a.pdf", "", "x" * 36, "/" + "0" * 35])
async def test_a_name_that_is_not_ours_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError):
        await FolderFiles(tmp_path).put(name, b"x")
    assert list(tmp_path.rglob("*")) == []
