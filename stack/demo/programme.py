"""The year's programme, played after the loop: a project of this year, and next year's list from survey to plaques."""

from collections.abc import Callable
from dataclasses import dataclass

from stack.demo.cast import Cast
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

    def line(self) -> str:
        return f"year={self.year} points={self.points} plaques={self.plaques} answers={self.answers} served={self.served}"


async def play_programme(cast: Cast, tell: Callable[[str], None]) -> Figures:
    """Serve, ask, nominate, publish, draw, replace. Raises Astray or Refused where the platform does otherwise."""
    project = Project(cast, tell)
    await project.play()
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
    return Figures(year.year, points, papers.valid, survey.returned, project.served)
