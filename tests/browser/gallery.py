"""``make gallery``: every sample in every edition, pictured in light, dark, at 360 px and on paper, and an index.

``python -m tests.browser.gallery DIR [WORD…]`` takes only the pages whose names hold one of the words.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from playwright.sync_api import Browser, sync_playwright

from tests.browser.gate import CHROMIUM, FLAGS, opened, tool
from tests.golden.gallery import page_names, write_exports, write_page
from tests.golden.samples import SAMPLES

INDEX, SHOTS = "index.html", "shots"
TALLEST = 3_200
"""Pixels of a screenshot; below it the page itself is the better picture."""
SCREENS: dict[str, dict[str, object]] = {
    "light": {},
    "dark": {"color_scheme": "dark"},
    "360 px": {"viewport": {"width": 360, "height": 900}},
}
PAPER = ("paper, page 1", "paper, page 2")


@dataclass(frozen=True)
class Shot:
    """A screenshot and what it shows."""

    view: str
    file: str


@dataclass(frozen=True)
class Shown:
    """A page and its screenshots."""

    name: str
    shots: tuple[Shot, ...]


@dataclass(frozen=True)
class Part:
    """A sample, or the pages that show several."""

    id: str
    title: str
    about: str
    files: tuple[str, ...]
    pages: tuple[Shown, ...]


def main(arguments: list[str]) -> int:
    """Write the whole gallery anew."""
    folder, words = Path(arguments[0]).resolve(), arguments[1:]
    shutil.rmtree(folder, ignore_errors=True)
    names = [name for name in page_names() if not words or any(word in name for word in words)]
    paths = {name: write_page(folder, name) for name in names}
    if not words:
        write_exports(folder)
    (folder / SHOTS).mkdir(parents=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(tool(CHROMIUM)), args=list(FLAGS))
        shown = [Shown(name, (*_screens(browser, folder, path, name), *_paper(browser, folder, path, name)))
                 for name, path in paths.items()]  # fmt: skip
        browser.close()
    (folder / INDEX).write_text(index(folder, shown), "utf-8")
    print(f"{len(shown)} pages, {sum(len(one.shots) for one in shown)} pictures: {folder / INDEX}")  # noqa: T201
    return 0


def _stem(name: str, view: str) -> str:
    words = f"{name.removesuffix('.html')}-{view}".replace("/", "-").replace(" ", "-").replace(",", "")
    return f"{SHOTS}/{words}.png"


def _screens(browser: Browser, folder: Path, path: Path, name: str) -> list[Shot]:
    shots = []
    for view, options in SCREENS.items():
        with opened(browser, path, **options) as page:
            size = page.evaluate("() => [document.documentElement.clientWidth, document.documentElement.scrollHeight]")
            area = {"x": 0, "y": 0, "width": size[0], "height": min(size[1], TALLEST)}
            shot = Shot(view, _stem(name, view))
            page.screenshot(path=folder / shot.file, full_page=True, clip=area)
            shots.append(shot)
    return shots


def _paper(browser: Browser, folder: Path, path: Path, name: str) -> list[Shot]:
    with opened(browser, path) as page:
        pdf = page.pdf(prefer_css_page_size=True)
    shots = []
    for number, view in enumerate(PAPER, start=1):
        shot = Shot(view, _stem(name, view))
        command = ["pdftoppm", "-png", "-r", "90", "-f", str(number), "-l", str(number), "-singlefile", "-",
                   str(folder / shot.file.removesuffix(".png"))]  # fmt: skip
        subprocess.run(command, input=pdf, capture_output=True, check=False)
        if (folder / shot.file).exists():
            shots.append(shot)
    return shots


def index(folder: Path, shown: list[Shown]) -> str:
    """The page that shows all of it."""
    parts = []
    for sample, card in SAMPLES.items():
        own = tuple(page for page in shown if page.name.startswith(f"{sample}/"))
        files = tuple(sorted(f"{sample}/{path.name}" for path in (folder / sample).glob("*") if path.suffix != ".html"))
        if own:
            parts.append(
                Part(
                    sample,
                    sample.replace("-", " ").capitalize().replace("Typescript", "TypeScript"),
                    _about(card),
                    files,
                    own,
                )
            )
    rest = tuple(page for page in shown if "/" not in page.name)
    if rest:
        about = "Four submissions beside each other, and two gradings of one submission."
        parts.append(Part("several", "Compare and diff", about, (), rest))
    loader = FileSystemLoader(Path(__file__).parent)
    environment = Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    return environment.get_template("gallery.html.j2").render(parts=parts)


def _about(card: object) -> str:
    return (getattr(card, "__wrapped__", card).__doc__ or "").strip()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
