"""Secrets and licences: facts, and no secret in any record."""

from __future__ import annotations

import json

import pytest

pytest_plugins = ["static_fixtures"]
TOKEN = "ghp_" + "a1B2c3D4e5F6" * 3
PHRASE = "correct-horse-9-battery"
KEY_ROWS = ["MIIEpAIBAAKCAQEA7bq9x2c4Vt0k", "Zm9vYmFyYmF6cXV4Y29ycmVjdGhv"]
KEY = "-----BEGIN RSA PRIVATE KEY-----\n" + "\n".join(KEY_ROWS) + "\n-----END RSA PRIVATE KEY-----\n"


def test_a_secret_is_a_place_and_a_kind(analyse):
    """A secret is recorded as kind, file and line; equal ones can be told, and the value stands nowhere."""
    evidence = analyse(
        {
            "main.py": f'import os\nTOKEN = "{TOKEN}"\npassword = "{PHRASE}"\n',
            ".env": f"GITHUB={TOKEN}\n",
            "key.pem": KEY,
        }
    )
    places = {(s.path, s.line) for s in evidence.secrets}
    assert places >= {("main.py", 2), ("main.py", 3), (".env", 1), ("key.pem", 1)}
    same = {s.same_as for s in evidence.secrets if s.kind == "GitHub Token"}
    assert len(same) == 1
    text = evidence.to_json()
    assert all(value not in text for value in (TOKEN, PHRASE, *KEY_ROWS))
    assert "•••••• (masked)" in text


def test_the_digest_of_a_secret_cannot_be_guessed(analyse, tmp_path):
    """The digest is keyed by chance, so that two gradings of one secret differ."""
    first = analyse({"main.py": f'password = "{PHRASE}"\n'}).secrets[0].same_as
    (tmp_path / "out" / "static.json").unlink()
    (tmp_path / "out").rmdir()
    assert analyse({"main.py": f'password = "{PHRASE}"\n'}).secrets[0].same_as != first


def test_a_linters_excerpt_holds_no_secret(analyse):
    """Neither the line that the linter calls a secret nor its neighbours' excerpts nor its message show a value."""
    head = f'import os\npassword = "{PHRASE}"\n\n\ndef call(token="s3cr3t-value-1"):\n'
    source = f"{head}    try:\n        return 1\n    except:\n        pass\n"
    evidence = analyse({"main.py": source})
    assert {"S105", "E722", "F401"} <= {f.rule for f in evidence.findings}
    text = evidence.to_json()
    assert PHRASE not in text
    assert "s3cr3t-value-1" not in text


@pytest.mark.parametrize("comment", ["  # pragma: allowlist secret", "  # nosec", "  # noqa"])
def test_a_comment_hides_no_secret(analyse, comment):
    """The scanner's own suppression comments are not read."""
    assert len(analyse({"main.py": f'password = "{PHRASE}"{comment}\n'}).secrets) == 1


@pytest.mark.parametrize(
    "line",
    ['password = os.environ["PASSWORD"]', 'token = "${TOKEN}"', 'api_key = "<your-key>"', "secret = read_secret()"],
)
def test_a_reference_is_no_secret(analyse, line):
    """What is read from the environment, or a template's gap, is not a secret."""
    assert analyse({"main.py": f"import os\n{line}\n"}).secrets == ()


MIT = "MIT License\n\nPermission is hereby granted, free of charge, to any person obtaining a copy\n"


@pytest.mark.parametrize(
    ("tree", "facts"),
    [
        ({}, ("", "", "", "")),
        ({"LICENSE": MIT}, ("LICENSE", "MIT", "", "")),
        (
            {"COPYING.txt": "GNU GENERAL PUBLIC LICENSE\n   Version 3, 29 June 2007\n"},
            ("COPYING.txt", "GPL-3.0", "", ""),
        ),
        ({"LICENCE.md": "Do what you like."}, ("LICENCE.md", "unknown", "", "")),
        (
            {"LICENSE": MIT, "pyproject.toml": '[project]\nlicense = "Apache-2.0"\n'},
            ("LICENSE", "MIT", "Apache-2.0", "pyproject.toml"),
        ),
        ({"package.json": json.dumps({"license": "ISC"})}, ("", "", "ISC", "package.json")),
        ({"pyproject.toml": "not = [toml", "package.json": "[" * 5_000}, ("", "", "", "")),
    ],
)
def test_licence_facts(analyse, tree, facts):
    """The licence file by its wording, and what the metadata declares; broken metadata declares nothing."""
    found = analyse({"main.py": "x = 1\n"} | tree).licence
    assert (found.file, found.text, found.declared, found.declared_in) == facts
