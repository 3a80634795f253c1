"""The URLs of the list, of its pager and of its rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

import orjson
from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from portal.customers.query.columns import STANDARD, parse_columns, validate_columns
from portal.customers.query.filters import PARAMETERS
from portal.saved_views.queries import VIEW, subtract_view
from portal.web.encryption import InvalidEncryptedText, decrypt_from_url, encrypt_for_url
from portal.web.query_strings import is_query_string_too_long

if TYPE_CHECKING:
    from portal.customers.services import CustomerPage
    from portal.saved_views.models import SavedView

LAST_PAGE: Final = "last"
DEFAULT_SIZE: Final = 50
SIZES: Final = (25, 50, 100, 200)
COMPACT: Final = "compact"
DENSITIES: Final = {"comfortable": _("Comfortable"), COMPACT: _("Compact")}
OVERVIEW: Final = "overview"
OVERVIEW_ON: Final = "on"
# The URL parameter with the query string of the list to which a search is limited.
WITHIN_PARAMETER: Final = "within"
# The URL parameters of a customer's page: the query string of the list, and the position in it.
BACK_PARAMETER, POSITION_PARAMETER = "back", "at"
ENCRYPTION_CONTEXT: Final = "position "


class PageField(forms.IntegerField):
    """A page number, which is 1 or more. The text `last` is converted to None."""

    def to_python(self, value: Any) -> int | None:
        return None if value == LAST_PAGE else super().to_python(value or 1)


class PageForm(forms.Form):
    """The URL parameters of the page number, the page size, the layout and the overview."""

    page = PageField(
        min_value=1,
        required=False,
        error_messages={
            "invalid": _("The page must be a whole number."),
            "min_value": _("The page must be 1 or more."),
        },
    )
    page_size = forms.TypedChoiceField(
        choices=[(size, str(size)) for size in SIZES],
        coerce=int,
        required=False,
        error_messages={"invalid_choice": _("The page size must be 25, 50, 100 or 200.")},
    )
    columns = forms.CharField(required=False, label=_("Columns"), validators=[validate_columns])
    density = forms.ChoiceField(
        choices=[*DENSITIES.items()],
        required=False,
        label=_("Row height"),
        error_messages={"invalid_choice": _("The density must be comfortable or compact.")},
    )
    overview = forms.ChoiceField(
        choices=[(OVERVIEW_ON, OVERVIEW_ON)],
        required=False,
        label=_("Overview"),
        error_messages={"invalid_choice": _("The overview must be on, or left out.")},
    )

    @property
    def number(self) -> int | None:
        """The page number, or None for the last page."""
        number: int | None = self.cleaned_data.get("page", 1)
        return number

    @property
    def size(self) -> int:
        return self.cleaned_data.get("page_size") or DEFAULT_SIZE

    @property
    def shown_columns(self) -> tuple[str, ...]:
        """The names of the columns that the list shows, from left to right."""
        text = self.cleaned_data.get("columns")
        return parse_columns(text) if text else STANDARD

    @property
    def is_compact(self) -> bool:
        return bool(self.cleaned_data.get("density") == COMPACT)

    @property
    def has_overview(self) -> bool:
        return bool(self.cleaned_data.get(OVERVIEW))

    @property
    def layout(self) -> dict[str, str]:
        """The parameters of the columns, the row height and the overview, which every link has."""
        columns = ",".join(self.shown_columns) if self.cleaned_data.get("columns") else ""
        overview = OVERVIEW_ON if self.has_overview else ""
        density = COMPACT if self.is_compact else ""
        return {"columns": columns, "density": density, OVERVIEW: overview}

    @property
    def own_layout(self) -> str:
        """The columns and the row height as a query string, to store for a member.

        The standard layout is "".
        """
        layout = self.layout
        if self.shown_columns == STANDARD:
            layout["columns"] = ""
        names = ("columns", "density")
        return urlencode({name: layout[name] for name in names if layout[name]}, safe=",")


@dataclass(frozen=True)
class ListLinks:
    """Makes the URLs that the page of a list links to.

    Links that change the filters, the order or the page size lead to the first page. Default values
    are left out of URLs. `as_of` is the parameter with the date from which relative dates are
    counted. Only links to other pages have `as_of`, so that all pages show the same list after
    midnight, too.
    """

    path: str
    query: QueryDict
    page_size: int
    default_size: int
    page: int = field(default=1)
    as_of: Mapping[str, list[str]] = field(default_factory=dict)
    # With a saved view, URLs have only the parameters that differ from the view.
    view: SavedView | None = None
    layout: Mapping[str, str] = field(default_factory=dict)  # see PageForm.layout
    # Whether the member has stored a layout, with which the URL without parameters opens the list.
    # The URL of the standard layout has the parameter `columns` then.
    has_stored_layout: bool = False

    @property
    def current_url(self) -> str:
        """The URL of the current page.

        The URL of a first page has `as_of` only if the requested URL had `as_of`.
        """
        is_first = self.page == 1 and not self.query.keys() & self.as_of.keys()
        return self._url(self._filters) if is_first else self.to_page(self.page)

    @property
    def current_query(self) -> str:
        """The query string of the current page, for links back to this page."""
        return self.to_page(self.page).partition("?")[2]

    @cached_property
    def back_parameter(self) -> str:
        """The query string of a customer's page, with the parameter that leads back to the list.

        "" for the default list, and if the query string is too long to be a parameter itself.
        """
        back = urlencode({BACK_PARAMETER: self.current_query}) if self.current_query else ""
        return "" if is_query_string_too_long(back) else back

    @property
    def is_changed_view(self) -> bool:
        """Whether the list differs from the list of the saved view."""
        return self.view is not None and self.view_query != f"{VIEW}={self.view.slug}"

    @property
    def view_query(self) -> str:
        """The query string to save as a view: without page number, page size and overview."""
        layout = {**self.layout, OVERVIEW: ""}
        saved = replace(self, page_size=self.default_size, layout=layout)
        return saved._url(self._filters).partition("?")[2]

    @property
    def without_filters(self) -> str:
        """The URL of the list without filters, in the same order."""
        ordering = self.query.get("ordering")
        return self._url({"ordering": [ordering]} if ordering else {})

    def to_page(self, number: int | str) -> str:
        return self._url({**self._filters, **self.as_of}, page=number)

    def with_page_size(self, size: int) -> str:
        return replace(self, page_size=size)._url(self._filters)

    def with_layout(self, **layout: str) -> str:
        """The URL of the list in another layout. The value "" removes a parameter."""
        return self._url(self._filters, layout={**self.layout, **layout})

    def ordered_by(self, key: str) -> str:
        return self._url({**self._filters, "ordering": [key]})

    def without_filter(self, name: str, value: str | None = None) -> str:
        """The URL of the list without a filter, or without one value of the filter."""
        others = [other for other in self.query.getlist(name) if value not in (None, other)]
        return self._url({**self._filters, name: others})

    def with_filters(self, values: Mapping[str, str]) -> str:
        """The URL of the list with other values of filters. The value "" removes a filter."""
        lists = {name: [value] if value else [] for name, value in values.items()}
        others = {**self._filters, **lists}
        return self._url({name: others[name] for name in PARAMETERS if name in others})

    @cached_property
    def _filters(self) -> dict[str, list[str]]:
        return {name: values for name, values in self.query.lists() if name not in self.as_of}

    @property
    def _standard_layout(self) -> dict[str, str]:
        return {"columns": ",".join(STANDARD)} if self.has_stored_layout else {}

    def _url(
        self,
        lists: Mapping[str, list[str]],
        *,
        page: int | str = 1,
        layout: Mapping[str, str] | None = None,
    ) -> str:
        query = {name: values for name, values in lists.items() if values}
        for name, text in (self.layout if layout is None else layout).items():
            if text:
                query[name] = [text]
        if self.view:
            query = subtract_view(self.view, query)
        if self.page_size != self.default_size:
            query["page_size"] = [str(self.page_size)]
        if page != 1:
            query["page"] = [str(page)]
        # Commas are not percent-encoded, so that lists of columns are readable.
        text = urlencode(query or self._standard_layout, doseq=True, safe=",")
        return f"{self.path}?{text}" if text else self.path


@dataclass(frozen=True)
class OwnLayout:
    """The layout that the member stored, and the layout of the list that is shown."""

    stored: str  # a query string of PageForm.own_layout, like `shown`
    shown: str
    list_query: str  # the query string of the list that is shown
    message: str = ""

    @property
    def is_shown(self) -> bool:
        return self.stored == self.shown


@dataclass(frozen=True)
class ListPosition:
    """The position of a customer in a list: the sort key values, and the row number if known."""

    keys: Sequence[Any]
    number: int | None = None  # from 1 on
    total: int | None = None  # the number of customers in the list

    def encrypt(self, key: str) -> str:
        """Encrypt the position as URL-safe text. `key` is the list_key() of the list."""
        return encrypt_for_url(
            orjson.dumps([self.keys, self.number, self.total]), context=ENCRYPTION_CONTEXT + key
        )

    def step(self, keys: Sequence[Any], by: int) -> ListPosition:
        """The position of a neighbour.

        The row number is left out if it exceeds the list, after customers were added or deleted.
        """
        number = self.number + by if self.number else None
        is_possible = number and 1 <= number <= (self.total or number)
        return ListPosition(keys, number if is_possible else None, self.total)


def decrypt_position(text: str, key: str) -> ListPosition | None:
    """Decrypt the text of `Position.encrypt()`. Returns None for any other text."""
    try:
        return ListPosition(*orjson.loads(decrypt_from_url(text, context=ENCRYPTION_CONTEXT + key)))
    except InvalidEncryptedText:
        return None


def customer_url(links: ListLinks, identifier: str, position: str = "") -> str:
    """The URL of a customer's page, with the list from which it is opened."""
    # A position needs no encoding, because it is URL-safe.
    query = "&".join(
        filter(None, (links.back_parameter, position and f"{POSITION_PARAMETER}={position}"))
    )
    return f"{links.path}{identifier}/{'?' if query else ''}{query}"


