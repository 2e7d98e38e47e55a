"""What three libraries do while they are imported, and a start does not need: a sixth of it.

Used by ``server.__main__`` before its other imports, which then find both imported.
"""

from __future__ import annotations

import importlib
import inspect
import os
import re
import ssl
import sys
from typing import Any

_CERTIFICATES = "SSL_CERT_FILE"
_EVERY_LETTER = "\u00a1-\uffff"
_HEAVY = ("aiohttp", "tortoise.models")


def import_lightly() -> None:
    """Import aiohttp without its loading certificates, and tortoise without its reading its own source.

    aiohttp makes its two default TLS contexts when it is imported and reads the machine's certificates into each.
    Until ``load_certificates`` was called they know none of them: a call made too early is refused, not waved through.
    tortoise reads and parses the source of every model, for comments beginning with ``#:``; we have none, so it stops.
    It also compiles a pattern of every letter there is, for names of domains that nobody checks with it: that waits
    until somebody does.
    pydantic reads the metadata of every installed library, for plugins of its own; we have none of those either.
    """
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    named, source, compiled = os.environ.get(_CERTIFICATES), inspect.getsource, re.compile
    os.environ[_CERTIFICATES] = os.devnull
    vars(inspect)["getsource"] = _no_source
    vars(re)["compile"] = _compiled_later
    try:
        for name in _HEAVY:
            importlib.import_module(name)
    finally:
        vars(inspect)["getsource"] = source
        vars(re)["compile"] = compiled
        if named is None:
            del os.environ[_CERTIFICATES]
        else:
            os.environ[_CERTIFICATES] = named
    vars(sys.modules["tortoise.models"])["_get_comments"] = _no_comments


def load_certificates() -> None:
    """Let aiohttp's default TLS context trust whom this machine trusts. Reads files: for a thread."""
    from aiohttp import connector

    context = connector._SSL_CONTEXT_VERIFIED
    if isinstance(context, ssl.SSLContext):
        context.load_default_certs()


class _Later:
    """A pattern that is compiled when it is first asked for anything; ``re`` keeps it from then on."""

    __slots__ = ("_flags", "_text")

    def __init__(self, text: str, flags: int) -> None:
        self._text, self._flags = text, flags

    def __getattr__(self, name: str) -> Any:
        return getattr(re.compile(self._text, self._flags), name)


_compile = re.compile


def _compiled_later(pattern: Any, flags: int = 0) -> Any:
    return _Later(pattern, flags) if isinstance(pattern, str) and _EVERY_LETTER in pattern else _compile(pattern, flags)


def _no_source(_: Any) -> str:
    raise OSError("not while the program starts")


def _no_comments(_: type) -> dict[str, str]:
    return {}
