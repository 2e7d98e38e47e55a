"""The key-encryption key: a file that only its owner reads, a service that can fail in every way it does."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from server.adapters.kek import EitherKek, FileKek, HttpKek, read_kek, write_kek
from server.adapters.keyring import Suite
from server.domain.keys.service import KekRefused, KekUnavailable, label
from tests.adapters.kms_standin import TOKEN, KmsStandIn, Mode

KEY = bytes(range(32))
LABEL = label("seal", "residents", "residents-1", "aes")
OTHER_LABEL = label("seal", "notices", "residents-1", "aes")


@pytest.fixture
async def kms() -> AsyncIterator[KmsStandIn]:
    made = KmsStandIn()
    await made.open()
    yield made
    await made.close()


@pytest.fixture
async def service(kms: KmsStandIn) -> AsyncIterator[HttpKek]:
    made = HttpKek(kms.url, "city", TOKEN, timeout=0.3)
    await made.open()
    yield made
    await made.close()


@pytest.mark.parametrize("suite", ["aes", "sm"])
async def test_a_file_wraps_with_its_first_line_and_unwraps_with_every_line(tmp_path: Path, suite: Suite) -> None:
    path = tmp_path / "kek"
    await asyncio.to_thread(write_kek, path, "kek-1")
    file = FileKek(path, suite)
    before = await file.wrap(KEY, LABEL)
    assert KEY not in before and await file.unwrap(before, LABEL) == KEY
    await asyncio.to_thread(write_kek, path, "kek-2")
    after = await file.wrap(KEY, LABEL)
    assert list(await asyncio.to_thread(read_kek, path)) == ["kek-2", "kek-1"] and b"kek-2" in after
    assert await file.unwrap(before, LABEL) == await file.unwrap(after, LABEL) == KEY
    with pytest.raises(KekRefused, match="residents-1"):
        await file.unwrap(after, OTHER_LABEL)
    path.write_text(path.read_text().split("\n")[1] + "\n")
    with pytest.raises(KekRefused):
        await file.unwrap(after, LABEL)


def test_a_key_file_that_others_can_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "kek"
    write_kek(path, "kek-1")
    assert path.stat().st_mode & 0o777 == 0o600
    os.chmod(path, 0o640)
    with pytest.raises(KekUnavailable, match="chmod 600"):
        read_kek(path)


@pytest.mark.parametrize(
    "text", ["", "# nothing\n", "kek-1 c2hvcnQ=\n", "kek-1 !!\n", f"{'k' * 65} {'A' * 43}=\n", "号\n"]
)
def test_a_key_file_that_holds_no_key_says_so(tmp_path: Path, text: str) -> None:
    path = tmp_path / "kek"
    path.touch(0o600)
    path.write_text(text, "utf-8")
    with pytest.raises(KekUnavailable, match="kek"):
        read_kek(path)
    with pytest.raises(KekUnavailable, match="cannot be read"):
        read_kek(tmp_path / "absent")


async def test_a_service_wraps_and_unwraps_also_after_its_own_key_changed(service: HttpKek, kms: KmsStandIn) -> None:
    before = await service.wrap(KEY, LABEL)
    kms.turn()
    after = await service.wrap(KEY, LABEL)
    assert b"city/1" in before and b"city/2" in after and KEY not in before
    assert await service.unwrap(before, LABEL) == await service.unwrap(after, LABEL) == KEY
    with pytest.raises(KekRefused, match="422"):
        await service.unwrap(before, OTHER_LABEL)


@pytest.mark.parametrize(
    ("mode", "kind"),
    [
        ("down", KekUnavailable), ("slow", KekUnavailable), ("garbage", KekUnavailable), ("redirect", KekUnavailable),
        ("refused", KekRefused), ("short", KekRefused),
    ],
)  # fmt: skip
async def test_every_failure_of_a_service_is_one_of_two(
    service: HttpKek, kms: KmsStandIn, mode: Mode, kind: type[Exception]
) -> None:
    wrapped = await service.wrap(KEY, LABEL)
    kms.mode = mode
    with pytest.raises(kind, match=r"127\.0\.0\.1"):
        await service.unwrap(wrapped, LABEL)
    with pytest.raises(kind):
        await service.wrap(KEY, LABEL)


async def test_a_service_that_gives_back_another_key_wraps_nothing(service: HttpKek, kms: KmsStandIn) -> None:
    kms.mode = "wrong-key"
    with pytest.raises(KekRefused, match="does not give back"):
        await service.wrap(KEY, LABEL)


async def test_a_service_nobody_listens_at_is_unavailable() -> None:
    nobody = HttpKek("http://127.0.0.1:9", "city", TOKEN, timeout=0.3)
    await nobody.open()
    with pytest.raises(KekUnavailable, match="does not answer"):
        await nobody.wrap(KEY, LABEL)
    await nobody.close()


async def test_the_key_moves_from_a_file_to_a_service_and_back(
    tmp_path: Path, service: HttpKek, kms: KmsStandIn
) -> None:
    await asyncio.to_thread(write_kek, tmp_path / "kek", "kek-1")
    file = FileKek(tmp_path / "kek")
    there, back = EitherKek(service, file), EitherKek(HttpKek(kms.url, "", TOKEN), file)
    of_file, of_service = await file.wrap(KEY, LABEL), await there.wrap(KEY, LABEL)
    assert of_service[0] == 0 and (await back.wrap(KEY, LABEL))[0] == 1
    assert await there.unwrap(of_file, LABEL) == await there.unwrap(of_service, LABEL) == KEY
    with pytest.raises(KekRefused, match="not wrapped by"):
        await service.unwrap(of_file, LABEL)
