"""The catalogue for residents: open to everybody; signed in, a form comes with one's own proven data filled in."""

from __future__ import annotations

from datetime import date

from miniapp_api.wire.items import (
    BasisShape,
    BundleList,
    ConditionShape,
    FieldShape,
    ItemLine,
    ItemList,
    ItemQuery,
    ItemShape,
    ItemsQuery,
    LimitShape,
    MaterialShape,
    OptionShape,
    PlaceShape,
    QuestionShape,
    SectionShape,
    StepShape,
    ThemeList,
    ThemeShape,
)
from server.domain.catalogue.answers import bound
from server.domain.catalogue.guide import Condition, Fee, FormField, Guide, Limit, Material
from server.domain.catalogue.records import Item, ItemSummary
from server.domain.sessions.callers import ResidentCaller
from server.web.on_behalf import ON_BEHALF_OF
from server.web.operations import Call, NoBody, NoQuery, Open, Operations

operations = Operations(tag="items")
Words = Call[NoBody, ItemsQuery] | Call[NoBody, ItemQuery]


@operations.get(
    "/api/v1/items",
    name="findItems",
    summary="Find service items by everyday words, theme, department or region",
    access=Open(),
    query=ItemsQuery,
    answer=ItemList,
    problems=("cursor-invalid",),
)
async def find(call: Call[NoBody, ItemsQuery]) -> ItemList:
    wanted = call.query
    page = await call.services.catalogue.search(
        call.unit,
        wanted.q,
        wanted.theme,
        wanted.department,
        wanted.region.ljust(12, "0") if wanted.region else "",
        wanted.cursor,
        wanted.limit,
    )
    return ItemList(items=[_line(call, item) for item in page.items], next_cursor=page.next_cursor, total=page.total)


@operations.get(
    "/api/v1/items/{code}",
    name="item",
    summary="One service item: guide, materials, form, steps, legal basis",
    access=Open(),
    query=ItemQuery,
    answer=ItemShape,
    problems=("item-unknown",),
)
async def one(call: Call[NoBody, ItemQuery]) -> ItemShape:
    """The newest version, or the one that a running case began with."""
    code, version = call.path["code"], call.query.version
    catalogue = call.services.catalogue
    item = await (catalogue.item(call.unit, code) if version is None else catalogue.version(call.unit, code, version))
    if item.guide is None:
        return _bare(call, item)
    return _full(call, item, item.guide, await _own_data(call, item.guide))


@operations.get(
    "/api/v1/themes", name="themes", summary="Themes with the number of their items", access=Open(), answer=ThemeList
)
async def themes(call: Call[NoBody, NoQuery]) -> ThemeList:
    found = await call.services.catalogue.themes(call.unit)
    return ThemeList(themes=[ThemeShape(name=theme.name, count=theme.count) for theme in found])


@operations.get(
    "/api/v1/bundles", name="bundles", summary="One thing across departments", access=Open(), answer=BundleList
)
async def bundles(call: Call[NoBody, NoQuery]) -> BundleList:
    """None is published yet: an empty list, never an invented one."""
    return BundleList(bundles=[])


async def _own_data(call: Call[NoBody, ItemQuery], guide: Guide) -> dict[str, str]:
    """The caller's own values that this form asks for; nothing for a visitor, who may read the guide all the same,
    and nothing where it is filled in for somebody else."""
    wanted = sorted({field.prefill for field in guide.fields() if field.prefill})
    scheme, _, token = call.request.headers.get("Authorization", "").partition(" ")
    if not wanted or scheme != "Bearer" or not token or ON_BEHALF_OF in call.request.headers:
        return {}
    who = await call.services.sessions.find(call.unit, "resident", token)
    if not isinstance(who, ResidentCaller):
        return {}
    return await call.services.residents.disclose(call.unit, who.resident_id, wanted)


def limit_shape(call: Words, limit: Limit | None) -> LimitShape | None:
    """A limit with its words."""
    if limit is None:
        return None
    key = "same_day" if limit.days == 0 else "working_days" if limit.unit == "working_day" else "days"
    return LimitShape(days=limit.days, unit=limit.unit, label=call.text(f"calendar.labels.{key}", days=limit.days))


def _line(call: Words, item: ItemSummary) -> ItemLine:
    return ItemLine(
        code=item.code,
        name=item.name_en if call.language == "en" and item.name_en else item.name,
        department=item.department,
        region=item.region,
        theme=item.theme,
        guide="full" if item.complete else "incomplete",
        online=item.online,
        legal_limit=limit_shape(call, item.legal_limit),
        promised_limit=limit_shape(call, item.promised_limit),
    )


