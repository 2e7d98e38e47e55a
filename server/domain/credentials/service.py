"""Residents' credentials: who may have which tier, what it says of her, and the record of it.

A tier is the whole of what a code can ever tell (``codes/credential.py``): T0 the masked name, T1 name, gender, last
four and birth year, T2 the ID number. The first two are ordered online by anybody whose name and number have been
checked; from T1 on the card must be in hand where it is used; T2 is printed by staff only, with the card before them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Protocol
from uuid import UUID

from codes import cose, credential, strict_cbor
from codes.credential_options import TIERS, Form, Tier
from codes.credentials import Credentials, HeldCredential, Order, Reason
from codes.publishing import CredentialsClosed, Publisher, uri_of
from config.floor import sql
from config.floor.ids import new_id
from config.floor.refusal import FieldFault, Invalid, Missing
from config.floor.unit import SYSTEM, Actor, Unit
from server.domain.audit.service import Audit
from server.domain.credentials.errors import CredentialOver, IdentityUnsuited, NotPaper, TierNotAllowed
from server.domain.delegations.errors import BeyondDelegation
from server.domain.sessions.mandate import Mandate

PROVED = 3
"""The LoA from which a credential is issued: name and number agree with the register."""
SAID: Mapping[Tier, tuple[str, ...]] = {
    "T0": ("name_masked", "loa", "region"),
    "T1": ("name", "gender", "id_last4", "birth_year", "loa", "region"),
    "T2": ("name", "gender", "id_number", "loa", "region"),
}
"""The fields that each tier tells, as the record and the words name them."""
_ASKED = ("name", "name_masked", "gender", "id_number", "birth_date", "loa", "region")
_PRINTABLE = timedelta(minutes=30)
_GENDERS = {"male": 1, "female": 2}
_RESIDENT_NUMBER = 18


class Residents(Protocol):
    """The only way to a resident's values; the caller settles why and records it."""

    async def disclose(self, unit: Unit, resident_id: UUID, fields: Sequence[str]) -> Mapping[str, str]: ...


@dataclass(frozen=True, slots=True)
class Issued:
    """A credential and what it says. ``name`` is as the tier tells it. The text is kept nowhere."""

    held: HeldCredential
    text: str
    name: str


def read_device_key(x: bytes, y: bytes) -> cose.PublicKey:
    """A phone's P-256 key from its coordinates; a fault of the field ``device_key`` where it is no point."""
    try:
        return cose.public_key({1: 2, -1: 1, -2: x, -3: y}, cose.ES256)
    except ValueError:
        raise Invalid(faults=(FieldFault("device_key", "device-key"),)) from None


def thumbprint(key: cose.PublicKey) -> str:
    """The COSE Key Thumbprint (RFC 9679), in hex: which phone, without saying whose."""
    return hashlib.sha256(strict_cbor.encode(key.parameters)).hexdigest()


