"""Which agencies may have a part in a demand."""

from services.dispatch import errors, rules
from services.dispatch.queries import reference
from services.dispatch.rules import Lead
from services.dispatch.service.change import Change


async def taking_part(change: Change, unit_code: str) -> Lead:
    """An agency that may lead this demand or assist with it. Raises UnitWithoutContact, and what `check` raises."""
    await check(change, unit_code)
    return await reference.agency(change.session, unit_code)


async def another(change: Change, unit_code: str) -> Lead:
    """An agency that may lead this demand instead of the present one."""
    if unit_code == change.row["lead_unit_code"]:
        raise errors.UnitNotAnAgency
    return await taking_part(change, unit_code)


async def check(change: Change, unit_code: str) -> None:
    """Raise UnitNotAnAgency; SubjectAgency for the one that the demand is about; JudicialMatter for any but court and
    procuratorate, where it lies before them.
    """
    if unit_code == change.row["subject_unit_code"]:
        raise errors.SubjectAgency
    if change.row["judicial"] and unit_code not in rules.COURTS:
        raise errors.JudicialMatter
    if not await reference.agencies(change.session, [unit_code]):
        raise errors.UnitNotAnAgency
