"""How the repository's files look: short, free of one machine's paths, without rooms for leftovers."""

from __future__ import annotations

import json
import re

from tests.house.repository import ROOMS, ROOT, files, named

LONGEST = 400
TEXT = (".py", ".toml", ".md", ".html", ".css", ".js", ".ts", ".vue", ".json", ".yml", ".yaml", ".service", ".txt", "")
LEFTOVER_NAMES = {"utils", "util", "helpers", "helper", "common", "base", "manager", "misc"}


def test_python_files_are_short() -> None:
    long = {
        named(path): lines
        for path in files(".py")
        if "migrations" not in path.parts and (lines := len(path.read_text("utf-8").splitlines())) > LONGEST
    }
    assert not long


def test_no_file_names_a_place_of_one_machine() -> None:
    folders = "|".join(("work", "home", "root", "Users"))
    place = re.compile(rf"(?<![\w.~-])/(?:{folders})/[\w.-]+/|farm" + r"-[a-z]|\.\./" + "shared")
    found = [
        f"{named(path)}: {hit.group()}"
        for path in files(*TEXT)
        if path.name not in ("package-lock.json", "LICENSE") and ".min." not in path.name
        for hit in place.finditer(path.read_text("utf-8", errors="replace"))
    ]
    assert not found


def test_lock_files_name_no_hosts() -> None:
    for lock in (ROOT / "config" / "locks").glob("*.txt"):
        text = lock.read_text("utf-8")
        assert "://" not in text, named(lock)
        assert "--hash=sha256:" in text, named(lock)
    for lock in files(".json"):
        if lock.name == "package-lock.json":
            packages = json.loads(lock.read_text("utf-8"))["packages"]
            assert not [name for name, entry in packages.items() if "://" in str(entry.get("resolved", ""))], named(
                lock
            )
            assert all("integrity" in entry for name, entry in packages.items() if name and not entry.get("link"))


def test_no_module_is_a_drawer_for_leftovers() -> None:
    found = [named(path) for path in files(".py") if path.stem in LEFTOVER_NAMES or path.parent.name in LEFTOVER_NAMES]
    assert not found


def test_nothing_is_left_to_be_done_later() -> None:
    later = re.compile("|".join(("TO" + "DO", "FIX" + "ME", "X" + "XX")) + r"(?=\b)")
    found = [
        named(path)
        for room in (*ROOMS, "tests")
        for path in files(".py", under=ROOT / room)
        if later.search(path.read_text("utf-8"))
    ]
    assert not found


def test_every_module_says_what_it_is_for() -> None:
    silent = [
        named(path)
        for room in (*ROOMS, "tests")
        for path in files(".py", under=ROOT / room)
        if path.name != "__init__.py"
        and "migrations" not in path.parts
        and not path.read_text("utf-8").startswith('"""')
    ]
    assert not silent


def test_every_migration_is_one_that_copies_the_state_only_where_something_is_taken_away() -> None:
    slow = [
        named(path)
        for room in ROOMS
        for path in files(".py", under=ROOT / room)
        if "migrations" in path.parts
        and path.name != "__init__.py"
        and "class Migration(migration.Migration):" not in path.read_text("utf-8")
    ]
    assert not slow