class ResidentCredentials:
    """Ordered by residents for themselves, printed by clerks for people without a phone, taken back by both."""

    def __init__(self, credentials: Credentials, publisher: Publisher, residents: Residents, audit: Audit) -> None:
        self._credentials = credentials
        self._publisher = publisher
        self._residents = residents
        self._audit = audit

    async def order(
        self,
        unit: Unit,
        actor: Actor,
        resident: UUID,
        tier: Tier,
        form: Form,
        device: cose.PublicKey | None = None,
        mandate: Mandate | None = None,
    ) -> Issued:
        """A credential for oneself, or a paper of the masked tier for somebody one acts for; the older one of this tier
        and form dies with it."""
        if tier == "T2" or (mandate and (tier, form) != ("T0", "paper")):
            raise TierNotAllowed(tier=tier)
        if mandate and not mandate.shows_a_code:
            raise BeyondDelegation()
        if (form == "phone") != (device is not None):
            raise Invalid(faults=(FieldFault("device_key", "device-key"),))
        return await self._issue(unit, actor, resident, tier, form, device, mandate=mandate)

    async def print_at_counter(
        self, unit: Unit, actor: Actor, resident: UUID, tier: Tier, *, terminal: UUID, place: str
    ) -> Issued:
        """A paper for the person whose card the clerk holds, of any tier. The full one keeps a row of her consent."""
        issued = await self._issue(unit, actor, resident, tier, "paper", None, place=place)
        if tier == "T2":
            held = issued.held
            await sql.execute(
                "INSERT INTO paper_consents (id, portal, region, credential_id, resident_id, at, staff_id, terminal_id,"
                " fields_told) VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9)",
                new_id(), unit.portal, held.region, held.id, resident, unit.now, actor.id, terminal,
                sql.to_json(list(SAID[tier])),
            )  # fmt: skip
        return issued

    async def just_made(self, unit: Unit, actor: Actor, credential_id: UUID) -> Issued:
        """A paper that this clerk has made in the last minutes, to print it; ``Missing`` for any other."""
        held = await self._of_portal(unit, credential_id)
        if held.issued_by != actor.label or held.issued_at < unit.now - _PRINTABLE:
            raise Missing()
        return await self.again(unit, held.resident, credential_id)

    async def again(self, unit: Unit, resident: UUID, credential_id: UUID, mandate: Mandate | None = None) -> Issued:
        """What a living paper says, word for word, to print it once more. ``Missing`` where it is not hers, or was not
        ordered under the mandate."""
        held = await self._own(unit, resident, credential_id)
        if mandate and held.delegation != mandate.delegation_id:
            raise Missing()
        if held.form != "paper":
            raise NotPaper()
        signer = await self._credentials.keys.signer_of(unit, held.kid)
        if held.state != "valid" or signer is None:
            raise CredentialOver(state=held.state if held.state != "valid" else "revoked")
        return await self._said(unit, held, signer, None)

    async def printed(self, unit: Unit, actor: Actor, issued: Issued, *, place: str = "") -> None:
        """That a paper was printed (once more) is recorded."""
        await self._record(unit, actor, issued.held, "credential.print", "done", place)

    async def of_resident(self, unit: Unit, resident: UUID, mandate: Mandate | None = None) -> list[HeldCredential]:
        """Hers, newest first, the ones that are over as well; with a mandate those that were ordered under it."""
        held = await self._credentials.of_resident(unit, resident)
        return [one for one in held if mandate is None or one.delegation == mandate.delegation_id]

    async def lost(self, unit: Unit, actor: Actor, resident: UUID, credential_id: UUID, *, place: str = "") -> None:
        """挂失: it is dead at once online, and offline at the next list. Reporting it twice changes nothing."""
        await self._take_back(unit, actor, await self._own(unit, resident, credential_id), "lost", place)

    async def lost_all(
        self, unit: Unit, actor: Actor, resident: UUID, *, form: Form | None = None, place: str = ""
    ) -> int:
        """Everything of hers, or everything in one form (a lost phone's copies); how many were alive."""
        return await self._take_all(unit, actor, resident, "lost", form, place)

    async def end_all(self, unit: Unit, actor: Actor, resident: UUID) -> int:
        """Her account is closed: everything of hers is taken back; how many were alive."""
        return await self._take_all(unit, actor, resident, "withdrawn", None, "")

    async def _take_all(
        self, unit: Unit, actor: Actor, resident: UUID, reason: Reason, form: Form | None, place: str
    ) -> int:
        ended = await self._credentials.revoke_all(unit, resident, reason=reason, by=actor.label, form=form)
        for held in ended:
            await self._record(unit, actor, held, "credential.revoke", reason, place)
        if ended:
            unit.tell(f"resident:{resident}", "credential")
        return len(ended)

    async def end_under(self, unit: Unit, actor: Actor, delegation: UUID) -> int:
        """A delegation is over: what was ordered under it is taken back; how many were alive."""
        ended = await self._credentials.revoke_under(unit, delegation, by=actor.label)
        for held in ended:
            await self._record(unit, actor, held, "credential.revoke", "withdrawn", "")
            unit.tell(f"resident:{held.resident}", "credential")
        return len(ended)

    async def suspend(self, unit: Unit, actor: Actor, credential_id: UUID) -> HeldCredential:
        """Stop one until it is cleared up; ``Missing`` where the portal has none, refused where it is over."""
        held = await self._of_portal(unit, credential_id)
        if held.state == "suspended":
            return held
        if not await self._credentials.suspend(unit, held, reason="conflict", by=actor.label):
            raise CredentialOver(state=held.state)
        await self._record(unit, actor, held, "credential.suspend", "conflict", "")
        unit.tell(f"resident:{held.resident}", "credential")
        return await self._of_portal(unit, credential_id)

    async def remove_key(self, unit: Unit, kid: bytes, why: str) -> int:
        """A compromised signing key: off the list with everything it signed; how many credentials that were."""
        revoked = await self._credentials.keys.remove(unit, kid, why)
        await self._audit.record(
            unit, SYSTEM, "credential.remove_key", subject_kind="signing_key", subject=kid.hex(), outcome="done"
        )
        return revoked

    async def _take_back(self, unit: Unit, actor: Actor, held: HeldCredential, reason: Reason, place: str) -> None:
        if await self._credentials.revoke(unit, held, reason=reason, by=actor.label):
            await self._record(unit, actor, held, "credential.revoke", reason, place)
            unit.tell(f"resident:{held.resident}", "credential")

    async def _issue(
        self, unit: Unit, actor: Actor, resident: UUID, tier: Tier, form: Form, device: cose.PublicKey | None,
        *, place: str = "", mandate: Mandate | None = None,
    ) -> Issued:  # fmt: skip
        if self._publisher.root is None:
            raise CredentialsClosed()
        known = await self._residents.disclose(unit, resident, ("region", "id_number"))
        if tier == "T2" and len(known.get("id_number", "")) != _RESIDENT_NUMBER:
            raise IdentityUnsuited()
        order = Order(
            resident=resident,
            acting=actor.id if actor.kind == "resident" and actor.id else resident,
            region=known["region"],
            tier=tier,
            form=form,
            by=actor.label,
            device=thumbprint(device) if device else "",
            delegation=mandate.delegation_id if mandate else None,
            until=mandate.valid_until if mandate else None,
        )
        held = await self._credentials.issue(unit, order)
        signer = await self._credentials.keys.signer_of(unit, held.kid)
        assert signer is not None, "it was made under a key that signs now"
        issued = await self._said(unit, held, signer, device)
        await self._record(unit, actor, held, "credential.issue", form, place)
        unit.tell(f"resident:{resident}", "credential")
        return issued

    async def _said(
        self, unit: Unit, held: HeldCredential, signer: cose.PrivateKey, device: cose.PublicKey | None
    ) -> Issued:
        known = await self._residents.disclose(unit, held.resident, _ASKED)
        name = known["name_masked" if held.tier == "T0" else "name"]
        plain = credential.Credential(
            issuer=held.portal,
            tier=TIERS.index(held.tier),
            issued_at=int(held.issued_at.timestamp()),
            expires_at=int(held.expires_at.timestamp()),
            uri=uri_of(held.list_number),
            index=held.idx,
            name=name,
            level=int(known["loa"]),
            region=int(held.region[:6]),
            holder_key=device,
        )
        said = plain if held.tier == "T0" else _with_person(plain, known)
        return Issued(held, credential.compose(said, signer), name)

    async def _own(self, unit: Unit, resident: UUID, credential_id: UUID) -> HeldCredential:
        held = await self._credentials.get(unit, credential_id)
        if held is None or held.resident != resident:
            raise Missing()
        return held

    async def _of_portal(self, unit: Unit, credential_id: UUID) -> HeldCredential:
        held = await self._credentials.get(unit, credential_id)
        if held is None:
            raise Missing()
        return held

    async def _record(
        self, unit: Unit, actor: Actor, held: HeldCredential, action: str, outcome: str, place: str
    ) -> None:
        await self._audit.record(
            unit, actor, action, subject_kind="credential", subject=str(held.id), resident_id=held.resident,
            region=held.region, outcome=outcome, fields=SAID[held.tier] if action == "credential.issue" else (),
            place=place[:128],
        )  # fmt: skip


def _with_person(plain: credential.Credential, known: Mapping[str, str]) -> credential.Credential:
    """What the higher tiers tell beyond name, level and region; the ID number only in the full one."""
    number = known["id_number"]
    return replace(
        plain,
        gender=_GENDERS.get(known.get("gender", ""), 0),
        last4=number[-4:],
        birth_year=int(known["birth_date"][:4]),
        id_number=number if plain.tier == TIERS.index("T2") else "",
    )
