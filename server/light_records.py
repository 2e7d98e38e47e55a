"""Dataclasses made without writing, compiling and running source for each of their methods: a sixth of a start.

``dataclasses`` (Python 3.11 and 3.12) compiles six functions for each frozen record, one by one. Five of them need no
text of their own: they are closures here that answer as the compiled ones do; ``__init__`` stays compiled, for speed.
Used by ``server.light_imports`` before the house's own modules are imported.
"""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Callable
from dataclasses import Field, FrozenInstanceError
from operator import attrgetter
from typing import Any

_KNOWN = ((3, 11), (3, 12))
"""Versions whose private functions are the ones replaced; 3.13 compiles a record's methods in one go by itself."""

Method = Callable[..., Any]
_compiled: dict[str, Method] = {}


def make_records_lightly() -> None:
    """From now on ``dataclass`` makes its methods of closures, where this Python's ``dataclasses`` is one we know."""
    if sys.version_info[:2] not in _KNOWN or _compiled:
        return
    inner = vars(dataclasses)
    for name, ours in (("_repr_fn", _shown), ("_cmp_fn", _compared), ("_hash_fn", _hashed), (_FROZEN, _frozen)):
        _compiled[name] = inner[name]
        inner[name] = ours


def make_records_as_python_does() -> None:
    """Undo it, for the classes that are made from now on."""
    vars(dataclasses).update(_compiled)
    _compiled.clear()


_FROZEN = "_frozen_get_del_attr"


def _values(names: tuple[str, ...]) -> Callable[[Any], tuple[Any, ...]]:
    """Read these attributes as a tuple: of two and more the library's own getter does it, and faster than a text."""
    if len(names) > 1:
        return attrgetter(*names)
    return lambda one: tuple(getattr(one, name) for name in names)


def _shown(fields: list[Field[Any]], globals: dict[str, Any]) -> Method:
    names = tuple(field.name for field in fields)

    def __repr__(self: Any) -> str:
        held = ", ".join([f"{name}={getattr(self, name)!r}" for name in names])
        return f"{self.__class__.__qualname__}({held})"

    repeated: Method = vars(dataclasses)["_recursive_repr"](__repr__)
    return repeated


def _compared(name: str, op: str, self_tuple: str, other_tuple: str, globals: dict[str, Any]) -> Method:
    if op != "==":  # nearly nobody orders records
        return _compiled["_cmp_fn"](name, op, self_tuple, other_tuple, globals=globals)  # type: ignore[no-any-return]
    values = _values(tuple(part.removeprefix("self.") for part in self_tuple.strip("()").split(",") if part))

    def __eq__(self: Any, other: Any) -> bool:
        if other.__class__ is self.__class__:
            return values(self) == values(other)
        return NotImplemented

    return __eq__


def _hashed(fields: list[Field[Any]], globals: dict[str, Any]) -> Method:
    values = _values(tuple(field.name for field in fields))

    def __hash__(self: Any) -> int:
        return hash(values(self))

    return __hash__


def _frozen(cls: Any, fields: list[Field[Any]], globals: dict[str, Any]) -> tuple[Method, Method]:
    names = frozenset(field.name for field in fields)

    def __setattr__(self: Any, name: str, value: Any) -> None:
        if type(self) is cls or name in names:
            raise FrozenInstanceError(f"cannot assign to field {name!r}")
        super(cls, self).__setattr__(name, value)

    def __delattr__(self: Any, name: str) -> None:
        if type(self) is cls or name in names:
            raise FrozenInstanceError(f"cannot delete field {name!r}")
        super(cls, self).__delattr__(name)

    return __setattr__, __delattr__
