"""Master keys: one derivation, several keys at a time."""

from __future__ import annotations

import hashlib
import hmac

import pytest

from codes.keys import MasterKeys

OLD, NEW = b"o" * 32, b"n" * 32


def test_a_handle_key_is_derived_from_its_master_key() -> None:
    keys = MasterKeys({"a": OLD, "b": NEW}, "b")
    assert keys.handle_key("a", "012345678901") == hmac.new(OLD, b"handle|012345678901", hashlib.sha256).digest()
    assert keys.handle_key("a", "012345678901") != keys.handle_key("b", "012345678901")


def test_the_current_key_is_tried_first() -> None:
    assert list(MasterKeys({"a": OLD, "b": NEW}, "b")) == ["b", "a"]


@pytest.mark.parametrize(("keys", "current"), [({}, "a"), ({"a": OLD}, "b"), ({"a": b"short"}, "a")])
def test_unusable_keys_are_refused_at_start(keys: dict[str, bytes], current: str) -> None:
    with pytest.raises(ValueError, match="code"):
        MasterKeys(keys, current)
