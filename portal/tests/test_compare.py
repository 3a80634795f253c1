"""The comparison of two versions reports real differences only."""

from __future__ import annotations

from http.client import HTTPMessage

import pytest

from benchmarks.compare import comparing, reworded
from benchmarks.compare.asking import Answer
from benchmarks.compare.comparing import describe
from benchmarks.compare.questions import Kind, Question
from benchmarks.compare.reading import page_lines

QUESTION = Question(Kind.LIST, "/")


def _answer(body: str, content_type: str = "text/html", status: int = 200) -> Answer:
    headers = HTTPMessage()
    headers["Content-Type"] = content_type
    return Answer(status, headers, body.encode())


def _page(body: str, **headers: str) -> Answer:
    answer = _answer(body)
    for name, value in headers.items():
        answer.headers[name.replace("_", "-")] = value
    return answer


def test_a_page_is_compared_by_its_texts_links_and_values() -> None:
    page = """<title>Customers</title><style>p { color: red }</style>
        <link href="/static/base.0123456789ab.css">
        <input type="hidden" name="csrfmiddlewaretoken" value="secret">
        <p class="count"><strong>3</strong> of   7
        customers</p><input value="anna" checked><a href="?page=2">Next &amp; on</a>"""

    assert page_lines(page) == [
        *("Customers", "3", "of 7 customers", "[checked] ", "[value] anna"),
        *("[href] ?page=2", "Next & on"),
    ]


def test_a_relative_time_that_passes_meanwhile_is_no_difference() -> None:
    assert describe(QUESTION, _page("<p>just now</p>"), _page("<p>1 minute ago</p>")) == []
    assert describe(QUESTION, _page("<p>1 hour ago</p>"), _page("<p>2 hours ago</p>")) != []


def test_a_request_id_is_no_difference() -> None:
    old, new = _page("<p>Id: a1</p>", X_Request_ID="a1"), _page("<p>Id: b2</p>", X_Request_ID="b2")

    assert describe(QUESTION, old, new) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (_page("<a href='?page=2'>Next</a>"), _page("<a href='?page=3'>Next</a>")),
        (_page("<p>Anna</p><p>Bob</p>"), _page("<p>Bob</p><p>Anna</p>")),
        (_page("<p>Anna</p>", HX_Push_Url="/a"), _page("<p>Anna</p>", HX_Push_Url="/b")),
        (_answer('{"a": true}', "application/json"), _answer('{"a": 1}', "application/json")),
        (_answer('{"a": 1}\n', "application/x-ndjson"), _answer("", "application/x-ndjson")),
        (_answer("a,b\r\n", "text/csv"), _answer("a,b\n", "text/csv")),
        (_page("<p>Anna</p>"), _answer("<p>Anna</p>", status=422)),
    ],
)
def test_a_difference_is_reported(old: Answer, new: Answer) -> None:
    assert describe(QUESTION, old, new) != []


def test_the_order_of_keys_in_json_is_no_difference() -> None:
    old, new = (_answer(text, "application/json") for text in ('{"a":1,"b":2}', '{"b":2, "a":1}'))

    assert describe(QUESTION, old, new) == []


def test_two_server_errors_are_a_difference() -> None:
    assert describe(QUESTION, _answer("", status=500), _answer("", status=500)) != []


def test_a_long_difference_is_shortened() -> None:
    old, new = ("\n".join(f"{name} {n}" for n in range(30_000)) for name in ("old", "new"))

    told = describe(QUESTION, _answer(old, "text/csv"), _answer(new, "text/csv"))

    assert len(told) == comparing.LINES + 2


def test_a_reworded_sentence_is_no_difference(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reworded, "REWORDED", [("Nobody is here.", "No customers.")])

    assert describe(QUESTION, _page("<p>Nobody is here.</p>"), _page("<p>No customers.</p>")) == []
