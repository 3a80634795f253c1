"""The management commands for organizers, members and tokens."""

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
    typed = iter(passwords)
    monkeypatch.setattr(GETPASS, lambda _prompt: next(typed))


@pytest.mark.django_db
def test_an_organizer_is_created() -> None:
    _call("create_organizer", "shows", "--name", "Shows", "--timezone", "Europe/Berlin")

    organizer = services.get_organizer("shows")
    assert (organizer.name, organizer.timezone) == ("Shows", "Europe/Berlin")
    assert organizer.country == "DE"


@pytest.mark.django_db
@pytest.mark.parametrize("country", ["AT", ""])
def test_an_organizer_may_have_another_country_than_its_time_zone(country: str) -> None:
    _call(
        "create_organizer",
        "shows",
        "--name",
        "S",
        "--timezone=Europe/Berlin",
        f"--country={country}",
    )

    assert services.get_organizer("shows").country == country


IN_PRETIX = "https://pretix.example:8443/shop/control/organizer/big-1/"


def test_the_pretix_url_is_set_and_removed(organizer: Organizer) -> None:
    _call("set_pretix_url", organizer.slug, IN_PRETIX)
    assert services.get_organizer(organizer.slug).pretix_url == IN_PRETIX

    _call("set_pretix_url", organizer.slug, "")

    assert services.get_organizer(organizer.slug).pretix_url == ""


@pytest.mark.parametrize(
    "url",
    [
        "https://pretix.example/",
        "javascript:alert(1)//control/organizer/big/",
        "ftp://pretix.example/control/organizer/big/",
        "https://ann:secret@pretix.example/control/organizer/big/",
        "https://pretix.example/control/organizer/big/?next=x",
        "https://pretix.example/control/organizer/big",
        "https://pretix.example/control/organizer/big/\n",
    ],
)
def test_an_invalid_pretix_url_is_rejected(organizer: Organizer, url: str) -> None:
    with pytest.raises(CommandError, match="Use the address of the organizer in pretix"):
        _call("set_pretix_url", organizer.slug, url)


def test_the_pretix_url_of_an_unknown_organizer_cannot_be_set(db: None) -> None:
    with pytest.raises(CommandError, match="There is no organizer"):
        _call("set_pretix_url", "nowhere", IN_PRETIX)


def test_each_error_of_an_organizer_is_one_line(organizer: Organizer) -> None:
    with pytest.raises(CommandError) as raised:
        _call(
            "create_organizer", organizer.slug, "--name=", "--timezone=Mars/Olympus", "--country=de"
        )

    fields = [line.partition(":")[0] for line in str(raised.value).splitlines()]
    assert sorted(fields) == ["country", "name", "slug", "timezone"]


def test_a_member_is_created_with_a_typed_password(
    organizer: Organizer, monkeypatch: pytest.MonkeyPatch
) -> None:
    _type(monkeypatch, PASSWORD, PASSWORD)

    output = _call("create_staff", "New@Example.org", "--organizer", organizer.slug)

    assert User.objects.get(email="new@example.org").check_password(PASSWORD)
    assert PASSWORD not in output


def test_two_different_passwords_create_no_member(
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
def test_an_error_message_never_contains_the_password(
    organizer: Organizer, monkeypatch: pytest.MonkeyPatch, email: str, password: str
) -> None:
    _type(monkeypatch, password, password)

    with pytest.raises(CommandError) as raised:
        _call("create_staff", email, "--organizer", organizer.slug)

    assert password not in str(raised.value)


def test_a_member_is_removed_from_one_organizer(
    organizer: Organizer, rival: Organizer, member: User
) -> None:
    services.create_staff(rival, email=member.email, password=PASSWORD)

    output = _call("remove_staff", "MEMBER@example.org", "--organizer", organizer.slug)

    assert output == "MEMBER@example.org is no longer a member of Big Events LLC.\n"
    assert [access.organizer for access in services.list_access(member)] == [rival]


def test_only_a_member_can_be_removed(organizer: Organizer, rival: Organizer, member: User) -> None:
    with pytest.raises(CommandError, match=f"{member.email} is not a member"):
        _call("remove_staff", member.email, "--organizer", rival.slug)

    assert len(services.list_access(member)) == 1


def test_standard_output_has_only_the_token(
    organizer: Organizer, capsys: pytest.CaptureFixture[str]
) -> None:
    token = _call("create_token", organizer.slug, "--name", "shop")

    access = tokens.authenticate_token(token.removesuffix("\n"))
    assert (access.organizer, access.permissions) == (
        organizer,
        frozenset({"organizer.customers:read"}),
    )
    assert "shown once" in capsys.readouterr().err


def test_a_token_has_the_permissions_of_the_options(organizer: Organizer) -> None:
    permissions = ["organizer.customers:read", "organizer.customers:write"]
    options = [text for permission in permissions for text in ("--permission", permission)]

    token = _call("create_token", organizer.slug, "--name", "shop", *options)

    assert tokens.authenticate_token(token.strip()).permissions == set(permissions)


def test_a_token_can_have_all_fields(organizer: Organizer) -> None:
    granted = [
        "--permission=organizer.customers:read",
        "--permission=organizer.customers.notes:read",
    ]

    token = _call("create_token", organizer.slug, "--name", "shop", "--all-fields", *granted)

    assert tokens.authenticate_token(token.strip()).has_all_fields


def test_all_fields_need_the_permission_to_read_notes(organizer: Organizer) -> None:
    with pytest.raises(CommandError, match="permissions: All fields include notes"):
        _call("create_token", organizer.slug, "--name", "shop", "--all-fields")


@pytest.mark.parametrize("when", ["30", "2999-12-31"])
def test_a_token_can_expire(organizer: Organizer, when: str) -> None:
    _call("create_token", organizer.slug, "--name", "shop", "--expires", when)

    [token] = tokens.list_tokens(organizer)
    assert token.expires is not None
    assert token.is_active


@pytest.mark.parametrize("when", ["0", "-1", "2020-01-01", "tomorrow", "9" * 20])
def test_an_invalid_expiry_is_rejected(organizer: Organizer, when: str) -> None:
    with pytest.raises(CommandError, match="--expires"):
        _call("create_token", organizer.slug, "--name", "shop", f"--expires={when}")


def test_an_existing_key_is_read_from_standard_input(
    organizer: Organizer, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = "a1" * 32
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{key}\n"))

    output = _call("create_token", organizer.slug, "--name", "old shop", "--key-stdin")

    assert output == ""
    assert tokens.authenticate_token(key).organizer == organizer


def test_the_error_about_a_short_key_does_not_contain_the_key(
    organizer: Organizer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("hunter2\n"))

    with pytest.raises(CommandError, match="32 to 255 letters") as raised:
        _call("create_token", organizer.slug, "--name", "x", "--key-stdin")

    assert "hunter2" not in str(raised.value)


@pytest.mark.parametrize(
    "arguments",
    [
        ["create_token", "unknown", "--name", "shop"],
        ["create_staff", "new@example.org", "--organizer", "unknown"],
        ["remove_staff", "new@example.org", "--organizer", "unknown"],
    ],
)
@pytest.mark.django_db
def test_an_unknown_organizer_is_rejected(arguments: list[str]) -> None:
    with pytest.raises(CommandError, match="There is no organizer 'unknown'"):
        _call(*arguments)
