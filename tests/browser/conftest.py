"""Debian's Chromium, driven over its own protocol, and the tools that scripts/node-tools.sh installs."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

from tests.browser.gate import CHROMIUM, FLAGS, NODE_MODULES, tool
from tests.golden.gallery import page_names, write_page


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
    """Every page of the gallery as a file on disk."""
    folder = tmp_path_factory.mktemp("gallery")
    return {name: write_page(folder, name) for name in page_names()}


@pytest.fixture
def open_page(browser, pages):
    """Open a sample's reviewer edition: ``open_page("capped", width=360, color_scheme="dark")``."""
    contexts = []

    def opened(name: str, *, width: int = 1200, **options):
        context = browser.new_context(viewport={"width": width, "height": 900}, **options)
        contexts.append(context)
        page = context.new_page()
        page.goto(pages[f"{name}/report.html"].as_uri())
        return page

    yield opened
    for context in contexts:
        context.close()
