"""Emails are unique in an organizer after an import, in whatever order rows are imported."""

from __future__ import annotations

from portal.conftest import CustomerMaker
from portal.customers.importing.load import LoadReport, load_customers
from portal.customers.importing.rows import Rejection
from portal.customers.tests.rows import emails_of, make_row
from portal.organizers.models import Organizer


def _load(organizer: Organizer, **emails: str | None) -> LoadReport:
    return load_customers(organizer, [make_row(*each) for each in emails.items()])


def test_customers_may_swap_their_emails(organizer: Organizer) -> None:
    _load(organizer, ANN="ann@x.org", BOB="bob@x.org", COY="coy@x.org")

    report = _load(organizer, ANN="BOB@x.org", BOB="coy@x.org", COY="ann@x.org")

    assert report == LoadReport(updated=3)
    assert emails_of(organizer) == {"ANN": "BOB@x.org", "BOB": "coy@x.org", "COY": "ann@x.org"}


def test_an_email_can_move_to_another_customer(organizer: Organizer) -> None:
    _load(organizer, ANN="ann@x.org")

    report = _load(organizer, BOB="ann@x.org", ANN=None)

    assert report == LoadReport(created=1, updated=1)


def test_an_email_of_another_customer_is_rejected(make_customer: CustomerMaker) -> None:
    organizer = make_customer(identifier="OLD", email="Old@x.org").organizer

    report = _load(organizer, ANN="ann@x.org", BOB="OLD@X.org")

    [rejection] = report.rejections
    assert rejection == Rejection("row BOB", "email: OLD@X.org belongs to customer OLD", "BOB")
    assert (report.created, report.rejected) == (1, 1)


def test_the_first_of_two_rows_with_one_email_is_loaded(organizer: Organizer) -> None:
    report = _load(organizer, ANN="same@x.org", BOB="SAME@x.org", COY="coy@x.org")

    reason = "email: SAME@x.org belongs to customer ANN"
    assert report.rejections == [Rejection("row BOB", reason, "BOB")]
    assert emails_of(organizer) == {"ANN": "same@x.org", "COY": "coy@x.org"}


def test_an_earlier_row_cannot_take_the_email_of_an_unchanged_customer(
    organizer: Organizer,
) -> None:
    _load(organizer, BOB="bob@x.org")

    report = _load(organizer, ANN="bob@x.org", BOB="bob@x.org")

    assert [rejection.position for rejection in report.rejections] == ["row ANN"]


def test_a_row_with_the_old_email_of_a_rejected_row_is_rejected(organizer: Organizer) -> None:
    _load(organizer, A="a@x.org", B="b@x.org", C="c@x.org", D="d@x.org")

    report = _load(organizer, A="b@x.org", B="c@x.org", C="d@x.org")

    assert [each.reason for each in report.rejections] == [
        f"email: {email}@x.org belongs to customer {email.upper()}" for email in "bcd"
    ]
    assert emails_of(organizer)["A"] == "a@x.org"


def test_the_customer_of_a_rejected_row_keeps_its_old_email(organizer: Organizer) -> None:
    _load(organizer, B="b@x.org")

    report = _load(organizer, A="same@x.org", B="same@x.org", C="b@x.org")

    assert [rejection.position for rejection in report.rejections] == ["row B", "row C"]
    assert emails_of(organizer) == {"A": "same@x.org", "B": "b@x.org"}
