"""An index of the entries about sending notices, for the operators' page of the record; as it was then."""

from __future__ import annotations

from tortoise.migrations import operations as ops

from config.floor import migration
from config.floor.schema import Index, making, undoing

RULES = (
    Index(
        "audit_entries_notices",
        "audit_entries",
        "portal, at DESC, id DESC",
        where="(subject_kind IN ('campaign','deliveries','notice','people_list','provider','signature','team','template') "
        "OR action IN ('notices.look','notices.record','audience.why'))",
    ),
)


class Migration(migration.Migration):
    """One partial index."""

    dependencies = [("domain", "0017_proving")]
    operations = [ops.RunPython(making(RULES), undoing(RULES))]
