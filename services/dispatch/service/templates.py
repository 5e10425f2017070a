"""Reply templates: written by the unit they belong to, changed as it was seen, retired and never deleted."""

from dataclasses import asdict, dataclass
from datetime import datetime
from uuid import UUID

import uuid_utils.compat
from sqlalchemy.ext.asyncio import AsyncSession

from kit.auth import Actor
from kit.errors import PermissionDenied, StaleVersion
from kit.idempotency import check_same
from services.dispatch import errors
from services.dispatch.models import ReplyTemplate, ReplyTemplateChange
from services.dispatch.queries import templates as queries
from services.dispatch.queries.reference import CENTRE_UNIT
from services.dispatch.rules import CENTRE_ROLES


@dataclass(frozen=True, slots=True)
class Content:
    """What people write. No category: for all."""

    title: str
    category_code: str | None
    state: str
    conclusion: str
    legal_basis: str
    next_steps: str


@dataclass(frozen=True, slots=True)
class Errand:
    """One request about a template: whose, when, and what makes its retry recognisable."""

    session: AsyncSession
    actor: Actor
    now: datetime
    request_id: str
    request_hash: bytes


def _unit_of(actor: Actor) -> str:
    """The unit that the actor writes for."""
    unit_code = CENTRE_UNIT if actor.has(*CENTRE_ROLES) else actor.unit_code
    if not unit_code:
        raise PermissionDenied
    return unit_code


async def create(errand: Errand, content: Content) -> UUID:
    """Write a template for the actor's unit. Returns its id."""
    earlier = await queries.of_request(errand.session, errand.actor, errand.request_id)
    if earlier is None:
        await _check(errand, content)
        made = _new(errand, content)
        if await queries.create(errand.session, made):
            _note(errand, made.id, made.version, content)
            return made.id
        earlier = await queries.of_request(errand.session, errand.actor, errand.request_id)
    assert earlier  # noqa: S101 - templates are never deleted
    check_same(earlier.request_hash, errand.request_hash)
    return earlier.id


async def update(errand: Errand, template_id: UUID, expected: int, content: Content) -> None:
    """Write its texts anew."""
    found = await _to_change(errand, template_id, expected)
    if found:
        await _check(errand, content)
        for name, value in asdict(content).items():
            setattr(found, name, value)
        _raise_version(errand, found)
        _note(errand, found.id, found.version, content)


async def retire(errand: Errand, template_id: UUID, expected: int) -> None:
    """End it."""
    found = await _to_change(errand, template_id, expected)
    if found:
        found.retired_at = errand.now
        _raise_version(errand, found)
        content = Content(**{name: getattr(found, name) for name in Content.__dataclass_fields__})
        _note(errand, found.id, found.version, content, retired=True)


async def _to_change(errand: Errand, template_id: UUID, expected: int) -> ReplyTemplate | None:
    """Lock a template of the actor's unit and check its version. None if this very request was served before."""
    found = await queries.template(errand.session, errand.actor, template_id, lock=True)
    if found.unit_code != _unit_of(errand.actor):
        raise PermissionDenied
    earlier = await queries.served_before(errand.session, template_id, errand.actor, errand.request_id)
    if earlier is not None:
        check_same(earlier, errand.request_hash)
        return None
    if found.version != expected:
        raise StaleVersion(version=str(found.version))
    if found.retired_at:
        raise errors.ReplyTemplateNotFound
    return found


async def _check(errand: Errand, content: Content) -> None:
    if content.category_code:
        await queries.check_category(errand.session, content.category_code)


def _new(errand: Errand, content: Content) -> ReplyTemplate:
    return ReplyTemplate(
        id=uuid_utils.compat.uuid7(),
        unit_code=_unit_of(errand.actor),
        version=1,
        changed_by=errand.actor.person_id,
        changed_at=errand.now,
        created_by=errand.actor.person_id,
        request_id=errand.request_id,
        request_hash=errand.request_hash,
        **asdict(content),
    )


def _raise_version(errand: Errand, found: ReplyTemplate) -> None:
    found.version += 1
    found.changed_by, found.changed_at = errand.actor.person_id, errand.now


def _note(errand: Errand, template_id: UUID, version: int, content: Content, *, retired: bool = False) -> None:
    """Keep this version."""
    change = ReplyTemplateChange(
        reply_template_id=template_id,
        version=version,
        content=asdict(content),
        retired=retired,
        person_id=errand.actor.person_id,
        at=errand.now,
        request_id=errand.request_id,
        request_hash=errand.request_hash,
    )
    errand.session.add(change)
