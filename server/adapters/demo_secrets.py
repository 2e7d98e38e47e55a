"""The demo's keys: made on first start into an ignored folder that only its owner can read."""

from __future__ import annotations

import base64
import json
import os
import secrets
from pathlib import Path

from pydantic import SecretStr

from config.settings import Demo, Secrets, Settings

YEAR_SHIFT = 120


def with_demo_secrets(settings: Settings) -> Settings:
    """The settings with keys and a staff password, taken from ``data_dir`` or made there (0600)."""
    path = settings.data_dir / "secrets.json"
    kept = _whole(path, _read(path) or _make(path))
    return settings.model_copy(
        update={
            "secrets": Secrets(
                vault_keys={"demo": SecretStr(kept["vault"])},
                vault_current="demo",
                index_key=SecretStr(kept["index"]),
                code_keys={"demo": SecretStr(kept["code"])},
                code_current="demo",
                credential_root=SecretStr(kept["root"]),
                audit_key=SecretStr(kept["audit"]),
            ),
            "demo": Demo(
                year_shift=settings.demo.year_shift or YEAR_SHIFT,
                staff_password=SecretStr(settings.demo.staff_password.get_secret_value() or kept["staff_password"]),
            ),
        }
    )


def _read(path: Path) -> dict[str, str] | None:
    if not path.exists():
        return None
    found: dict[str, str] = json.loads(path.read_text("utf-8"))
    return found


def _key() -> str:
    """32 random bytes; as the scalar of a P-256 key all but one in 2**32 of them will do, and those are not taken."""
    while (made := secrets.token_bytes(32))[:4] == b"\xff\xff\xff\xff" or not any(made):
        pass
    return base64.b64encode(made).decode()


def _whole(path: Path, kept: dict[str, str]) -> dict[str, str]:
    """A folder made by an earlier version gets the keys that it lacks."""
    lacking = [name for name in ("root", "audit") if name not in kept]
    if not lacking:
        return kept
    whole = {**kept, **{name: _key() for name in lacking}}
    beside = path.with_suffix(".new")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(whole, file, indent=1)
    os.replace(beside, path)
    return whole


def _make(path: Path) -> dict[str, str]:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    os.chmod(path.parent, 0o700)
    made = {name: _key() for name in ("vault", "index", "code", "root", "audit")}
    made["staff_password"] = "-".join(secrets.token_hex(2) for _ in range(3))
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(made, file, indent=1)
    return made
