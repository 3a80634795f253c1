"""Static files are collected and joined to bundles."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.files.base import ContentFile
from django.core.files.storage import InMemoryStorage

from portal.web.static_files import BUNDLES, IMPORT_STATEMENT, join_imports

STATIC: Path = settings.BASE_DIR / "static"
MODULE = re.compile(r"^(@import|import|export) ", re.MULTILINE)


def test_files_of_packages_are_not_collected() -> None:
    collected = {path for finder in get_finders() for path, _storage in finder.list([])}

    own = {str(path.relative_to(STATIC)) for path in STATIC.rglob("*") if path.is_file()}
    assert collected == own


def test_a_stylesheet_has_the_files_that_it_imports_in_their_order_without_space() -> None:
    joined = _join_bundle(
        "css/portal.css",
        {
            "css/portal.css": '/* All. */\n@import "theme.css";\n@import "bar.css";\n',
            "css/bar.css": ".bar { color: red; }\n",
            "css/theme.css": "/* Values,\n   by role. */\n@layer a {\n  /* One. */\n  p {}\n}\n",
        },
    )

    assert joined == "@layer a{p{}}.bar{color: red;}"


def test_scripts_of_a_bundle_do_not_see_the_names_of_each_other() -> None:
    joined = _join_bundle(
        "js/list.js",
        {
            "js/list.js": 'import "./a.js";\nimport "./b.js";\n',
            "js/a.js": "// The first.\n\nconst name = 1; // kept\n",
            "js/b.js": "const name = 2;\n",
        },
    )

    assert joined == "{\nconst name = 1; // kept\n}\n{\nconst name = 2;\n}\n"


@pytest.mark.parametrize("name", BUNDLES)
def test_files_of_a_bundle_import_and_export_nothing(name: str) -> None:
    bundle = STATIC / name

    files = [bundle.parent / each for each in IMPORT_STATEMENT.findall(bundle.read_text())]

    assert files
    assert [each.name for each in files if MODULE.search(each.read_text())] == []


def _join_bundle(bundle: str, texts: dict[str, str]) -> str:
    storage = InMemoryStorage()
    for name, text in texts.items():
        storage.save(name, ContentFile(text.encode()))
    return join_imports(bundle, {name: (storage, name) for name in texts})
