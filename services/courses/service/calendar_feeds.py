"""The secret address of a contact's calendar."""

from uuid import UUID

from sqlalchemy.dialects.postgresql import insert

from services.courses.models import CalendarFeed
from services.courses.rules.attendance import new_token, token_hash
from services.courses.service.errands import Errand


async def renew(errand: Errand, enterprise_id: UUID) -> str:
    """Make the contact's secret; the one before it ends. Returns it, and keeps its hash."""
    token = new_token()
    made = {"token_hash": token_hash(token), "made_at": errand.now}
    statement = insert(CalendarFeed).values(person_id=errand.actor.person_id, enterprise_id=enterprise_id, **made)
    await errand.session.execute(statement.on_conflict_do_update(constraint="pk_calendar_feed", set_=made))
    await errand.record("CALENDAR_FEED_RENEWED", f"enterprise/{enterprise_id}")
    return token
