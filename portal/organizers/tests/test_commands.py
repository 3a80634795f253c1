"""The commands that make organizers, staff and tokens."""

from __future__ import annotations

import io

import pytest
from django.core.management import CommandError, call_command

from portal.accounts.models import User
from portal.conftest import PASSWORD
from portal.organizers import services, tokens
from portal.organizers.models import Organizer

GETPASS = "portal.organizers.management.commands.create_staff.getpass"


def _call(*arguments: str) -> str:
    out = io.StringIO()
    call_command(*arguments, stdout=out)
    return out.getvalue()


def _type(monkeypatch: pytest.MonkeyPatch, *passwords: str) -> None:
    answers = iter(passwords)
    monkeypatch.setattr(GETPASS, lambda _prompt: next(answers))


@pytest.mark.django_db
def test_an_organizer_is_created() -> None:
    _call("create_organizer", "shows", "--name", "Shows", "--timezone", "Europe/Berlin")

    organizer = services.get_organizer("shows")
    assert (organizer.name, organizer.timezone) == ("Shows", "Europe/Berlin")


def test_every_problem_of_an_organizer_is_a_line(organizer: Organizer) -> None:
    with pytest.raises(CommandError) as refusal:
        _call("create_organizer", organizer.slug, "--name", "", "--timezone", "Mars/Olympus")

    fields = [line.partition(":")[0] for line in str(refusal.value).splitlines()]
    assert sorted(fields) == ["name", "slug", "timezone"]


def test_staff_is_created_with_a_typed_password(
    organizer: Organizer, monkeypatch: pytest.MonkeyPatch
) -> None:
    _type(monkeypatch, PASSWORD, PASSWORD)

    said = _call("create_staff", "New@Example.org", "--organizer", organizer.slug)

    assert User.objects.get(email="new@example.org").check_password(PASSWORD)
    assert PASSWORD not in said


def test_passwords_that_differ_create_nobody(
    organizer: Organizer, monkeypatch: pytest.MonkeyPatch
) -> None:
    _type(monkeypatch, PASSWORD, "something else")

    with pytest.raises(CommandError, match="differ"):
        _call("create_staff", "new@example.org", "--organizer", organizer.slug)

    assert not User.objects.exists()


def test_a_password_is_read_from_standard_input(
    organizer: Organizer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{PASSWORD}\n"))

    _call("create_staff", "new@example.org", "--organizer", organizer.slug, "--password-stdin")

    assert User.objects.get(email="new@example.org").check_password(PASSWORD)


@pytest.mark.parametrize(("email", "password"), [("nobody", PASSWORD), ("a@example.org", "123")])
def test_what_is_not_acceptable_is_refused_without_the_password(
    organizer: Organizer, monkeypatch: pytest.MonkeyPatch, email: str, password: str
) -> None:
    _type(monkeypatch, password, password)

    with pytest.raises(CommandError) as refusal:
        _call("create_staff", email, "--organizer", organizer.slug)

    assert password not in str(refusal.value)


def test_somebody_is_taken_out_of_an_organizer(
    organizer: Organizer, rival: Organizer, member: User
) -> None:
    services.create_staff(rival, email=member.email, password=PASSWORD)

    said = _call("remove_staff", "MEMBER@example.org", "--organizer", organizer.slug)

    assert said == "MEMBER@example.org may no longer see Big Events LLC.\n"
    assert [access.organizer for access in services.list_access(member)] == [rival]


def test_who_is_no_member_cannot_be_taken_out(
    organizer: Organizer, rival: Organizer, member: User
) -> None:
    with pytest.raises(CommandError, match=f"{member.email} is in no team"):
        _call("remove_staff", member.email, "--organizer", rival.slug)

    assert len(services.list_access(member)) == 1


def test_standard_output_is_the_token_alone(
    organizer: Organizer, capsys: pytest.CaptureFixture[str]
) -> None:
    token = _call("create_token", organizer.slug, "--name", "shop")

    access = tokens.authenticate_token(token.removesuffix("\n"))
    assert (access.organizer, access.permissions) == (
        organizer,
        frozenset({"organizer.customers:read"}),
    )
    assert "shown once" in capsys.readouterr().err


def test_a_token_has_the_permissions_that_are_named(organizer: Organizer) -> None:
    permissions = ["organizer.customers:read", "organizer.customers:write"]
    flags = [word for permission in permissions for word in ("--permission", permission)]

    token = _call("create_token", organizer.slug, "--name", "shop", *flags)

    assert tokens.authenticate_token(token.strip()).permissions == set(permissions)


@pytest.mark.parametrize("when", ["30", "2999-12-31"])
def test_a_token_can_have_an_end(organizer: Organizer, when: str) -> None:
    _call("create_token", organizer.slug, "--name", "shop", "--expires", when)

    [token] = tokens.list_tokens(organizer)
    assert token.expires is not None
    assert token.is_working


@pytest.mark.parametrize("when", ["0", "-1", "2020-01-01", "tomorrow", "9" * 20])
def test_an_end_that_is_none_is_refused(organizer: Organizer, when: str) -> None:
    with pytest.raises(CommandError, match="--expires"):
        _call("create_token", organizer.slug, "--name", "shop", f"--expires={when}")


def test_a_key_that_programs_have_is_taken_from_standard_input(
    organizer: Organizer, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = "a1" * 32
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{key}\n"))

    said = _call("create_token", organizer.slug, "--name", "old shop", "--key-stdin")

    assert said == ""
    assert tokens.authenticate_token(key).organizer == organizer


def test_a_key_that_is_too_short_is_refused_without_repeating_it(
    organizer: Organizer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("hunter2\n"))

    with pytest.raises(CommandError, match="32 to 255 letters") as refusal:
        _call("create_token", organizer.slug, "--name", "x", "--key-stdin")

    assert "hunter2" not in str(refusal.value)


@pytest.mark.parametrize(
    "arguments",
    [
        ["create_token", "nobody", "--name", "shop"],
        ["create_staff", "new@example.org", "--organizer", "nobody"],
        ["remove_staff", "new@example.org", "--organizer", "nobody"],
    ],
)
@pytest.mark.django_db
def test_an_unknown_organizer_is_refused(arguments: list[str]) -> None:
    with pytest.raises(CommandError, match="There is no organizer 'nobody'"):
        _call(*arguments)
