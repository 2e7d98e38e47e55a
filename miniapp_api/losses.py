"""挂失: my phone or my paper is lost."""

from __future__ import annotations

from miniapp_api.wire.losses import LossReport, LossReported
from server.web.operations import Call, NoQuery, Operations, Resident

operations = Operations(tag="losses")


@operations.post(
    "/api/v1/me/loss-report",
    name="reportLoss",
    summary="End what a finder could use: sessions, codes, offline credentials. Cannot be undone",
    access=Resident(),
    body=LossReport,
    answer=LossReported,
    status=201,
    idempotent=True,
    limit=10,
)
async def report(call: Call[LossReport, NoQuery]) -> LossReported:
    """This session stays unless asked otherwise; its own codes end too, the phone fetches a fresh key."""
    asked, caller = call.body, call.resident
    ended = await call.services.losses.report(
        call.unit,
        call.actor,
        caller.resident_id,
        asked.what,
        region=caller.region,
        keep_session=None if asked.here_too else caller.session_id,
        reason=asked.reason,
    )
    return LossReported(sessions=ended.sessions, codes=ended.codes, credentials=ended.credentials)
