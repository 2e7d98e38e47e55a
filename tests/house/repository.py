"""What the house tests look at: the repository's own files and modules, never what was installed or built."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("server", "codes", "notify", "miniapp_api", "config")
_MADE = {".venv", ".git", "node_modules", "dist", "var", "__pycache__", ".mypy_cache", ".ruff_cache", ".pytest_cache"}
_MADE |= {".hypothesis", ".import_linter_cache", ".hbuilderx", "unpackage"}


def files(*suffixes: str, under: Path = ROOT) -> Iterator[Path]:
    """Every file of the repository with one of these suffixes (all files where none is given)."""
    for path in sorted(under.iterdir()):
        if path.name in _MADE or path.name.startswith(".coverage"):
            continue
        if path.is_dir():
            yield from files(*suffixes, under=path)
        elif not suffixes or path.suffix in suffixes:
            yield path


def named(path: Path) -> str:
    """The path as people say it: from the repository's root."""
    return path.relative_to(ROOT).as_posix()


@cache
def modules() -> tuple[ModuleType, ...]:
    """Every module of the rooms, imported."""
    found = []
    for room in ROOMS:
        package = importlib.import_module(room)
        found.append(package)
        for entry in pkgutil.walk_packages(package.__path__, f"{room}."):
            if not entry.name.endswith("__main__") and ".front" not in entry.name:
                found.append(importlib.import_module(entry.name))
    return tuple(found)


def subclasses(base: type) -> set[type]:
    """Every class below ``base`` that the rooms define."""
    modules()
    found: set[type] = set()
    waiting: list[type] = [base]
    while waiting:
        here: list[type] = waiting.pop().__subclasses__()
        for below in here:
            if below not in found:
                found.add(below)
                waiting.append(below)
    return {one for one in found if one.__module__.split(".")[0] in ROOMS}
