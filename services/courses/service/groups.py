"""Names and topics of the consultation groups, and which areas make a zone (CON-1, CON-3)."""

from collections.abc import Sequence

from services.courses import errors
from services.courses.models import ZoneArea
from services.courses.queries import groups as queries
from services.courses.service.errands import Errand, check_version


async def update_group(errand: Errand, number: int, version: int, name: str, topics: str) -> None:
    """Another name, other topics. Its units are the notice's."""
    group = await queries.lock_group(errand.session, number)
    if await errand.is_repeat():
        return
    check_version(group.version, version)
    group.name, group.topics = name, topics
    group.version += 1
    await errand.record("GROUP_UPDATED", f"group/{number}")


async def update_zone(errand: Errand, code: str, version: int, name: str, area_codes: Sequence[str]) -> None:
    """Name and areas at once. What it takes leaves its zone; what it has goes only where another zone takes it."""
    zones = await queries.lock_zones(errand.session, code)
    if await errand.is_repeat():
        return
    check_version(zones[code].version, version)
    places, wanted = await queries.places(errand.session), set(area_codes)
    if unknown := wanted - await queries.known_areas(errand.session):
        raise errors.AreaUnknown(areas="、".join(sorted(unknown)))
    had = {area for area, place in places.items() if place.zone_code == code}
    if left := had - wanted:
        raise errors.AreaWithoutZone(areas="、".join(sorted(left)))
    changed = {code}
    for area in sorted(wanted - had):
        if area in places:
            changed.add(places[area].zone_code)
            places[area].zone_code = code
        else:
            errand.session.add(ZoneArea(area_code=area, zone_code=code))
    zones[code].name = name
    for one in changed:
        zones[one].version += 1
    await errand.record("ZONE_UPDATED", f"zone/{code}", " ".join(sorted(wanted - had)))
