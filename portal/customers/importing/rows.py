"""The stages of an imported row: parsed from a file, validated, and ready for the staging table."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Annotated, Any, Final, NamedTuple

import orjson
from django.core.exceptions import ValidationError as InvalidValue
from django.core.validators import EmailValidator, validate_email
from pydantic import AfterValidator, BaseModel, BeforeValidator, Field, StrictBool, ValidationError
from pydantic_core import ErrorDetails

from portal.customers import names
from portal.customers.models import IDENTIFIER, VALID_YEARS, Customer
from portal.customers.normalization import email_key

ACCEPTED_FORMATS: Final = "JSON, NDJSON, CSV and XLSX are taken"
# Matches a time of the API. pydantic alone would accept numbers as times, and cut off a seventh
# digit of the fraction.
API_TIME: Final = re.compile(
    r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-]\d\d:\d\d)", re.ASCII
)
# How far a source time may be in the future. The clocks of two machines differ.
MAX_TIME_AHEAD: Final = timedelta(days=1)
IDENTIFIER_PATTERN: Final = re.compile(IDENTIFIER)
# The digits of a larger floating-point number may be rounded.
MAX_FLOAT: Final = 10**15
LOCAL_PART: Final = re.compile(EmailValidator.user_regex.pattern, re.IGNORECASE)


def _max_length(field: str) -> int:
    length: int = getattr(Customer._meta.get_field(field), "max_length", 0)
    return length


MAX_NAME_LENGTH: Final = _max_length("name")
MAX_EMAIL_KEY_LENGTH: Final = _max_length("email_key")


def _check_email(text: str) -> str:
    local, _at, domain = text.rpartition("@")
    if not LOCAL_PART.match(local) or not _is_domain(domain):
        raise ValueError("is not an email address")
    if not text.isascii() and len(email_key(text)) > MAX_EMAIL_KEY_LENGTH:
        raise ValueError(f"has more than {MAX_EMAIL_KEY_LENGTH} characters ignoring case")
    return text


@lru_cache(maxsize=10_000)
def _is_domain(domain: str) -> bool:
    """Whether the domain of an email is valid.

    Cached, because Django's validation is slow and most customers share a few domains.
    """
    try:
        validate_email(f"x@{domain}")
    except InvalidValue:
        return False
    return True


def _check_name_parts(parts: dict[str, str | None]) -> dict[str, str | None]:
    if parts and names.SCHEME not in parts and names.LEGACY not in parts:
        raise ValueError(f"must have {names.SCHEME} or {names.LEGACY}")
    if len(names.compose_name(parts)) > MAX_NAME_LENGTH:
        raise ValueError(f"make a name of more than {MAX_NAME_LENGTH} characters")
    return parts


def _parse_time(value: object) -> datetime:
    if not isinstance(value, str) or not API_TIME.fullmatch(value):
        raise ValueError("must be a time like 2021-04-06T13:44:22.809216Z")
    try:
        instant = datetime.fromisoformat(value).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise ValueError("is not a time of the calendar") from error
    if instant.year not in VALID_YEARS:
        raise ValueError(f"must be in the years {VALID_YEARS.start} to {VALID_YEARS.stop - 1}")
    return instant


def _reject_future(instant: datetime) -> datetime:
    """Reject a source time in the future. After such a row, later rows would count as outdated."""
    if instant > datetime.now(UTC) + MAX_TIME_AHEAD:
        raise ValueError("is more than a day in the future")
    return instant


def parse_source_time(text: str) -> datetime:
    """Parse a `last_modified` in the notation of the API. Raises ValueError."""
    return _reject_future(_parse_time(text))


def number_as_text(value: Any) -> Any:
    """Convert a whole number to text. Other values are returned unchanged."""
    is_small = isinstance(value, float | Decimal) and -MAX_FLOAT < value < MAX_FLOAT
    if is_small and value == int(value):
        value = int(value)
    is_number = isinstance(value, int) and not isinstance(value, bool)
    return str(value) if is_number else value


# A text without the NUL character, which PostgreSQL cannot store. pydantic itself rejects lone
# surrogates.
Text = Annotated[str, Field(pattern=r"^[^\x00]*$")]
# Spreadsheets store some texts, such as phone numbers, as numbers.
NumberAsText = BeforeValidator(number_as_text)
ApiTime = Annotated[datetime, BeforeValidator(_parse_time)]
SourceTime = Annotated[ApiTime, AfterValidator(_reject_future)]


class CustomerRow(BaseModel):
    """A valid row: the ten fields of the pretix API, and the three that current versions add.

    The three fields of current versions are optional. The ten fields are required, except `name`.
    Portal ignores `name`, and composes the name from `name_parts`. A customer without an email has
    null; a blank email is rejected.
    """

    identifier: Annotated[str, Field(pattern=IDENTIFIER.removesuffix(r"\Z") + r"\z")]
    external_identifier: (
        Annotated[Text, Field(max_length=_max_length("external_identifier")), NumberAsText] | None
    ) = None
    email: (
        Annotated[str, Field(max_length=_max_length("email")), AfterValidator(_check_email)] | None
    )
    phone: Annotated[Text, Field(max_length=_max_length("phone")), NumberAsText] | None = None
    name_parts: Annotated[dict[Text, Text | None], AfterValidator(_check_name_parts)]
    is_active: StrictBool
    is_verified: StrictBool
    last_login: ApiTime | None
    date_joined: ApiTime
    locale: Annotated[Text, Field(min_length=1, max_length=_max_length("locale"))]
    last_modified: SourceTime
    notes: Text | None = None


class PartialRow(CustomerRow):
    """A row of a spreadsheet after missing fields were filled in.

    A row of a spreadsheet may have no source time.
    """

    last_modified: SourceTime | None  # type: ignore[assignment]


@dataclass
class InventedRow:
    """A row with the fields of CustomerRow that needs no validation.

    The row is an invented customer of the demo, or a valid row merged into a stored customer.
    """

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


# Which values the file had for a row, before other values were filled in. For a partial row: a dict
# of its values. For any other row: the names of the optional keys that the row lacked.
GivenFields = Sequence[str] | dict[str, Any]


class ParsedRow(NamedTuple):
    """A parsed JSON value that should be a customer, and its position in the file.

    A partial row comes from a spreadsheet, and may lack any field except the identifier.
    """

    position: str
    content: object
    is_partial: bool = False
    given: GivenFields = ()


class StagedRow(NamedTuple):
    """A valid row for the staging table. The position is shown if the row is rejected later."""

    position: str
    row: CustomerRow | InventedRow
    given: str | None = None  # as JSON
    source_values: str | None = None  # the new Customer.source_values, as JSON


class UnchangedRow(NamedTuple):
    """A row that would change nothing. `last_modified` is text, as in the file."""

    identifier: str
    last_modified: str
    given: str | None = None  # as JSON


@dataclass(frozen=True)
class Rejection:
    """A row, or another part of a file, that cannot be imported.

    `identifier` is empty if the part has no identifier.
    """

    position: str
    reason: str
    identifier: str = ""

    def __str__(self) -> str:
        position = f"{self.position} ({self.identifier})" if self.identifier else self.position
        return f"{position}: {self.reason}"


class UnusableFile(ValueError):
    """No customer can be read from the file. The message of the exception is the reason."""


def check_rows(
    rows: Iterable[ParsedRow | UnchangedRow | Rejection],
) -> Iterator[StagedRow | UnchangedRow | Rejection]:
    """Validate parsed rows: each becomes a StagedRow or a Rejection. Other rows are passed on."""
    for row in rows:
        yield _check_row(row) if isinstance(row, ParsedRow) else row


def _check_row(parsed: ParsedRow) -> StagedRow | Rejection:
    if not isinstance(parsed.content, dict):
        return Rejection(parsed.position, "is not an object")
    model = PartialRow if parsed.is_partial else CustomerRow
    try:
        row = model.model_validate(parsed.content)
    except ValidationError as error:
        return Rejection(parsed.position, _describe_errors(error), valid_identifier(parsed.content))
    return StagedRow(parsed.position, row, encode_given_fields(parsed.given))


def valid_identifier(content: object) -> str:
    """The identifier of a row, or an empty text if it is missing or not valid."""
    identifier = content.get("identifier") if isinstance(content, dict) else None
    is_valid = isinstance(identifier, str) and IDENTIFIER_PATTERN.match(identifier)
    return str(identifier) if is_valid else ""


def encode_given_fields(given: GivenFields) -> str | None:
    """The JSON of `given` for the staging table; None if `given` is empty."""
    return orjson.dumps(given).decode() if given else None


def _describe_errors(error: ValidationError) -> str:
    """The errors as text, such as `email: is not an email address; phone: Field required`.

    The text has no values, which are personal data.
    """
    problems = error.errors(include_url=False, include_input=False)
    return "; ".join(
        f"{_describe_path(problem['loc'])}: {_describe_error(problem)}" for problem in problems
    )


def _describe_path(location: tuple[int | str, ...]) -> str:
    # ascii() escapes characters of a key that a terminal or UTF-8 cannot show.
    return ".".join(ascii(step)[1:-1] if isinstance(step, str) else str(step) for step in location)


def _describe_error(problem: ErrorDetails) -> str:
    if problem["type"] == "string_pattern_mismatch" and problem["loc"] != ("identifier",):
        return "contains a NUL character"
    return problem["msg"].removeprefix("Value error, ")
