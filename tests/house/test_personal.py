"""Every column that hides something about people is in the table of classification, and nothing else is."""

from __future__ import annotations

import importlib

from tortoise.fields import BinaryField

from config.floor.personal import Indexed, Sealed
from server.adapters.database import MODEL_APPS
from server.adapters.migrate import _models, personal, sealed_columns


def _binary() -> set[tuple[str, str]]:
    found = set()
    for modules in MODEL_APPS.values():
        for name in modules:
            importlib.import_module(name)
            for model in _models(name):
                for column, field in model._meta.fields_map.items():
                    if isinstance(field, BinaryField):
                        found.add((model._meta.db_table, column))
    return found


def test_every_binary_column_is_classified_once() -> None:
    declared = [(one.table, one.column) for one in personal()]
    assert sorted(declared) == sorted(_binary())


def test_every_sealed_value_lies_in_a_row_with_an_id() -> None:
    names = {
        model._meta.db_table: model._meta.pk_attr
        for apps in MODEL_APPS.values()
        for one in apps
        for model in _models(one)
    }
    assert {names[one.table] for one in sealed_columns()} == {"id"}


def test_what_can_be_searched_for_is_an_index_and_never_the_value() -> None:
    plain = {one.column for one in personal() if isinstance(one, Indexed | Sealed)}
    assert {"phone", "id_number", "email"}.isdisjoint(plain)
    assert {one.level for one in personal() if isinstance(one, Indexed | Sealed)} == {"ordinary", "sensitive", "secret"}
