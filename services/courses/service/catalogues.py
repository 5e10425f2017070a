"""The catalogue of a year: published whole, or refused with everything that it lacks (LEC-2, LEC-3)."""

from collections import Counter
from collections.abc import Sequence

from kit.errors import FieldViolation
from services.courses import errors
from services.courses.models import Catalogue, CatalogueItem, Courseware, Unit
from services.courses.queries import catalogues as queries
from services.courses.rules.courseware import CoursewareState, Progress, courseware_serial, lacking
from services.courses.service import courseware as items_service
from services.courses.service import events
from services.courses.service.errands import Errand


async def bring_out(errand: Errand, year: int) -> int:
    """Publish the next version. Returns its number; a retry that of the first time."""
    session = errand.session
    await queries.lock_year(session, year)
    if subject := await errand.subject():
        return int(subject.rpartition("/")[2])
    items, agencies = await queries.lock_teachable(session, year), await queries.corps(session)
    check_complete(items, agencies)
    before = await queries.newest(session, year)
    lines = await _lines(errand, items, agencies)
    if before and _content(await queries.lines_of(session, before)) == _content(lines):
        raise errors.CatalogueUnchanged(version=str(before.version))
    catalogue = Catalogue(
        year=year,
        version=before.version + 1 if before else 1,
        item_count=len(lines),
        published_by=errand.actor.person_id,
        published_at=errand.now,
    )
    session.add(catalogue)
    await session.flush()
    for position, line in enumerate(lines, 1):
        line.version, line.position = catalogue.version, position
        session.add(line)
    for item in items:
        if item.state == CoursewareState.APPROVED:
            await items_service.list_in_catalogue(errand, item)
    events.catalogue_published(session, catalogue)
    await errand.record("CATALOGUE_PUBLISHED", f"catalogue/{year}/{catalogue.version}")
    return catalogue.version


def check_complete(items: Sequence[Courseware], agencies: Sequence[Unit]) -> None:
    """Every agency of the corps has enough items. Raises CatalogueIncomplete, which names all that have not."""
    have = Counter(item.unit_code for item in items)
    found = [Progress(unit.code, unit.name, have[unit.code]) for unit in agencies]
    violations = [
        FieldViolation(one.unit_code, "AGENCY_COURSEWARE_MISSING", f"area={one.unit_name} have={one.have} want={one.want}")
        for one in lacking(found)
    ]
    if not agencies:
        violations = [FieldViolation("", "CORPS_UNKNOWN", "area= have=0 want=1")]
    if violations:
        raise errors.CatalogueIncomplete(violations)


async def _lines(errand: Errand, items: Sequence[Courseware], agencies: Sequence[Unit]) -> list[CatalogueItem]:
    """The items as they stand today, agency by agency in the order of their groups."""
    places = {unit.code: place for place, unit in enumerate(agencies)}
    names = await queries.names_of(errand.session, {item.unit_code for item in items})
    ordered = sorted(items, key=lambda item: (places.get(item.unit_code, len(places)), item.unit_code, item.number))
    return [
        CatalogueItem(
            year=item.year,
            courseware_id=item.id,
            serial=courseware_serial(item.year, item.number),
            unit_code=item.unit_code,
            unit_name=names[item.unit_code],
            title=item.title,
            summary=item.summary,
            minutes=item.minutes,
        )
        for item in ordered
    ]


def _content(lines: Sequence[CatalogueItem]) -> list[tuple[object, ...]]:
    """What a reader sees of them."""
    return [(one.courseware_id, one.unit_name, one.title, one.summary, one.minutes) for one in lines]
