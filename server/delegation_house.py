"""The delegations room with its neighbours, put together."""

from __future__ import annotations

from config.floor.vault import Vault
from config.settings import Settings
from notify.service import Notify
from server.domain.audit.service import Audit
from server.domain.cases.service import Cases
from server.domain.catalogue.service import CatalogueService
from server.domain.credentials.service import ResidentCredentials
from server.domain.delegations.ports import DelegationOptions, Rooms
from server.domain.delegations.service import Delegations
from server.domain.materials.service import Materials
from server.domain.purposes.service import Purposes
from server.domain.residents.service import Residents
from server.domain.staff.service import Staff
from server.domain.visits.withdrawing import Withdrawing


def delegation_house(
    settings: Settings,
    vault: Vault,
    audit: Audit,
    *,
    residents: Residents,
    items: CatalogueService,
    purposes: Purposes,
    cases: Cases,
    codes: Withdrawing,
    credentials: ResidentCredentials,
    notices: Notify,
    staff: Staff,
    papers: Materials,
) -> Delegations:
    """As the settings say."""
    rooms = Rooms(residents, items, purposes, cases, codes, credentials, notices, staff, papers)
    options = DelegationOptions(
        days=settings.limits.delegation_days,
        answer_days=settings.limits.delegation_answer_days,
        year_shift=settings.demo.year_shift,
    )
    return Delegations(vault, audit, rooms, options)