def _bare(call: Words, item: Item) -> ItemShape:
    line = _line(call, item.summary)
    return ItemShape(
        **line.model_dump(exclude={"legal_limit", "promised_limit"}),
        legal_limit=line.legal_limit,
        promised_limit=line.promised_limit,
        summary=call.text("catalogue.labels.guide_incomplete"),
        who_can_apply=[],
        fee="",
        materials=[],
        form=[],
        steps=[],
        results=[],
        basis=[],
        places=[],
        questions=[],
        channels=["hall", "consultation"],
        sample_figures=[],
        required_loa=2,
        consult_phone="",
        complaint_phone="",
        version=0,
    )


def _full(call: Words, item: Item, guide: Guide, own: dict[str, str]) -> ItemShape:
    def word(text: str) -> str:
        return guide.word(text, call.language)

    return ItemShape(
        code=guide.code,
        name=word(guide.name),
        department=guide.department,
        theme=guide.theme,
        region=guide.region,
        guide="full",
        online="online" in guide.channels,
        summary=word(guide.summary),
        who_can_apply=[word(text) for text in guide.who_can_apply],
        legal_limit=limit_shape(call, guide.legal_limit),
        promised_limit=limit_shape(call, guide.promised_limit),
        fee=_fee(call, guide.fee),
        materials=[_material(call, guide, paper) for paper in guide.materials if paper.form != "fetched"],
        form=[
            SectionShape(
                title=word(section.title), fields=[_field(call, guide, asked, own) for asked in section.fields]
            )
            for section in guide.form
        ],
        steps=[StepShape(name=word(step.name), note=word(step.note)) for step in guide.steps],
        results=[word(result.name) for result in guide.results],
        basis=[
            BasisShape(
                title=basis.title,
                clause=basis.clause if basis.confirmed else call.text("catalogue.labels.basis_unconfirmed"),
            )
            for basis in guide.basis
        ],
        places=[
            PlaceShape(name=word(place.name), address=word(place.address), hours=word(place.hours), phone=place.phone)
            for place in guide.places
        ],
        questions=[QuestionShape(question=word(q.question), answer=word(q.answer)) for q in guide.questions],
        channels=list(guide.channels),
        sample_figures=[word(figure.note) for figure in guide.sample_figures],
        required_loa=guide.required_loa,
        consult_phone=guide.consult_phone,
        complaint_phone=guide.complaint_phone,
        version=item.version,
    )


def _fee(call: Words, fee: Fee) -> str:
    if not fee.charged:
        return call.text("catalogue.labels.free")
    return call.text("catalogue.labels.list_separator").join(f"{item.name} {item.standard}" for item in fee.items)


def _material(call: Words, guide: Guide, paper: Material) -> MaterialShape:
    return MaterialShape(
        code=paper.code,
        name=guide.word(paper.name, call.language),
        required=paper.necessity == "required" and paper.form != "fetched_or_submitted" and paper.show_if is None,
        media=list(paper.media),
        note=guide.word(paper.note, call.language),
        source=guide.word(paper.source_note, call.language) or call.text(f"catalogue.sources.{paper.source}"),
        show_if=_condition(paper.show_if),
    )


def _field(call: Words, guide: Guide, asked: FormField, own: dict[str, str]) -> FieldShape:
    def word(text: str) -> str:
        return guide.word(text, call.language)

    dated = asked.kind == "date"
    return FieldShape(
        code=asked.code,
        label=word(asked.label),
        kind=asked.kind,
        required=asked.required,
        hint=word(asked.hint),
        max_length=asked.max_length,
        minimum=_iso(asked.minimum, call.unit.today) if dated else asked.minimum,
        maximum=_iso(asked.maximum, call.unit.today) if dated else asked.maximum,
        options=[OptionShape(value=option.value, label=word(option.label)) for option in asked.options],
        show_if=_condition(asked.show_if),
        prefill=own.get(asked.prefill) if asked.prefill else None,
        format=asked.format,
    )


def _iso(limit: int | str | None, today: date) -> str | None:
    day = bound(limit, today)
    return day.isoformat() if day else None


def _condition(condition: Condition | None) -> ConditionShape | None:
    return ConditionShape(field=condition.field, equals=condition.equals) if condition else None
