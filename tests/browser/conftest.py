"""Debian's Chromium, driven over its own protocol, and the tools that scripts/node-tools.sh installs."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

from grader.report import render_reviewer
from tests.golden.samples import SAMPLES

CHROMIUM = Path("/usr/bin/chromium")
NODE_MODULES = Path(__file__).resolve().parents[2] / "build" / "node" / "node_modules"
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def tool(path: Path) -> Path:
    """A tool that has to be there; a missing one fails the test rather than skipping it."""
    if not path.exists():
        pytest.fail(f"{path} is missing: `make setup` installs it.", pytrace=False)
    return path


@pytest.fixture(scope="module")
def browser():
    """One headless Chromium for a module (its event loop must not outlive it); each page gets a fresh context."""
    executable = tool(CHROMIUM)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=str(executable), args=list(FLAGS))
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def axe() -> str:
    """The source of axe-core."""
    return tool(NODE_MODULES / "axe-core" / "axe.min.js").read_text("utf-8")


@pytest.fixture(scope="session")
def pages(tmp_path_factory) -> dict[str, Path]:
    """Every sample scorecard as a file on disk."""
    folder = tmp_path_factory.mktemp("reports")
    made = {}
    for name, card in SAMPLES.items():
        made[name] = folder / f"{name}.html"
        made[name].write_text(render_reviewer(card()), "utf-8")
    return made


@pytest.fixture
def open_page(browser, pages):
    """Open a sample: ``open_page("capped", width=360, color_scheme="dark")``."""
    contexts = []

    def opened(name: str, *, width: int = 1200, **options):
        context = browser.new_context(viewport={"width": width, "height": 900}, **options)
        contexts.append(context)
        page = context.new_page()
        page.goto(pages[name].as_uri())
        return page

    yield opened
    for context in contexts:
        context.close()