@dataclass(frozen=True)
class PagerLink:
    """A link of the pager. `page` and `href` are None if there is no page in its direction."""

    name: str
    page: int | str | None
    href: str | None


@dataclass(frozen=True)
class PageSizeChoice:
    """A page size to choose, and its URL."""

    size: int
    href: str
    is_current: bool


@dataclass(frozen=True)
class Pager:
    """The links from one page of a list to other pages."""

    page: CustomerPage
    links: ListLinks

    @cached_property
    def steps(self) -> dict[str, PagerLink]:
        """The links to the first, previous, next and last page, by name."""
        number, last = self.page.number, self.page.last_page_number
        is_last = self.page.is_last or number == last
        targets = {
            "first": 1 if number > 1 else None,
            "previous": number - 1 or None,
            "next": None if is_last else number + 1,
            "last": None if is_last else last or LAST_PAGE,
        }
        return {
            name: PagerLink(name, to, self.links.to_page(to) if to else None)
            for name, to in targets.items()
        }

    @property
    def has_more_pages(self) -> bool:
        """Whether the list has more than one page."""
        return self.page.number > 1 or not self.page.is_last

    @property
    def parameters(self) -> Iterator[tuple[str, str]]:
        """The parameters of the list, for a form in which the user types a page number."""
        for name, values in QueryDict(self.links.to_page(1).partition("?")[2]).lists():
            yield from ((name, value) for value in values)

    @property
    def sizes(self) -> list[PageSizeChoice]:
        """The page sizes to choose from. The link of a size leads to the first page."""
        current = self.links.page_size
        return [
            PageSizeChoice(size, self.links.with_page_size(size), size == current) for size in SIZES
        ]
