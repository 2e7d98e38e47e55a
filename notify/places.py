"""What of this room stands in a region, by the word that its addresses use."""

from __future__ import annotations

from config.floor.scope import Placed
from notify.errors import (
    CampaignMissing,
    ListMissing,
    MessageMissing,
    NoticeMissing,
    PaperTaskMissing,
    SegmentMissing,
    TemplateMissing,
)

PLACED = {
    "campaigns": Placed("campaigns", CampaignMissing),
    "messages": Placed("notify_messages", MessageMissing),
    "notices": Placed("notify_messages", NoticeMissing),
    "paper-tasks": Placed("notify_paper_tasks", PaperTaskMissing),
    "people-lists": Placed("notify_lists", ListMissing),
    "lists": Placed("notify_lists", ListMissing),
    "segments": Placed("notify_segments", SegmentMissing, shared=True),
    "notice-templates": Placed("notify_templates", TemplateMissing, shared=True),
    "templates": Placed("notify_templates", TemplateMissing, shared=True),
}
"""Words and rules are a portal's common stock, which everybody reads; each region changes its own."""
