"""Jinja environments of the edges: every file is read at the start, each template compiled when it is first shown.

Compiling all of them is a quarter of a start, so it happens behind the first requests (``warm``), not before them.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import jinja2
from jinja2.bccache import Bucket

_SHARED = Path(__file__).parent / "templates"


class _Compiled(jinja2.BytecodeCache):
    """What was compiled for one edge serves the others: they share half of their templates."""

    def __init__(self) -> None:
        self._codes: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if found := self._codes.get(bucket.key):
            bucket.bytecode_from_string(found)

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._codes[bucket.key] = bucket.bytecode_to_string()


_compiled = _Compiled()


def _read(folder: Path, prefix: str = "") -> dict[str, str]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {f"{prefix}{path.relative_to(folder).as_posix()}": path.read_text("utf-8") for path in files}


@cache
def environment(*folders: Path) -> jinja2.Environment:
    """The templates of an edge on top of the shared ones (``web/<name>``): no request waits for the disk."""
    sources = _read(_SHARED) | _read(_SHARED, "web/")
    for folder in folders:
        sources |= _read(folder)
    return jinja2.Environment(
        loader=jinja2.DictLoader(sources),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        bytecode_cache=_compiled,
    )


def warm(made: jinja2.Environment) -> None:
    """Compile what nobody has asked for yet. For a thread: a request that comes meanwhile compiles its own page."""
    for name in made.list_templates():
        made.get_template(name)
