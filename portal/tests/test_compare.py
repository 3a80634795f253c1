"""`make compare` reports differences between two versions that users and API clients notice."""

from __future__ import annotations

from http.client import HTTPMessage

import pytest

from benchmarks.compare import comparison, reworded
from benchmarks.compare.client import Response
from benchmarks.compare.comparison import describe_differences
from benchmarks.compare.reading import page_lines
from benchmarks.compare.requests import Request, RequestKind

REQUEST = Request(RequestKind.LIST, "/")


def _response(body: str, content_type: str = "text/html", status: int = 200) -> Response:
    headers = HTTPMessage()
    headers["Content-Type"] = content_type
    return Response(status, headers, body.encode())


def _page(body: str, **headers: str) -> Response:
    response = _response(body)
    for name, value in headers.items():
        response.headers[name.replace("_", "-")] = value
    return response


def test_a_page_is_compared_by_texts_links_and_values() -> None:
    page = """<title>Customers</title><style>p { color: red }</style>
        <link href="/static/base.0123456789ab.css">
        <input type="hidden" name="csrfmiddlewaretoken" value="secret">
        <p class="count"><strong>3</strong> of   7
        customers</p><input value="anna" checked><a href="?page=2">Next &amp; on</a>"""

    assert page_lines(page) == [
        *("Customers", "3", "of 7 customers", "[checked] ", "[value] anna"),
        *("[href] ?page=2", "Next & on"),
    ]


def test_a_minute_that_ends_between_both_responses_is_no_difference() -> None:
    assert (
        describe_differences(REQUEST, _page("<p>just now</p>"), _page("<p>1 minute ago</p>")) == []
    )
    assert (
        describe_differences(REQUEST, _page("<p>1 hour ago</p>"), _page("<p>2 hours ago</p>")) != []
    )


def test_a_request_id_is_no_difference() -> None:
    old, new = _page("<p>Id: a1</p>", X_Request_ID="a1"), _page("<p>Id: b2</p>", X_Request_ID="b2")

    assert describe_differences(REQUEST, old, new) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (_page("<a href='?page=2'>Next</a>"), _page("<a href='?page=3'>Next</a>")),
        (_page("<p>Anna</p><p>Bob</p>"), _page("<p>Bob</p><p>Anna</p>")),
        (_page("<p>Anna</p>", HX_Push_Url="/a"), _page("<p>Anna</p>", HX_Push_Url="/b")),
        (_response('{"a": true}', "application/json"), _response('{"a": 1}', "application/json")),
        (_response('{"a": 1}\n', "application/x-ndjson"), _response("", "application/x-ndjson")),
        (_response("a,b\r\n", "text/csv"), _response("a,b\n", "text/csv")),
        (_page("<p>Anna</p>"), _response("<p>Anna</p>", status=422)),
    ],
)
def test_a_difference_is_reported(old: Response, new: Response) -> None:
    assert describe_differences(REQUEST, old, new) != []


def test_the_order_of_json_keys_is_no_difference() -> None:
    old, new = (_response(text, "application/json") for text in ('{"a":1,"b":2}', '{"b":2, "a":1}'))

    assert describe_differences(REQUEST, old, new) == []


def test_two_equal_failures_are_a_difference() -> None:
    assert describe_differences(REQUEST, _response("", status=500), _response("", status=500)) != []


def test_the_report_of_a_long_difference_is_short() -> None:
    old, new = ("\n".join(f"{name} {n}" for n in range(30_000)) for name in ("old", "new"))

    report = describe_differences(REQUEST, _response(old, "text/csv"), _response(new, "text/csv"))

    assert len(report) == comparison.LINES + 2


def test_a_reworded_sentence_is_no_difference(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reworded, "REWORDED", [("Nobody is here.", "No customers.")])

    assert (
        describe_differences(
            REQUEST, _page("<p>Nobody is here.</p>"), _page("<p>No customers.</p>")
        )
        == []
    )
