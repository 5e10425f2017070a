"""By what demands are found."""

from uuid import UUID

from sqlalchemy import Index
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from services.dispatch.models.base import Base


class DemandSearch(Base):
    """The words and marks of one demand (words.py). Apart from it, so that its moves do not touch the index of words.

    Written a moment after the demand (service/search.py). `number` is the running number within the serial, and the order of
    what is found. Triggers add the marks of units that come to see the demand later, or even before its words are there:
    then the row is not yet `complete`. It names its demand without a foreign key, whose check would lock the demand.
    """

    __tablename__ = "demand_search"
    demand_id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[int]
    words: Mapped[str] = mapped_column(TSVECTOR)
    complete: Mapped[bool]
    __table_args__ = (
        # New rows wait in a list that every search reads: it is kept short.
        Index("ix_demand_search_words", "words", postgresql_using="gin", postgresql_with={"gin_pending_list_limit": 256}),
    )
