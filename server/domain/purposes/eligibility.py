"""Yes or no instead of data: the rule of a purpose that only needs to know whether somebody is entitled.

A gate, a bus or a ticket desk learns the answer and the reason in words, never an age, a date or a licence.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from pydantic import BaseModel, ConfigDict, Field

LANGUAGES = ("zh-CN", "en")
UNKNOWN, NO, _YES = "", "no", "yes."

Words = dict[str, str]


class Data(BaseModel):
    """A table of a data file: unknown keys are faults, nothing is converted in silence."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Condition(Data):
    """One way to be entitled: an age, or holding what this portal has granted (``holds``: an item's code)."""

    age_from: int | None = Field(default=None, ge=1, le=120)
    age_below: int | None = Field(default=None, ge=1, le=120)
    holds: str | None = None
    reason: Words

    def is_met(self, age: int | None, held: Collection[str]) -> bool:
        if self.holds is not None:
            return self.holds in held
        if age is None:
            return False
        return (self.age_from is None or age >= self.age_from) and (self.age_below is None or age < self.age_below)


class Eligibility(Data):
    """Entitled if any condition is met; ``otherwise`` says in words why not."""

    any: tuple[Condition, ...] = Field(strict=False)
    otherwise: Words

    @property
    def holdings(self) -> tuple[str, ...]:
        """Items whose grant would entitle."""
        return tuple(one.holds for one in self.any if one.holds is not None)

    def answer(self, age: int | None, held: Collection[str]) -> str:
        """``yes.<which condition>``, ``no``, or empty where the age is not known and nothing else entitles."""
        for at, one in enumerate(self.any):
            if one.is_met(age, held):
                return f"{_YES}{at}"
        asks_age = any(one.holds is None for one in self.any)
        return UNKNOWN if age is None and asks_age else NO

    def why(self, answer: str, language: str) -> str:
        """The reason for an answer, in words."""
        words: Mapping[str, str] = self.otherwise
        if answer.startswith(_YES):
            words = self.any[int(answer.removeprefix(_YES))].reason
        return words.get(language) or words["zh-CN"]

    def faults(self) -> list[str]:
        """What is wrong with the rule, for the person who edits the file."""
        found = [] if self.any else ["eligible.any: at least one condition"]
        for at, one in enumerate(self.any):
            asks_age = one.age_from is not None or one.age_below is not None
            if asks_age == (one.holds is not None):
                found.append(f"eligible.any.{at}: an age, or what is held, and not both")
            elif asks_age and (one.age_below or 200) <= (one.age_from or 0):
                found.append(f"eligible.any.{at}: nobody can meet it")
        return found


def is_yes(answer: str) -> bool:
    """Whether an answer says that somebody is entitled."""
    return answer.startswith(_YES)
