"""Alipay's RSA2: requests are signed over all parameters, answers over the very bytes of their inner object.

Source: 开放平台 签名专区; SHA256withRSA, PKCS#1 v1.5, ``sign_type`` included in requests.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_private_key, load_der_public_key


class AlipayKeyWrong(ValueError):
    """A key of the settings is none."""


def read_private_key(text: str) -> rsa.RSAPrivateKey:
    """Base64 of PKCS#8 or PKCS#1, with or without PEM lines."""
    key = load_der_private_key(_der(text), None)
    if not isinstance(key, rsa.RSAPrivateKey) or key.key_size < 2048:
        raise AlipayKeyWrong("not an RSA key of at least 2048 bits")
    return key


def read_public_key(text: str) -> rsa.RSAPublicKey:
    """Base64 of a SubjectPublicKeyInfo, with or without PEM lines."""
    key = load_der_public_key(_der(text))
    if not isinstance(key, rsa.RSAPublicKey):
        raise AlipayKeyWrong("not an RSA key")
    return key


def to_sign(parameters: Mapping[str, str]) -> bytes:
    """What is signed: every parameter that is not empty, sorted, ``k=v`` joined by &."""
    return "&".join(f"{k}={v}" for k, v in sorted(parameters.items()) if v and k != "sign").encode()


def sign(key: rsa.RSAPrivateKey, content: bytes) -> str:
    return base64.b64encode(key.sign(content, padding.PKCS1v15(), SHA256())).decode()


def is_signed(key: rsa.RSAPublicKey, content: bytes, signature: str) -> bool:
    """Whether the other side signed exactly these bytes."""
    try:
        key.verify(base64.b64decode(signature, validate=True), content, padding.PKCS1v15(), SHA256())
    except (InvalidSignature, binascii.Error, ValueError):
        return False
    return True


def answered(raw: bytes, method: str, key: rsa.RSAPublicKey) -> dict[str, Any] | None:
    """The inner object of an answer whose signature holds over its exact bytes; None for anything else.

    The outer object is read by hand only as far as finding where the inner one begins and ends: a parser that writes it
    anew would sign other bytes.
    """
    try:
        text = raw.decode("utf-8")
        outer = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(outer, dict) or not isinstance(outer.get("sign"), str):
        return None
    for name in (f"{method.replace('.', '_')}_response", "error_response"):
        inner = outer.get(name)
        if isinstance(inner, dict):
            part = _span(text, name)
            return inner if part and is_signed(key, part.encode(), outer["sign"]) else None
    return None


def _span(text: str, name: str) -> str:
    marker = json.dumps(name)
    start = text.find("{", text.find(marker) + len(marker))
    if start < 0:
        return ""
    try:
        _, end = json.JSONDecoder().raw_decode(text, start)
    except ValueError:
        return ""
    return text[start:end]


def _der(text: str) -> bytes:
    lines = [line for line in text.strip().splitlines() if not line.startswith("-----")]
    try:
        return base64.b64decode("".join(lines), validate=True)
    except binascii.Error as error:
        raise AlipayKeyWrong("not base64") from error
