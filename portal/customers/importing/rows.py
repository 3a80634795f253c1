"""One customer as a file or a generator has it: checked, and on its way to the database."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Annotated, Final, NamedTuple

from django.core.exceptions import ValidationError as InvalidValue
from django.core.validators import EmailValidator, validate_email
from pydantic import AfterValidator, BaseModel, BeforeValidator, Field, StrictBool, ValidationError
from pydantic_core import ErrorDetails

from portal.customers import names
from portal.customers.models import IDENTIFIER, YEARS, Customer

# pydantic would take numbers for times, and drop digits after the sixth.
INSTANT: Final = re.compile(
    r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-]\d\d:\d\d)", re.ASCII
)
LOCAL_PART: Final = re.compile(EmailValidator.user_regex.pattern, re.IGNORECASE)


def _longest(field: str) -> int:
    length: int = getattr(Customer._meta.get_field(field), "max_length", 0)
    return length


LONGEST_NAME: Final = _longest("name")
LONGEST_EMAIL: Final = _longest("email_key")


def _email(text: str) -> str:
    local, _at, domain = text.rpartition("@")
    if not LOCAL_PART.match(local) or not _is_domain(domain):
        raise ValueError("is not an email address")
    if not text.isascii() and len(text.casefold()) > LONGEST_EMAIL:
        raise ValueError(f"has more than {LONGEST_EMAIL} characters ignoring case")
    return text


@lru_cache(maxsize=10_000)
def _is_domain(domain: str) -> bool:
    """Remembered, because Django looks long at a domain and most customers share a few."""
    try:
        validate_email(f"x@{domain}")
    except InvalidValue:
        return False
    return True


def _parts(parts: dict[str, str | None]) -> dict[str, str | None]:
    if parts and names.SCHEME not in parts and names.LEGACY not in parts:
        raise ValueError(f"has parts and neither {names.SCHEME} nor {names.LEGACY}")
    if len(names.compose(parts)) > LONGEST_NAME:
        raise ValueError(f"make a name of more than {LONGEST_NAME} characters")
    return parts


def _instant(value: object) -> datetime:
    if not isinstance(value, str) or not INSTANT.fullmatch(value):
        raise ValueError("must be a time like 2021-04-06T13:44:22.809216Z")
    try:
        instant = datetime.fromisoformat(value).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise ValueError("is not a time of the calendar") from error
    if instant.year not in YEARS:
        raise ValueError(f"must be in the years {YEARS.start} to {YEARS.stop - 1}")
    return instant


# PostgreSQL cannot store NUL. Lone surrogates are refused by pydantic itself.
Text = Annotated[str, Field(pattern=r"^[^\x00]*$")]
Instant = Annotated[datetime, BeforeValidator(_instant)]


class CustomerRow(BaseModel):
    """The specification's fields of a customer, and those that the service adds to them.

    Every field of the specification must be there, except the name, which follows from its parts
    and is ignored like unknown keys. A blank email is refused: null says that there is none.
    """

    identifier: Annotated[str, Field(pattern=IDENTIFIER.removesuffix(r"\Z") + r"\z")]
    external_identifier: (
        Annotated[Text, Field(max_length=_longest("external_identifier"))] | None
    ) = None
    email: Annotated[str, Field(max_length=_longest("email")), AfterValidator(_email)] | None
    phone: Annotated[Text, Field(max_length=_longest("phone"))] | None = None
    name_parts: Annotated[dict[Text, Text | None], AfterValidator(_parts)]
    is_active: StrictBool
    is_verified: StrictBool
    last_login: Instant | None
    date_joined: Instant
    locale: Annotated[Text, Field(min_length=1, max_length=_longest("locale"))]
    last_modified: Instant
    notes: Text | None = None


@dataclass
class InventedRow:
    """The same fields for customers of our own making, which need no check and should be quick."""

    identifier: str
    external_identifier: str | None
    email: str | None
    phone: str | None
    name_parts: dict[str, str | None]
    is_active: bool
    is_verified: bool
    last_login: datetime | None
    date_joined: datetime
    locale: str
    last_modified: datetime
    notes: str | None


class Found(NamedTuple):
    """What a file holds where a customer should be."""

    place: str
    content: object


class Placed(NamedTuple):
    """A checked customer, and where to look for it when it is refused after all."""

    place: str
    row: CustomerRow | InventedRow


class Known(NamedTuple):
    """A row that changes nothing, because its customer is like that already."""

    identifier: str


@dataclass(frozen=True)
class Rejection:
    """Something that cannot be loaded, and why."""

    place: str
    reason: str

    def __str__(self) -> str:
        return f"{self.place}: {self.reason}"


def check_rows(
    found: Iterable[Found | Known | Rejection],
) -> Iterator[Placed | Known | Rejection]:
    """Each as a row, or the reason why it is none. What is no Found is passed on."""
    for each in found:
        yield _check(each) if isinstance(each, Found) else each


def _check(found: Found) -> Placed | Rejection:
    if not isinstance(found.content, dict):
        return Rejection(found.place, "is not an object")
    try:
        return Placed(found.place, CustomerRow.model_validate(found.content))
    except ValidationError as error:
        return Rejection(found.place, _reason(error))


def _reason(error: ValidationError) -> str:
    """`email: is not an email address; phone: Field required`, without the values."""
    problems = error.errors(include_url=False, include_input=False)
    return "; ".join(f"{_path(problem['loc'])}: {_message(problem)}" for problem in problems)


def _path(location: tuple[int | str, ...]) -> str:
    # A key may hold what a terminal or UTF-8 cannot show.
    return ".".join(ascii(step)[1:-1] if isinstance(step, str) else str(step) for step in location)


def _message(problem: ErrorDetails) -> str:
    if problem["type"] == "string_pattern_mismatch" and problem["loc"] != ("identifier",):
        return "holds a NUL character"
    return problem["msg"].removeprefix("Value error, ")
