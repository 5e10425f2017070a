"""The year's programme, played after the loop: this year's project and lectures, next year's list up to its plaques."""

from collections.abc import Callable
from dataclasses import asdict, dataclass

from stack.demo.cast import Cast
from stack.demo.programme_courses import Lectures
from stack.demo.programme_list import NextYear
from stack.demo.programme_plaques import Papers
from stack.demo.programme_project import Project
from stack.demo.programme_survey import Survey
from stack.demo.tale import Astray


@dataclass(frozen=True)
class Figures:
    """What the programme came to."""

    year: int = 0
    points: int = 0
    plaques: int = 0
    answers: int = 0
    served: int = 0
    courseware: int = 0
    bookings: int = 0

    def line(self) -> str:
        return " ".join(f"{name}={value}" for name, value in asdict(self).items())


async def play_programme(cast: Cast, tell: Callable[[str], None]) -> Figures:
    """Serve, ask, nominate, publish, draw, replace. Raises Astray or Refused where the platform does otherwise."""
    project = Project(cast, tell)
    await project.play()
    lectures = Lectures(cast, tell)
    await lectures.play()
    year = await NextYear.begin(cast, tell)
    survey = await Survey.begin(cast, tell, year.year, year.former)
    await survey.answer()
    await survey.conclude()
    await year.nominate()
    await year.review()
    papers = Papers(cast, tell, year.year, year.mended)
    await papers.make(year.target)
    await papers.hand_over()
    await year.replace(papers.point)
    await papers.follow(year.target)
    points = len(await year.points())
    if points != year.target:
        raise Astray(f"{year.year} 年度联系点应有 {year.target} 个，实有 {points} 个")
    counts = {"courseware": lectures.courseware, "bookings": lectures.bookings}
    return Figures(year.year, points, papers.valid, survey.returned, project.served, **counts)
