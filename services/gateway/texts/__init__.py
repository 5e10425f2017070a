"""Every text that a user of the REST API reads: Chinese, with English beside it."""

from typing import Literal, NamedTuple

Language = Literal["zh", "en"]


class Text(NamedTuple):
    """One text in both languages; may hold {names} to fill in."""

    zh: str
    en: str

    def say(self, language: Language, **values: object) -> str:
        return (self.en if language == "en" else self.zh).format(**values)
