"""Everything around offline credentials, put together: keys, lists, what is published, and the rooms that use them."""

from __future__ import annotations

import base64
import logging
from dataclasses import dataclass

from codes import cose
from codes.credential_options import CredentialOptions
from codes.credentials import Credentials
from codes.publishing import Publisher, Run
from codes.signing_keys import SigningKeys
from codes.status_book import StatusBook
from config.floor.vault import Vault
from config.settings import Settings
from server.domain.audit.service import Audit
from server.domain.credentials.service import ResidentCredentials
from server.domain.recognition.service import Recognition
from server.domain.residents.service import Residents
from server.domain.staff.service import Staff
from server.domain.terminals.service import Terminals
from server.domain.visits.comparing import Comparing
from server.domain.visits.conflicts import Conflicts
from server.domain.visits.locks import Locks
from server.domain.visits.offline import OfflineReads
from server.domain.visits.papers import Papers
from server.domain.visits.ports import VisitOptions
from server.domain.visits.reads import Reads

_log = logging.getLogger("yima.opening")


@dataclass(frozen=True, slots=True)
class CredentialHouse:
    """What the services are given."""

    publisher: Publisher
    credentials: ResidentCredentials
    papers: Papers
    offline_reads: OfflineReads
    comparing: Comparing
    conflicts: Conflicts


def credential_house(
    settings: Settings,
    vault: Vault,
    run: Run,
    residents: Residents,
    audit: Audit,
    staff: Staff,
    terminals: Terminals,
    visit_options: VisitOptions,
    recognition: Recognition,
) -> CredentialHouse:
    """As the settings say. Without a root key everything is there and answers that it is closed."""
    options = CredentialOptions(
        **settings.credentials.model_dump(exclude={"conflict_minutes", "paper_font", "read_days"})
    )
    keys, book = SigningKeys(vault, options), StatusBook(options)
    held = Credentials(keys, book, options)
    publisher = Publisher(keys, book, _root(settings), run, options)
    credentials = ResidentCredentials(held, publisher, residents, audit)
    ours = settings.credentials
    reads = Reads(held, conflict_minutes=ours.conflict_minutes, keep_days=ours.read_days)
    comparing = Comparing(audit, terminals, Locks(audit, visit_options))
    return CredentialHouse(
        publisher=publisher,
        credentials=credentials,
        papers=Papers(held, publisher, reads),
        offline_reads=OfflineReads(held, reads, audit, terminals, staff, comparing, recognition),
        comparing=comparing,
        conflicts=Conflicts(held, credentials, audit),
    )


def _root(settings: Settings) -> cose.PrivateKey | None:
    """The root that signs the key set, if this deployment has one."""
    text = settings.secrets.credential_root.get_secret_value()
    if not text:
        _log.warning("no root key (YIMA_SECRETS__CREDENTIAL_ROOT): no offline credentials are issued")
        return None
    return cose.PrivateKey(cose.ES256, base64.b64decode(text, validate=True))
