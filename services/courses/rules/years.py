"""Years are those of Shanghai."""

from datetime import datetime

from kit.calendar import BEIJING


def year_of(moment: datetime) -> int:
    """The year in Shanghai."""
    return moment.astimezone(BEIJING).year
