"""The words people read: ``config/words/<language>/<room>.toml``, flattened to dotted keys.

A file's stem is the first part of its keys (``cases.toml`` → ``cases.status.accepted``). The tables
``[problems.<code>]`` and ``[faults]`` (one wrong field) of every file are merged under ``problems.`` and
``faults.``. zh-CN is complete; a key missing in another language falls back to it; a key missing in both
is a programming error.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

LANGUAGES = ("zh-CN", "en")
DEFAULT_LANGUAGE = "zh-CN"
WORDS = Path(__file__).parent / "words"
SHARED = ("problems", "faults")


class Wording:
    """All catalogues, read once."""

    def __init__(self, folder: Path = WORDS) -> None:
        self._texts: dict[str, dict[str, str]] = {name: _read(folder / name) for name in LANGUAGES}

    def keys(self, language: str) -> frozenset[str]:
        return frozenset(self._texts[language])

    def has(self, key: str) -> bool:
        return key in self._texts[DEFAULT_LANGUAGE]

    def text(self, key: str, language: str = DEFAULT_LANGUAGE, /, **facts: object) -> str:
        """The sentence for ``key`` with its placeholders filled; KeyError if no language has it."""
        found = self._texts.get(language, {}).get(key)
        if found is None:
            found = self._texts[DEFAULT_LANGUAGE][key]
        return found.format_map(_Facts(facts)) if "{" in found else found

    def group(self, prefix: str, language: str = DEFAULT_LANGUAGE) -> dict[str, str]:
        """Every key under ``prefix.`` without it, unfilled: what a page's script needs."""
        merged = {**self._texts[DEFAULT_LANGUAGE], **self._texts.get(language, {})}
        return {key.removeprefix(f"{prefix}."): text for key, text in merged.items() if key.startswith(f"{prefix}.")}


class _Facts(dict[str, object]):
    """A placeholder nobody filled stays out of sight instead of failing an answer."""

    def __missing__(self, key: str) -> str:
        return ""


@lru_cache(maxsize=256)
def choose_language(header: str) -> str:
    """The best of our languages for an ``Accept-Language`` header; zh-CN where none fits."""
    for part in header.split(","):
        wanted = part.split(";")[0].strip().lower()
        if wanted.startswith("zh"):
            return "zh-CN"
        if wanted.startswith("en"):
            return "en"
    return DEFAULT_LANGUAGE


def _read(folder: Path) -> dict[str, str]:
    texts: dict[str, str] = {}
    for path in sorted(folder.glob("*.toml")):
        tables = tomllib.loads(path.read_text("utf-8"))
        shared = [pair for name in SHARED for pair in _flat(tables.pop(name, {}), name)]
        for key, text in [*shared, *_flat(tables, path.stem)]:
            if key in texts:
                raise ValueError(f"{path.name}: {key} is worded twice")
            texts[key] = text
    return texts


def _flat(table: Mapping[str, Any], prefix: str) -> Iterator[tuple[str, str]]:
    for key, value in table.items():
        name = f"{prefix}.{key}"
        if isinstance(value, Mapping):
            yield from _flat(value, name)
        else:
            yield name, str(value)
