"""What a text is. It may name {serial}, {unit}, {holder}, {round}, {due}, {starts}, {opens} and what phrases.py has."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from services.notify.rules import Kind

Language = Literal["zh", "en"]
Words = Mapping[Language, str]


@dataclass(frozen=True, slots=True)
class Text:
    """One message in both languages. Titles stay within the 20 characters that WeChat shows."""

    title: Words
    body: Words


Texts = Mapping[Kind | tuple[Kind, object], Text]


def text(title_zh: str, body_zh: str, title_en: str, body_en: str) -> Text:
    return Text({"zh": title_zh, "en": title_en}, {"zh": body_zh, "en": body_en})
