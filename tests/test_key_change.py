"""What somebody sees who changes keys at a terminal."""

from __future__ import annotations

import io

from server.__main__ import _parser
from server.key_change import Bar
from server.key_commands import data_keys, make_kek, rotate, rotate_search


class Terminal(io.StringIO):
    """A screen."""

    def isatty(self) -> bool:
        return True


def test_a_bar_shows_how_far_it_is_and_nothing_where_nobody_looks() -> None:
    screen, file = Terminal(), io.StringIO()
    for out in (screen, file):
        bar = Bar(out, "pass 1", 200)
        bar.show(100, "residents.phone")
        bar.show(150, "too soon to be drawn again")
        bar.clear()
    assert "[###############               ] 100 of 200" in screen.getvalue() and "too soon" not in screen.getvalue()
    assert screen.getvalue().endswith("\r") and file.getvalue() == ""


def test_the_commands_about_keys_are_reached_by_their_words() -> None:
    read = _parser().parse_args
    assert (read(["make-kek", "kek"]).run, read(["rotate-keys"]).share) == (make_kek, 0.8)
    assert (read(["rotate-keys"]).run, read(["rotate-index", "--share", "0.5"]).run) == (rotate, rotate_search)
    asked = read(["keys", "drop", "residents-1"])
    assert (asked.run, asked.work, asked.name) == (data_keys, "drop", "residents-1")
