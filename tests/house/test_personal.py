"""Every column that hides something about people is in the table of classification, and nothing else is."""

from __future__ import annotations

import ast
import importlib
import re
from collections.abc import Iterator
from pathlib import Path

from tortoise.fields import BinaryField

from config.floor.personal import Indexed, Sealed
from config.floor.schema import Index
from config.wording import Wording
from server.adapters.database import MODEL_APPS
from server.adapters.keyring import KeyringVault
from server.adapters.migrate import _models, personal, rules, schema, sealed_columns
from server.domain.consents.texts import ConsentTexts
from server.domain.privacy.copying import Copier
from server.domain.privacy.holdings import HOLDINGS, NOT_ABOUT
from server.domain.privacy.processing import Processing
from server.domain.privacy.retention import RetentionRules
from tests.house.repository import ROOMS, ROOT, files, named


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
    declared += [(one.table, one.beside) for one in personal() if isinstance(one, Indexed) and one.of]
    assert sorted(declared) == sorted(_binary())


def test_every_sealed_value_lies_in_a_row_with_an_id() -> None:
    names = {
        model._meta.db_table: model._meta.pk_attr
        for apps in MODEL_APPS.values()
        for one in apps
        for model in _models(one)
    }
    assert {names[one.table] for one in sealed_columns()} == {"id"}


def test_an_index_is_made_from_a_value_that_is_kept_or_lives_for_days() -> None:
    """So that a change of the key of search reaches it, or it is gone before the old key is."""
    sealed = {(one.table, one.column) for one in sealed_columns()}
    for one in personal():
        if isinstance(one, Indexed):
            assert (one.table, one.of) in sealed if one.of else 0 < one.days <= 7, (one.table, one.column)


def test_the_column_beside_an_index_is_unique_where_the_index_is() -> None:
    unique = {(rule.table, *_names(rule.columns)) for rule in rules() if isinstance(rule, Index) and rule.unique}
    for apps in MODEL_APPS.values():
        for model in (model for name in apps for model in _models(name)):
            unique |= {(model._meta.db_table, *columns) for columns in model._meta.unique_together}
    for one in personal():
        if isinstance(one, Indexed) and one.of:
            of = [columns for table, *columns in unique if table == one.table and one.column in columns]
            turned = [[one.beside if name == one.column else name for name in columns] for columns in of]
            assert all((one.table, *columns) in unique for columns in turned), (one.table, one.column)


def test_no_statement_forgets_the_column_beside() -> None:
    """Whoever writes or looks for an index names the column for the next key too, or a change of the key loses rows."""
    searched = [one for one in personal() if isinstance(one, Indexed) and one.of]
    forgotten = []
    for path in (path for room in ROOMS for path in files(".py", under=ROOT / room)):
        if "migrations" in path.parts or path.name.endswith("models.py"):
            continue
        for text in _statements(path):
            for one in searched:
                if re.search(rf"\b{one.table}\b", text) and re.search(rf"\b{one.column}\b(?! IS)", text):
                    forgotten += [] if one.beside in text else [f"{named(path)}: {one.column} without {one.beside}"]
    assert forgotten == []


def _names(columns: str) -> list[str]:
    return [name.strip().strip('"') for name in columns.split(",")]


def _statements(path: Path) -> Iterator[str]:
    """Every SQL text of a file, with what is put into it shown as a hole."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.JoinedStr):
            text = "".join(str(part.value) if isinstance(part, ast.Constant) else "…" for part in node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            text = node.value
        else:
            continue
        if re.match(r"\s*(SELECT|INSERT|UPDATE|DELETE)\b", text):
            yield text


def test_what_can_be_searched_for_is_an_index_and_never_the_value() -> None:
    plain = {one.column for one in personal() if isinstance(one, Indexed | Sealed)}
    assert {"phone", "id_number", "email"}.isdisjoint(plain)
    assert {one.level for one in personal() if isinstance(one, Indexed | Sealed)} == {"ordinary", "sensitive", "secret"}


PEOPLE = {
    "resident_id", "recipient", "acting_id", "principal_id", "delegate_id", "representative_id", "acting",
    "phone_index", "address_index", "account_index", "caller",
}  # fmt: skip
"""Columns that point at a resident, by their names."""


def copier() -> Copier:
    return Copier(KeyringVault({"t": bytes(32)}, "t", bytes(32)), schema(), list(personal()))


def test_every_table_with_a_resident_in_it_says_whose_a_row_is_or_why_nobody_can_tell() -> None:
    about = {table for table, columns in schema().items() if PEOPLE & columns.keys()}
    about |= {one.table for one in personal() if isinstance(one, Sealed | Indexed) and one.level != "secret"}
    declared = {held.table for held in HOLDINGS} | NOT_ABOUT.keys()
    assert about - declared == set(), "declare it in server/domain/privacy/holdings.py"
    assert declared - schema().keys() == set()


def test_every_classified_column_of_a_person_is_in_her_copy_or_is_named_with_the_reason_why_not() -> None:
    read, held = copier(), {one.table: one for one in HOLDINGS}
    left_out = {(one.table, one.column): one.why for one in read.left_out()}
    for one in personal():
        if one.table not in held:
            assert one.table in NOT_ABOUT or not isinstance(one, Sealed) or one.level == "secret"
            continue
        copied = one.column in read.columns(held[one.table])
        reason = left_out.get((one.table, one.column))
        assert copied != (reason is not None)
        if isinstance(one, Sealed) and held[one.table].copied:
            assert copied or reason == "secret", f"{one.table}.{one.column} is a value and must be in the copy"
    every = {(table.table, column) for table in HOLDINGS for column in schema()[table.table]}
    shown = {(table.table, column) for table in HOLDINGS for column in read.columns(table)}
    assert every == shown | set(left_out)


def test_every_table_and_column_of_a_copy_has_words() -> None:
    read, wording = copier(), Wording()
    names = {f"columns.{name.removesuffix('_sealed')}" for held in HOLDINGS for name in read.columns(held)}
    names |= {f"columns.{one.name}" for held in HOLDINGS for one in held.beside}
    names |= {f"tables.{held.table}" for held in HOLDINGS} | {f"categories.{held.category}.title" for held in HOLDINGS}
    assert not [name for name in sorted(names) if not wording.has(f"holdings.{name}")], "config/words/*/holdings.toml"


def test_the_processing_record_is_in_step_with_the_schema_the_consents_and_the_rules_of_retention() -> None:
    rules = RetentionRules.load(schema())
    record = Processing.load(copier(), list(personal()), rules)
    assert {column.table for part in record.parts for column in part.columns} <= {held.table for held in HOLDINGS}
    sealed = {(one.table, one.column) for one in sealed_columns() if one.table in {held.table for held in HOLDINGS}}
    shown = {(c.table, c.column) for part in record.parts for c in part.columns if c.guard == "sealed"}
    assert shown == sealed
    assert [part.category for part in record.parts if not part.rules and not part.kept] == []
    assert {text.code for text in ConsentTexts.load()} >= {"privacy_notice", "information"}
