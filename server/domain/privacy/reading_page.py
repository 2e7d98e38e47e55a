"""A resident's copy as a page that can be read, kept and printed: one file, nothing fetched, text always as text, codes
in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from html import escape

from config.floor.unit import LEGAL_ZONE
from config.wording import Wording
from server.domain.privacy.code_words import CityNames, CodeWords, said_to_her
from server.domain.privacy.copying import Value
from server.domain.privacy.holdings import HOLDINGS, Held

CATEGORIES: tuple[str, ...] = tuple(dict.fromkeys(held.category for held in HOLDINGS))
_STYLE = (
    "body{font:16px/1.5 'PingFang SC','Noto Sans CJK SC',sans-serif;color:#17202c;max-width:46rem;margin:2rem auto;"
    "padding:0 1rem}h1{font-size:1.75rem}h2{font-size:1.375rem;margin-top:2rem}h3{font-size:1.125rem}"
    ".lead,dt{color:#4f5b6b}dl{display:grid;grid-template-columns:minmax(8rem,12rem) 1fr;gap:.25rem 1rem;margin:0;"
    "padding:.75rem 0;border-top:1px solid #c9d1db}dt,dd{margin:0;overflow-wrap:anywhere}"
    "@media(max-width:30rem){dl{grid-template-columns:1fr}dd{margin-bottom:.5rem}}"
    "@media print{body{margin:0}dl{break-inside:avoid}}"
)


class ReadingPage:
    """The words of one language around a copy, and for what is in it."""

    def __init__(self, wording: Wording, language: str, names: CityNames) -> None:
        self._wording, self._language = wording, language
        self._codes = CodeWords(wording, language, names)

    def head(self, *, portal: str, made_at: datetime) -> str:
        title = escape(self._text("export.title"))
        lead = escape(self._text("export.lead", portal=portal, at=_moment(made_at)))
        return (
            f'<!doctype html><html lang="{self._language}"><head><meta charset="utf-8">'
            '<meta name="viewport" content="width=device-width,initial-scale=1"><meta name="referrer" '
            f'content="no-referrer"><title>{title}</title><style>{_STYLE}</style></head><body>'
            f'<h1>{title}</h1><p class="lead">{lead}</p>'
        )

    def category(self, category: str) -> str:
        return f"<h2>{escape(self._text(f'categories.{category}.title'))}</h2>"

    def nothing(self) -> str:
        return f"<p>{escape(self._text('export.nothing'))}</p>"

    def table(self, held: Held) -> str:
        return f"<h3>{escape(self._text(f'tables.{held.table}'))}</h3>"

    def rows(self, held: Held, rows: Sequence[Mapping[str, Value]]) -> str:
        shown = [said_to_her(row) for row in rows] if held.table == "notify_messages" else rows
        return "".join(self._row(held.table, row) for row in shown)

    def tail(self, left_out: Mapping[str, int]) -> str:
        """What is not in it, by reason, and how many columns each."""
        reasons = "".join(f"<li>{escape(self._text(f'export.left_out.{why}'))}</li>" for why in left_out)
        return f"<h2>{escape(self._text('export.left_out_title'))}</h2><ul>{reasons}</ul></body></html>"

    def _row(self, table: str, row: Mapping[str, Value]) -> str:
        pairs = "".join(
            f"<dt>{escape(self._text(f'columns.{name}'))}</dt><dd>{self._shown(table, name, value)}</dd>"
            for name, value in row.items()
        )
        return f"<dl>{pairs}</dl>"

    def _shown(self, table: str, name: str, value: Value) -> str:
        """One value as markup; a document a line for each of its parts."""
        if isinstance(value, dict) and value:
            colon = self._text("export.colon")
            labels = ((escape(self._codes.key(table, name, key)), part) for key, part in value.items())
            return "<br>".join(f"{label}{colon}{self._shown(table, name, part)}" for label, part in labels)
        if isinstance(value, list):
            parts = [self._shown(table, name, part) for part in value]
            return self._text("export.comma").join(parts) if parts else "—"
        return escape(self._value(table, name, value))

    def _value(self, table: str, name: str, value: Value) -> str:
        if isinstance(value, bool):
            return self._text("export.yes" if value else "export.no")
        if isinstance(value, str) and len(value) == len("2026-11-26T04:00:00Z") and value.endswith("Z"):
            return _moment(datetime.fromisoformat(value))
        if value is None or value == "" or value == {}:
            return "—"
        return self._codes.say(table, name, value) if isinstance(value, str) else str(value)

    def _text(self, key: str, **facts: object) -> str:
        return self._wording.text(f"holdings.{key}", self._language, **facts)


def _moment(at: datetime) -> str:
    return f"{at.astimezone(LEGAL_ZONE):%Y-%m-%d %H:%M}"
