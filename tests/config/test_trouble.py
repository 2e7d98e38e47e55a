"""The log at night: where it failed, never whose row it was; begun, lasting, over."""

from __future__ import annotations

import logging
import time

import pytest

from config.floor.trouble import Lasting, shortly, where

_LOG = logging.getLogger("yima.test")


def test_a_fault_is_logged_by_place_and_never_by_its_words() -> None:
    try:
        try:
            raise ValueError("Key (phone)=(13812345678) already exists")
        except ValueError as inner:
            raise RuntimeError("王秀兰") from inner
    except RuntimeError as error:
        text = where(error)
    assert "RuntimeError" in text and "ValueError" in text and "test_trouble.py" in text
    assert "138" not in text and "王" not in text


def test_of_what_lies_outside_only_the_name_is_said() -> None:
    group = ExceptionGroup("several", [ConnectionRefusedError("10.0.0.7 says no")])
    assert (shortly(TimeoutError("slow")), shortly(group)) == ("TimeoutError", "ConnectionRefusedError")


def _places(error: Exception) -> str:
    try:
        raise error
    except Exception as raised:
        return shortly(raised)


def test_a_fault_of_our_own_is_said_with_its_place() -> None:
    assert "KeyError at test_trouble.py:" in _places(KeyError("13812345678"))
    assert "138" not in _places(KeyError("13812345678"))


def test_an_outage_is_said_when_it_begins_each_minute_and_when_it_is_over(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 1000.0
    monkeypatch.setattr(time, "monotonic", lambda: now)
    lasting = Lasting(_LOG, "the store is away")
    lasting.went_well()
    assert caplog.messages == []
    for _ in range(125):
        lasting.failed(ConnectionRefusedError())
        now += 1
    lasting.failed(ConnectionResetError())
    lasting.went_well()
    lasting.went_well()
    now += 60
    lasting.failed(ConnectionRefusedError())
    assert caplog.messages == [
        "the store is away: ConnectionRefusedError",
        "the store is away: ConnectionRefusedError (61 times in 60 s)",
        "the store is away: ConnectionRefusedError (121 times in 120 s)",
        "the store is away: ConnectionResetError (126 times in 125 s)",
        "the store is away: well again after 125.0 s, failed 126 times",
        "the store is away: ConnectionRefusedError",
    ]


def test_a_trouble_that_comes_and_goes_is_said_once_a_minute(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 1000.0
    monkeypatch.setattr(time, "monotonic", lambda: now)
    lasting = Lasting(_LOG, "events are dropped")
    for _ in range(1200):
        lasting.failed(ConnectionResetError())
        lasting.went_well()
        now += 0.1
    assert (
        caplog.messages
        == [
            "events are dropped: ConnectionResetError",
            "events are dropped: well again after 0.0 s, failed 1 times",
        ]
        * 2
    )
