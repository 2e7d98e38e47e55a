"""Who gave a notice back is kept with the submission that was given back. Rules as they were then."""

from __future__ import annotations

from tortoise import fields
from tortoise.migrations import operations as ops

from config.floor import migration
from config.floor.schema import Index, making, undoing

RULES = (
    Index("campaign_submissions_rejecter", "campaign_submissions", "rejecter_id", where="rejecter_id IS NOT NULL"),
)


class Migration(migration.Migration):
    """One nullable column and its index."""

    dependencies = [("notify", "0013_of_a_person")]
    operations = [
        ops.AddField("CampaignSubmission", "rejecter_id", fields.UUIDField(null=True)),
        ops.RunPython(making(RULES), undoing(RULES)),
    ]
