"""What courses holds in the world of the matrix: courseware, lectures, bookings, requests for lectures, consultations."""

from collections.abc import Awaitable, Callable, Mapping

from stack.demo.client import Person
from stack.supervisor import Stack
from tests.journeys.consultations_world import consultations
from tests.journeys.courseware_world import courseware_and_needs
from tests.journeys.lectures_world import lecture_requests, lectures_and_bookings
from tests.journeys.things import Things


async def things_of_courses(
    stack: Stack, people: Mapping[str, Person], neighbour: Person, staff_of: Callable[[str], Awaitable[Person]]
) -> dict[str, dict[str, Things]]:
    """Things of each kind, by column."""
    database = stack.database_url("courses")
    lectures, bookings = await lectures_and_bookings(people, neighbour, staff_of, database)
    requests = await lecture_requests(people["liaison"], neighbour)
    of_consultations = await consultations(people, neighbour, staff_of, database)
    of_courseware = await courseware_and_needs(stack.url(), people, await staff_of("eco_env"))
    found = {"lecture": lectures, "booking": bookings, "lecture request": requests}
    return found | of_consultations | of_courseware
