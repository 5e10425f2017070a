"""What the schemas of all resources share. Limits are those of the contracts; words are the contracts' enums, lower-case."""

import re
from datetime import UTC, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fahu.access.v1.access_pb2 import Role
from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

from services.gateway.patterns import NO_NUL as NO_NUL
from services.gateway.patterns import NOT_BLANK as NOT_BLANK
from services.gateway.words import Words

_RFC3339 = re.compile(r"\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d{1,9})?([Zz]|[+-]\d{2}:\d{2})", re.ASCII)
_EARLIEST, _LATEST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)

RoleWord = Literal[
    "liaison",
    "agency_contact",
    "agency_handler",
    "agency_lead",
    "centre_operator",
    "centre_lead",
    "supervisor",
    "area_officer",
]
ROLES = Words(Role)


def _written(value: Any) -> Any:
    """A moment comes as text: a number is not taken for seconds since 1970."""
    if not isinstance(value, str) or not _RFC3339.fullmatch(value):
        raise ValueError("not of RFC 3339")
    return value


def _within(value: datetime) -> datetime:
    """Nothing is older or younger than this, so the answer is the same."""
    return min(max(value, _EARLIEST), _LATEST)


def _number(value: Any) -> Any:
    """Python takes True for 1; JSON takes 1.0 for 1."""
    if isinstance(value, bool):
        raise PydanticCustomError("int_type", "not a number")
    return int(value) if isinstance(value, float) and value.is_integer() else value


UNIQUE: dict[str, Any] = {"uniqueItems": True}  # the contract refuses what is named twice
WHOLE = BeforeValidator(_number)  # after the limits, which the schema would lose behind it
Score = Annotated[Literal[1, 2, 3, 4, 5], WHOLE]
Percent = Annotated[int, Field(ge=0, le=100), WHOLE]
# Ids that the services made are not looked at again on their way out.
Id = Annotated[str, Field(json_schema_extra={"format": "uuid"})]
GivenId = Annotated[UUID, Field(strict=False)]
Moment = Annotated[AwareDatetime, BeforeValidator(_written), AfterValidator(_within)]
# In a body, where nothing else is converted.
GivenMoment = Annotated[Moment, Field(strict=False)]
Day = Annotated[str, Field(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$", json_schema_extra={"format": "date"})]
Code = Annotated[str, Field(min_length=1, max_length=40, pattern=NO_NUL)]
AnyCode = Annotated[str, Field(max_length=40, pattern=NO_NUL)]
AreaCode = Annotated[str, Field(max_length=32, pattern=r"^[0-9A-Za-z_-]*$", description="区域代码，空为全部。Area code.")]
PageSize = Annotated[int, Field(ge=1, le=100, description="每页条数。Rows a page.")]
PageToken = Annotated[
    str,
    Field(max_length=1000, pattern=NO_NUL, description="上一页的 next_page_token；第一页为空。Empty for the first page."),
]
NextPageToken = Annotated[str, Field(description="下一页的 page_token；最后一页为空。Empty on the last page.")]


def written(most: int) -> Any:
    """A text that must say something."""
    return Field(min_length=1, max_length=most, pattern=NOT_BLANK)


def remark(most: int) -> Any:
    """A text that may be left out."""
    return Field(max_length=most, pattern=NO_NUL)


class In(BaseModel):
    """A body: nothing is converted, nothing unknown is let pass."""

    model_config = ConfigDict(strict=True, extra="forbid")


class Asked(BaseModel):
    """A query: nothing unknown is let pass."""

    model_config = ConfigDict(extra="forbid")


class Out(BaseModel):
    """An answer."""


class Page(Asked):
    """Where a list goes on."""

    page_size: PageSize = 20
    page_token: PageToken = ""
