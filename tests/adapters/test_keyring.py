"""The vault: opens only what it sealed, where it sealed it, with any key it still has."""

from __future__ import annotations

import pytest

from server.adapters.keyring import KeyringVault, Sm4Gcm

KEY, OTHER, INDEX = bytes(range(32)), bytes(range(32, 64)), bytes(32)


def test_what_is_sealed_opens_at_its_place_only() -> None:
    vault = KeyringVault({"a": KEY}, "a", INDEX)
    sealed = vault.seal("阿卜杜拉·买买提江", "residents.name")
    assert vault.open(sealed, "residents.name") == "阿卜杜拉·买买提江"
    with pytest.raises(ValueError):
        vault.open(sealed, "residents.phone")


def test_two_seals_of_one_value_differ() -> None:
    vault = KeyringVault({"a": KEY}, "a", INDEX)
    assert vault.seal("x", "t.c") != vault.seal("x", "t.c")


@pytest.mark.parametrize("place", range(0, 30, 3))
def test_a_changed_byte_never_opens(place: int) -> None:
    vault = KeyringVault({"a": KEY}, "a", INDEX)
    sealed = bytearray(vault.seal("15400000001", "t.c"))
    sealed[place % len(sealed)] ^= 1
    with pytest.raises(ValueError):
        vault.open(bytes(sealed), "t.c")


@pytest.mark.parametrize("hostile", [b"", b"\x01", b"\x01\xff", b"\x02" + bytes(40), b"\x01\x01\xe4" + bytes(40)])
def test_garbage_is_a_value_error(hostile: bytes) -> None:
    with pytest.raises(ValueError):
        KeyringVault({"a": KEY}, "a", INDEX).open_bytes(hostile, "t.c")


def test_an_old_key_still_opens_and_a_lost_one_does_not() -> None:
    sealed = KeyringVault({"old": KEY}, "old", INDEX).seal("x", "t.c")
    assert KeyringVault({"old": KEY, "new": OTHER}, "new", INDEX).open(sealed, "t.c") == "x"
    with pytest.raises(ValueError):
        KeyringVault({"new": OTHER}, "new", INDEX).open(sealed, "t.c")


def test_the_two_suites_open_side_by_side_and_say_which_is_current() -> None:
    aes, sm = KeyringVault({"a": KEY}, "a", INDEX), KeyringVault({"a": KEY}, "a", INDEX, "sm")
    one, other = aes.seal("x", "t.c"), sm.seal("x", "t.c")
    assert (one[0], other[0]) == (1, 2)
    assert aes.open(other, "t.c") == sm.open(one, "t.c") == "x"
    assert one.startswith(aes.header("t.c")) and other.startswith(sm.header("t.c"))
    assert aes.header("t.c") != sm.header("t.c")
    assert aes.index("x", "t.c") != sm.index("x", "t.c")
    with pytest.raises(ValueError):
        sm.open(other[:-1] + bytes([other[-1] ^ 1]), "t.c")
    with pytest.raises(ValueError):
        sm.open_bytes(other[:18], "t.c")


def test_sm4_in_gcm_is_that_of_the_standard() -> None:
    """RFC 8998 appendix A.1, under the key as it stands there."""
    cipher = Sm4Gcm(KEY)
    cipher._key = bytes.fromhex("0123456789ABCDEFFEDCBA9876543210")
    nonce, bound = bytes.fromhex("00001234567800000000ABCD"), bytes.fromhex("FEEDFACEDEADBEEFFEEDFACEDEADBEEFABADDAD2")
    plain = bytes.fromhex("".join(f"{one}" * 8 for one in ("AA", "BB", "CC", "DD", "EE", "FF", "EE", "AA")))
    sealed = bytes.fromhex(
        "17F399F08C67D5EE19D0DC9969C4BB7D5FD46FD3756489069157B282BB200735D82710CA5C22F0CCFA7CBF93D496AC15"
        "A56834CBCF98C397B4024A2691233B8D83DE3541E4C2B58177E065A9BF7B62EC"
    )
    assert cipher.encrypt(nonce, plain, bound) == sealed
    assert cipher.decrypt(nonce, sealed, bound) == plain


def test_the_current_key_must_be_listed() -> None:
    with pytest.raises(ValueError, match="not listed"):
        KeyringVault({"a": KEY}, "b", INDEX)


def test_an_index_is_stable_and_differs_by_place() -> None:
    vault = KeyringVault({"a": KEY}, "a", INDEX)
    assert vault.index("15400000001", "residents.phone") == vault.index("15400000001", "residents.phone")
    assert vault.index("15400000001", "residents.phone") != vault.index("15400000001", "otps.phone")
