"""The two corps that agencies send people into (LEC-1, CON-2): one or two for each unit and year."""

from collections.abc import Collection
from enum import StrEnum


class Corps(StrEnum):
    """法治宣讲服务团, 法治咨询服务团."""

    LECTURE = "LECTURE"
    CONSULTATION = "CONSULTATION"


SEATS = (1, 2)


def free_seat(taken: Collection[int]) -> int | None:
    """The first seat that nobody has."""
    return next((seat for seat in SEATS if seat not in taken), None)
