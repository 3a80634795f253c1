"""Saved views: which views a member may see and change, and the counts of their customers."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import QueryDict
from django_scopes import scope
from django_scopes.exceptions import ScopeError

from portal.accounts.models import User
from portal.conftest import PASSWORD, CustomerMaker
from portal.customers.query.query import InvalidQuery
from portal.organizers.access import Access
from portal.organizers.models import Organizer
from portal.organizers.permissions import Permission
from portal.organizers.services import create_staff
from portal.saved_views import services
from portal.saved_views.built_in import BUILT_IN
from portal.saved_views.models import SavedView

ALL = frozenset(Permission.values)
DOE = QueryDict("search=doe&page=3&utm_source=mail")


@pytest.fixture
def access(organizer: Organizer) -> Access:
    return Access(organizer, ALL)


@pytest.fixture
def colleague(organizer: Organizer) -> User:
    return create_staff(organizer, email="colleague@example.org", password=PASSWORD)


def _create(access: Access, member: User, **given: Any) -> SavedView:
    values: dict[str, Any] = {"name": "Does", "parameters": DOE, "is_shared": False, **given}
    with scope(organizer=access.organizer):
        return services.create_view(access, member=member, **values)


def _names(organizer: Organizer, member: User) -> list[str]:
    with scope(organizer=organizer):
        views = services.list_views(organizer, member=member)
    return [str(view.name) for view in views if not view.is_built_in]


def test_a_view_stores_only_parameters_of_the_list(access: Access, member: User) -> None:
    assert _create(access, member).query_string == "search=doe"


def test_a_private_view_is_visible_to_its_owner_only(
    access: Access, organizer: Organizer, member: User, colleague: User
) -> None:
    view = _create(access, member)

    assert _names(organizer, member) == ["Does"]
    assert _names(organizer, colleague) == []
    with scope(organizer=organizer):
        assert services.find_view(organizer, view.slug, member=member) == view
        for other in (colleague, None):
            with pytest.raises(services.UnknownView):
                services.find_view(organizer, view.slug, member=other)


def test_a_shared_view_is_visible_to_members_and_api_clients(
    access: Access, organizer: Organizer, member: User, colleague: User
) -> None:
    view = _create(access, member, is_shared=True)

    assert _names(organizer, colleague) == ["Does"]
    with scope(organizer=organizer):
        assert services.find_view(organizer, view.slug, member=None) == view


def test_views_of_another_organizer_are_not_visible(
    access: Access, organizer: Organizer, rival: Organizer, member: User
) -> None:
    view = _create(access, member, is_shared=True)

    assert _names(rival, member) == []
    with scope(organizer=rival), pytest.raises(services.UnknownView):
        services.find_view(rival, view.slug, member=member)
    with scope(organizer=rival), pytest.raises(ScopeError):
        services.find_view(organizer, view.slug, member=member)


@pytest.mark.parametrize("view", BUILT_IN, ids=str)
def test_a_built_in_view_is_visible_to_all_and_cannot_be_changed(
    access: Access, organizer: Organizer, member: User, view: SavedView
) -> None:
    with scope(organizer=organizer):
        assert services.find_view(organizer, view.slug, member=None) == view
        with pytest.raises(PermissionDenied):
            services.change_view(access, view.slug, member=member, name="Mine")
        with pytest.raises(PermissionDenied):
            services.delete_view(access, view.slug, member=member)


def test_sharing_and_changing_shared_views_requires_a_permission(
    access: Access, organizer: Organizer, member: User, colleague: User
) -> None:
    limited = Access(organizer, ALL - {Permission.SHARE_VIEWS})
    shared = _create(access, member, is_shared=True)
    private = _create(limited, colleague, name="Mine")

    with scope(organizer=organizer):
        with pytest.raises(PermissionDenied):
            services.change_view(limited, private.slug, member=colleague, is_shared=True)
        for member_without in (member, colleague):
            with pytest.raises(PermissionDenied):
                services.delete_view(limited, shared.slug, member=member_without)
        services.delete_view(access, shared.slug, member=colleague)
        services.delete_view(limited, private.slug, member=colleague)
    assert _names(organizer, member) == _names(organizer, colleague) == []


def test_the_slug_of_a_view_does_not_change_with_its_list(
    access: Access, organizer: Organizer, member: User
) -> None:
    view = _create(access, member)

    with scope(organizer=organizer):
        changed = services.change_view(
            access, view.slug, member=member, parameters=QueryDict("search=roe")
        )

    assert (changed.slug, changed.name, changed.query_string) == (view.slug, "Does", "search=roe")


def test_two_visible_views_cannot_have_one_name(
    access: Access, member: User, colleague: User
) -> None:
    _create(access, member)

    for name in ("does", "never SIGNED in"):
        with pytest.raises(ValidationError, match="Another view has this name"):
            _create(access, member, name=name)
    _create(access, colleague)


def test_an_invalid_list_is_not_saved(access: Access, organizer: Organizer, member: User) -> None:
    with pytest.raises(InvalidQuery):
        _create(access, member, parameters=QueryDict("ordering=shoe_size"))

    assert _names(organizer, member) == []


@pytest.mark.parametrize("name", ["", "x" * 81])
def test_an_invalid_name_is_rejected(access: Access, member: User, name: str) -> None:
    with pytest.raises(ValidationError):
        _create(access, member, name=name)


def test_the_number_of_views_is_limited(access: Access, member: User) -> None:
    for number in range(services.MAX_VIEWS):
        _create(access, member, name=f"View {number}")

    with pytest.raises(ValidationError, match="There are 30 views already"):
        _create(access, member, name="One more")


def test_the_customers_of_each_view_are_counted(
    access: Access, organizer: Organizer, member: User, make_customer: CustomerMaker
) -> None:
    make_customer(email="doe@example.org")
    make_customer(email="roe@example.org", last_login="2026-01-01T00:00Z")
    does = _create(access, member)
    everybody = _create(access, member, name="Everybody", parameters=QueryDict())
    broken = SavedView(query_string="ordering=shoe_size")

    with scope(organizer=organizer):
        counted = list(services.count_views(access, [does, everybody, broken]))

    assert [str(each.number) for each in counted] == ["1", "2", "None"]


def test_counting_views_stops_after_the_time_limit(
    access: Access, organizer: Organizer, member: User
) -> None:
    view = _create(access, member)

    with scope(organizer=organizer):
        [counted] = services.count_views(access, [view], seconds=-1)

    assert counted.number is None


def test_a_shared_view_remains_when_its_owner_is_deleted(
    access: Access, organizer: Organizer, member: User, colleague: User
) -> None:
    _create(access, member, is_shared=True)

    member.delete()

    assert _names(organizer, colleague) == ["Does"]
