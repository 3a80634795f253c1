"""The parameters of a request override those of a saved view."""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import QueryDict
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.saved_views.models import SavedView
from portal.saved_views.queries import apply_view, subtract_view

VALUES = st.lists(st.sampled_from(["a", "b", "é&="]), min_size=1, max_size=2)
QUERIES = st.dictionaries(st.sampled_from(["search", "locale", "ordering"]), VALUES)


def _query(lists: dict[str, list[str]]) -> QueryDict:
    query = QueryDict(mutable=True)
    for name, values in lists.items():
        query.setlist(name, values)
    return query


def _apply_query(own: str, parameters: str) -> dict[str, list[str]]:
    return dict(apply_view(SavedView(query_string=own), QueryDict(parameters)).lists())


def test_the_url_of_a_view_without_other_parameters_shows_its_list() -> None:
    assert _apply_query("search=doe&locale=de&locale=fr", "view=x") == {
        "search": ["doe"],
        "locale": ["de", "fr"],
    }


def test_parameters_of_the_request_are_added_to_those_of_the_view() -> None:
    assert _apply_query("search=doe", "view=x&page=2") == {"search": ["doe"], "page": ["2"]}


def test_a_parameter_of_the_request_replaces_all_its_values_in_the_view() -> None:
    assert _apply_query("locale=de&locale=fr", "view=x&locale=nl") == {"locale": ["nl"]}


def test_an_empty_parameter_removes_the_parameter_of_the_view() -> None:
    assert _apply_query("search=doe&locale=de", "view=x&search=") == {"locale": ["de"]}


@settings(deadline=None)
@given(own=QUERIES, query=QUERIES)
def test_apply_view_reverses_subtract_view(
    own: dict[str, list[str]], query: dict[str, list[str]]
) -> None:
    view = SavedView(slug="x", query_string=_query(own).urlencode())

    shortest = QueryDict(urlencode(subtract_view(view, query), doseq=True))

    assert dict(apply_view(view, shortest).lists()) == query
    assert shortest["view"] == "x"
    assert set(shortest) - {"view"} == {
        name for name in own.keys() | query.keys() if own.get(name) != query.get(name)
    }
