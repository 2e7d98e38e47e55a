"""The same mathematics by another library (pycryptodome): sealed values and code MACs are what the standards say."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode
from pathlib import Path

from Crypto.Cipher import AES
from Crypto.Hash import HMAC, SHA256

from server.adapters.keyring import KeyringVault

KEY, INDEX = bytes(range(32)), bytes(range(32, 64))
VECTORS = Path(__file__).parents[2] / "codes" / "vectors" / "dynamic.json"


def test_a_sealed_value_is_plain_aes_256_gcm_with_its_header_and_place_as_additional_data() -> None:
    sealed = KeyringVault({"k1": KEY}, "k1", INDEX).seal("15400000001", "residents.phone")
    header, nonce, rest = sealed[:4], sealed[4:16], sealed[16:]
    cipher = AES.new(KEY, AES.MODE_GCM, nonce=nonce)
    cipher.update(header + b"residents.phone")
    assert cipher.decrypt_and_verify(rest[:-16], rest[-16:]) == b"15400000001"


def test_a_blind_index_is_plain_hmac_sha256() -> None:
    index = KeyringVault({"k1": KEY}, "k1", INDEX).index("15400000001", "residents.phone")
    assert HMAC.new(INDEX, b"residents.phone\x0015400000001", SHA256).digest() == index


def test_the_published_code_vectors_hold_for_another_hmac() -> None:
    vectors = json.loads(VECTORS.read_text("utf-8"))
    for one in vectors["vectors"]:
        key = urlsafe_b64decode(one["key"] + "=" * (-len(one["key"]) % 4))
        text = one["text"]
        message = f"{one['handle']}|{one['step']}|{one['scene']}".encode()
        digest = HMAC.new(key, message, SHA256).digest()
        assert text[18:33] == f"{int.from_bytes(digest[:8], 'big') % 10**15:015d}"
