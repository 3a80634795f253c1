"""Dockerfile, compose.yaml and docs/nginx.conf agree with each other and with the settings."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml
from django.conf import settings

from portal.tests.test_environment import documented_variables

ROOT: Path = settings.BASE_DIR
DOCKERFILE = (ROOT / "Dockerfile").read_text()
IGNORED = (ROOT / ".dockerignore").read_text().splitlines()
NGINX = (ROOT / "docs" / "nginx.conf").read_text()
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text())
SERVICES: dict[str, Any] = COMPOSE["services"]
EXACT_TAG = re.compile(r"[a-z/-]+:\d+\.\d+[.\d]*-[a-z-]+")


def test_the_image_contains_the_files_that_it_copies_and_no_others() -> None:
    copied = re.findall(r"^COPY (\S+)", DOCKERFILE, re.MULTILINE)

    assert all((ROOT / name).exists() for name in copied)
    assert IGNORED[1] == "*"
    assert sorted(line[1:] for line in IGNORED if line.startswith("!")) == sorted(copied)


def test_base_images_have_exact_tags() -> None:
    bases = re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE)
    images = [service["image"] for service in SERVICES.values() if "build" not in service]

    assert len(bases + images) == 3
    assert all(EXACT_TAG.fullmatch(image) for image in bases + images)


def test_containers_set_variables_that_portal_reads() -> None:
    assert SERVICES["portal"]["environment"].keys() <= documented_variables().keys()
    assert SERVICES["migrate"]["environment"] == SERVICES["portal"]["environment"]


def test_no_container_runs_as_root() -> None:
    users = [service.get("user") for service in SERVICES.values() if "build" not in service]

    assert re.search(r"^USER \d+$", DOCKERFILE, re.MULTILINE)
    assert users == ["postgres", None]
    assert "unprivileged" in SERVICES["nginx"]["image"]
    assert all(service["cap_drop"] == ["ALL"] for service in SERVICES.values())


def test_the_journal_of_erasures_is_on_a_volume_that_portal_can_write() -> None:
    [user, directory] = re.findall(r"install -d -o (\w+) (\S+)$", DOCKERFILE, re.MULTILINE)[0]
    journal = Path(SERVICES["portal"]["environment"]["ERASURE_JOURNAL"])

    assert f"--no-create-home {user} " in DOCKERFILE
    assert SERVICES["portal"]["volumes"] == [f"erasures:{directory}"]
    assert str(journal.parent) == directory
    assert "erasures" in COMPOSE["volumes"]


def test_portal_can_write_its_locks_of_streams() -> None:
    [user] = re.findall(r"^USER (\d+)$", DOCKERFILE, re.MULTILINE)
    [directory] = re.findall(r"^WORKDIR (\S+)$", DOCKERFILE, re.MULTILINE)

    assert SERVICES["portal"]["read_only"]
    assert f"{directory}/var/streams:uid={user},mode=0700" in SERVICES["portal"]["tmpfs"]


def test_nginx_forwards_to_portal_and_portal_trusts_nginx() -> None:
    [port] = re.findall(r"^EXPOSE (\d+)", DOCKERFILE, re.MULTILINE)
    address = SERVICES["nginx"]["networks"]["default"]["ipv4_address"]

    assert f"server portal:{port};" in NGINX
    assert SERVICES["portal"]["environment"]["TRUSTED_PROXIES"] == address


def test_mounted_files_exist() -> None:
    mounts = [mount for service in SERVICES.values() for mount in service.get("volumes", [])]
    files = [mount.split(":")[0] for mount in mounts if mount.startswith("./docs/")]

    assert files
    assert all((ROOT / file).is_file() for file in files)
