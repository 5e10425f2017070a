"""Values of the contract as the API shows them: enums as short lower-case words, moments in Beijing time, absent as null."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp

from kit.calendar import BEIJING


class Words:
    """The values of one enum as words: STATE_DISPATCHED as "dispatched". Unspecified is None."""

    def __init__(self, enum: Any) -> None:
        names = dict(enum.items())
        prefix = next(name for name, number in names.items() if number == 0).removesuffix("UNSPECIFIED")
        self._words = {number: name.removeprefix(prefix).lower() for name, number in names.items() if number}
        self._numbers = {word: number for number, word in self._words.items()}

    def __iter__(self) -> Iterator[str]:
        return iter(self._words.values())

    def of(self, number: int) -> Any:
        """The word, or None for unspecified. Any: the schemas name the words as literals."""
        return self._words.get(number)

    def number(self, word: str | None) -> Any:
        """The value of a word; unspecified for None."""
        return self._numbers[word] if word else 0


def moment_of(stamp: Timestamp) -> datetime:
    """A moment in Shanghai's time, to the second."""
    return datetime.fromtimestamp(stamp.seconds, BEIJING)


def moment(message: Message, field: str) -> datetime | None:
    """The moment in a field, None where it is not set."""
    return moment_of(getattr(message, field)) if message.HasField(field) else None


def day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None
