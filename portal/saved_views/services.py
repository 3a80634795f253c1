"""Services for saved views: find, list, count, create, change and delete views."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from portal.customers import services as customers
from portal.customers.query.columns import parse_columns
from portal.customers.query.filters import AS_OF
from portal.customers.query.query import InvalidQuery, canonical_query
from portal.databases.compiled import CompiledQuery
from portal.organizers.models import Organizer
from portal.organizers.permissions import Permission
from portal.organizers.scopes import require_scope
from portal.saved_views.built_in import BUILT_IN
from portal.saved_views.models import SavedView, make_view_slug
from portal.saved_views.queries import VIEW, apply_view

if TYPE_CHECKING:
    from django.http import QueryDict

    from portal.accounts.models import User
    from portal.customers.query.counts import ListCount
    from portal.organizers.access import Access

# The limit for the private views of a member, and for the shared views of an organizer.
MAX_VIEWS: Final = 30
# Column names for compiled queries, in the order of the arguments of SavedView.from_db().
VIEW_COLUMNS: Final = tuple(field.attname for field in SavedView._meta.concrete_fields)
# The time limit for counting the customers of all views. A single count has its own time limit.
COUNTING_SECONDS: Final = 0.25


class UnknownView(Exception):
    """There is no view with this slug, or the caller may not see the view."""


class CountedView(NamedTuple):
    """A view, and the number of customers in its list; None if counting took too long."""

    view: SavedView
    number: ListCount | None


def list_views(organizer: Organizer, *, member: User) -> list[SavedView]:
    """The built-in views, the shared views, and the private views of the member."""
    require_scope(organizer)
    rows = _visible_views.read_rows(organizer.pk, member.pk)
    return [*BUILT_IN, *(SavedView.from_db(None, VIEW_COLUMNS, row) for row in rows)]


_visible_views = CompiledQuery(
    lambda organizer, member: [
        SavedView.objects.filter(Q(is_shared=True) | Q(owner=member), organizer=organizer)
        .order_by("-is_shared", "name", "pk")
        .values_list(*VIEW_COLUMNS)
    ],
    int,
    int,
)


def find_view(organizer: Organizer, slug: str, *, member: User | None) -> SavedView:
    """The view with this slug. Raises UnknownView if the caller may not see a view with the slug.

    `member` is None for API clients, which may see built-in and shared views only.
    """
    require_scope(organizer)
    for view in BUILT_IN:
        if view.slug == slug:
            return view
    if "\0" in slug:  # PostgreSQL would reject the query
        raise UnknownView(slug)
    saved = SavedView.objects.filter(slug=slug).first()
    if saved is None or not (saved.is_shared or (member and saved.owner_id == member.pk)):
        raise UnknownView(slug)
    return saved


def resolve_view(
    organizer: Organizer, parameters: QueryDict, *, member: User | None
) -> tuple[SavedView | None, QueryDict]:
    """The view that the parameter `view` names, and the parameters of the list.

    The parameters of the view are combined with `parameters`. Without the parameter `view`, returns
    None and `parameters`. Raises UnknownView.
    """
    slug = parameters.get(VIEW)
    if not slug:
        return None, parameters
    view = find_view(organizer, slug, member=member)
    return view, apply_view(view, parameters)


def count_views(
    access: Access, views: Sequence[SavedView], *, seconds: float = COUNTING_SECONDS
) -> Iterator[CountedView]:
    """Counts the customers of each view.

    The count is None after the time limit, and for a view whose query is invalid.
    """
    end = time.monotonic() + seconds
    for view in views:
        is_over = time.monotonic() > end
        yield CountedView(view, None if is_over else _count_customers(access, view))


def _count_customers(access: Access, view: SavedView) -> ListCount | None:
    try:
        query = customers.parse_query(
            access.organizer, view.list_parameters, reads_notes=access.reads_notes
        )
    except InvalidQuery:
        return None
    return customers.count_customers_within_limits(access.organizer, query=query)


def may_change(access: Access, view: SavedView, *, member: User) -> bool:
    """Whether the member may rename, change and delete the view."""
    if view.is_built_in:
        return False
    return access.may(Permission.SHARE_VIEWS) if view.is_shared else view.owner_id == member.pk


@transaction.atomic
def create_view(
    access: Access, *, member: User, name: str, parameters: QueryDict, is_shared: bool
) -> SavedView:
    """Saves the list with these parameters as a view.

    Raises ValidationError for an invalid name, InvalidQuery for invalid parameters, and
    PermissionDenied if the member may not share views.
    """
    organizer = access.organizer
    view = SavedView(organizer=organizer, owner=member, name=name, is_shared=is_shared)
    view.slug = make_view_slug()
    view.query_string = _canonical_query_string(organizer, parameters)
    _check_and_save(access, view, member)
    return view


@transaction.atomic
def change_view(
    access: Access,
    slug: str,
    *,
    member: User,
    name: str | None = None,
    is_shared: bool | None = None,
    parameters: QueryDict | None = None,
) -> SavedView:
    """Changes the values that are not None. Raises UnknownView, and the errors of create_view()."""
    view = _find_changeable_view(access, slug, member)
    if name is not None:
        view.name = name
    if is_shared is not None:
        view.is_shared = is_shared
    if parameters is not None:
        view.query_string = _canonical_query_string(access.organizer, parameters)
    _check_and_save(access, view, member)
    return view


def delete_view(access: Access, slug: str, *, member: User) -> None:
    """Deletes the view. Raises UnknownView and PermissionDenied."""
    _find_changeable_view(access, slug, member).delete()


def _find_changeable_view(access: Access, slug: str, member: User) -> SavedView:
    view = find_view(access.organizer, slug, member=member)
    if not may_change(access, view, member=member):
        raise PermissionDenied
    return view


def _canonical_query_string(organizer: Organizer, parameters: QueryDict) -> str:
    customers.parse_query(organizer, parameters)  # raises InvalidQuery
    canonical = canonical_query(parameters)
    canonical.pop(AS_OF, None)  # A view resolves relative days on the day when it is opened.
    if columns := parameters.get("columns"):
        canonical["columns"] = ",".join(parse_columns(columns))
    if density := parameters.get("density"):
        canonical["density"] = density
    return canonical.urlencode()


def _check_and_save(access: Access, view: SavedView, member: User) -> None:
    if view.is_shared and not access.may(Permission.SHARE_VIEWS):
        raise PermissionDenied
    # Without the lock, two transactions could save the same name, or exceed MAX_VIEWS.
    Organizer.objects.select_for_update().get(pk=access.organizer.pk)
    others = [other for other in list_views(access.organizer, member=member) if other != view]
    if any(str(other.name).casefold() == view.name.casefold() for other in others):
        raise ValidationError({"name": _("Another view has this name.")})
    saved = [other for other in others if not other.is_built_in]
    if sum(other.is_shared is view.is_shared for other in saved) >= MAX_VIEWS:
        raise ValidationError(
            _("There are %(number)d views already. Delete one first."),
            params={"number": MAX_VIEWS},
        )
    view.full_clean(exclude=["owner"])
    view.save()
