"""The wordings of events: one file per event in ``notify/templates``, judged before they are first used."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from notify.errors import EventUnknown, ValuesMissing
from notify.render import TemplateFault, Text, check, plain

FOLDER = Path(__file__).parent / "templates"
LANGUAGES = ("zh-CN", "en")
HELP = "help_phone"
"""What every elder wording may name without declaring it: the number to call, from the portal's file, "" if none."""
ELDER_TITLE, ELDER_BODY, ELDER_SENTENCE = 16, 90, 30
"""An elder wording at its longest, in full-width characters (a Latin letter is half of one); its sample is held."""
TITLE_MAX = 40
SMS_PARTS_MAX = 3


@dataclass(frozen=True, slots=True)
class Rendered:
    """The words of one notice; ``sms`` is without its signature, ``link`` a path in the residents' front or ""."""

    title: str
    body: str
    sms: str
    link: str


@dataclass(frozen=True)
class Wordings:
    """One language of one template, in its normal or its elder wording.

    Each text is parsed and judged when it is first asked for (``TemplateFault``): all of them are a twentieth of a
    start, and ``Templates.judged`` has seen them all before.
    """

    texts: Mapping[str, str]
    declared: frozenset[str]

    @cached_property
    def title(self) -> Text:
        return check(self.texts["title"], self.declared)

    @cached_property
    def body(self) -> Text:
        return check(self.texts["body"], self.declared)

    @cached_property
    def sms(self) -> Text:
        return check(self.texts["sms"], self.declared)

    def judged(self) -> None:
        """``TemplateFault`` if any of the texts is not one of ours."""
        for part in (self.title, self.body, self.sms):
            assert part is not None


@dataclass(frozen=True, slots=True)
class NoticeTemplate:
    """One event's wordings, and the values they need. ``elder``: by language, those written for who chose 长辈版: the
    one thing to do first, one instruction a sentence, a number to call. A language without one has its normal words."""

    event: str
    version: int
    required: frozenset[str]
    optional: frozenset[str]
    words: Mapping[str, Wordings]
    sample: Mapping[str, str]
    elder: Mapping[str, Wordings]

    def render(
        self, language: str, values: Mapping[str, str], *, elder: bool = False, help_phone: str = ""
    ) -> Rendered:
        """Fill in. A required value that is missing or empty is refused (``ValuesMissing``); others default to ""."""
        given = {name: plain(values.get(name, "")) for name in self.required | self.optional}
        missing = sorted(name for name in self.required if not given[name])
        if missing:
            raise ValuesMissing(event=self.event, names=", ".join(missing))
        language = language if language in self.words else LANGUAGES[0]
        words = (self.elder.get(language) if elder else None) or self.words[language]
        given[HELP] = plain(help_phone)
        texts = [words.title.render(given), words.body.render(given), words.sms.render(given)]
        if not texts[2] or (self.event != "otp" and not all(texts)):
            raise ValuesMissing(event=self.event, names="")
        return Rendered(title=plain(texts[0], 80), body=texts[1], sms=texts[2], link=given.get("link", ""))


class Templates:
    """All templates of a folder, read once. ``TemplateFault`` names the file that is wrong."""

    def __init__(self, folder: Path = FOLDER, *, only: str = "*") -> None:
        self._templates = {template.event: template for template in _load(folder, only)}

    def judged(self) -> Templates:
        """Itself, after every text was judged. The tests and ``python -m server check`` ask for it, and a running
        server once it listens."""
        for template in self:
            try:
                for words in (*template.words.values(), *template.elder.values()):
                    words.judged()
                for language in template.elder:
                    _brief(template.render(language, template.sample, elder=True, help_phone="12345678901"))
            except TemplateFault as error:
                raise TemplateFault(f"{template.event}.toml: {error}") from error
        return self

    def get(self, event: str) -> NoticeTemplate:
        found = self._templates.get(event)
        if found is None:
            raise EventUnknown(event=event)
        return found

    def __iter__(self) -> Iterator[NoticeTemplate]:
        return iter(self._templates.values())


def _load(folder: Path, only: str) -> Iterator[NoticeTemplate]:
    for path in sorted(folder.glob(f"{only}.toml")):
        try:
            yield _template(path.stem, tomllib.loads(path.read_text("utf-8")))
        except (KeyError, TypeError, ValueError) as error:
            raise TemplateFault(f"{path.name}: {error}") from error


def _template(event: str, data: dict[str, Any]) -> NoticeTemplate:
    required, optional = frozenset(data["required"]), frozenset(data["optional"])
    declared = required | optional
    words = {language: _wordings(data[language], declared) for language in LANGUAGES}
    sample = {str(name): str(value) for name, value in data["sample"].items()}
    if missing := declared - set(sample):
        raise TemplateFault(f"no sample value for {sorted(missing)}")
    elder = {one: _wordings(data[one]["elder"], declared | {HELP}) for one in LANGUAGES if "elder" in data[one]}
    return NoticeTemplate(event, int(data["version"]), required, optional, words, sample, elder)


def _wordings(texts: Mapping[str, str], declared: frozenset[str]) -> Wordings:
    return Wordings({part: texts[part] for part in ("title", "body", "sms")}, declared)


def _brief(said: Rendered) -> None:
    """``TemplateFault`` where an elder wording is long, or puts much into one sentence."""
    sentences = max(map(_width, re.split(r"[。！？.!?]\s*", said.body)))
    for what, used, most in (
        ("title", _width(said.title), ELDER_TITLE),
        ("body", _width(said.body), ELDER_BODY),
        ("sentence", sentences, ELDER_SENTENCE),
    ):
        if used > most:
            raise TemplateFault(f"the elder {what} is {used} wide, {most} at most")


def _width(text: str) -> int:
    return (sum(1 if ord(one) < 0x2E80 else 2 for one in text) + 1) // 2
