"""The bars that every page is held to. Each returns what is wrong, a sentence each; nothing means that it is held."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

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
VIEWS: dict[str, dict[str, object]] = {
    "light": {},
    "dark": {"color_scheme": "dark"},
    "narrow": {"viewport": {"width": 360, "height": 900}},
    "forced colours": {"forced_colors": "active"},
}
STANDARD = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# axe leaves ratios below 4.5 to the AA rule, so AAA holds only where both find nothing.
AXE_RUN = """
async ([tags, enhanced]) => {
    for (const closed of document.querySelectorAll("details")) closed.open = true;
    const rules = {"color-contrast-enhanced": {enabled: enhanced}};
    const found = await axe.run(document, {runOnly: tags, rules: rules});
    return found.violations.flatMap(v => v.nodes.map(n => `${v.id}: ${n.target} ${n.failureSummary}`));
}
"""
OVERFLOW = """
() => [...document.querySelectorAll("body *")]
    .filter(e => e.getBoundingClientRect().right > document.documentElement.clientWidth + 0.5)
    .filter(e => !e.closest("[aria-hidden]") && !e.closest("svg"))
    .map(e => `${e.tagName}.${e.className}: ${e.textContent.slice(0, 40)}`)
"""
UNFOLD = "() => { for (const closed of document.querySelectorAll('details')) closed.open = true; }"
TEXT_SPACING = """
() => { for (const e of document.querySelectorAll("body, body *")) {
    e.style.setProperty("line-height", "1.5", "important");
    e.style.setProperty("letter-spacing", "0.12em", "important");
    e.style.setProperty("word-spacing", "0.16em", "important");
} }
"""
FOCUS_IS_SEEN = """
() => {
    const seen = getComputedStyle(document.activeElement);
    return seen.outlineStyle !== "none" && parseFloat(seen.outlineWidth) >= 2;
}
"""
SMALLEST_TEXT = """
() => [...document.querySelectorAll("body *")]
    .filter(e => [...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim()) && !e.closest("svg"))
    .filter(e => parseFloat(getComputedStyle(e).fontSize) < 14)
    .map(e => `${e.tagName}.${e.className}: ${getComputedStyle(e).fontSize}`)
"""
TYPICAL, MOST = 150_000, 600_000
PRINTED = {
    "report.html": 10,
    "candidate.html": 6,
    "sheet.html": 6,
    "compare.html": 4,
    "diff.html": 6,
    "validation.html": 8,
}
"""Most A4 pages of an edition."""
LONG = frozenset({"hostile", "many-findings", "all-failed"})
"""Samples larger than any ordinary submission; their paper may be longer."""


def tool(path: Path) -> Path:
    """A tool that has to be there; a missing one fails the test rather than skipping it."""
    if not path.exists():
        pytest.fail(f"{path} is missing: `make setup` installs it.", pytrace=False)
    return path


@contextmanager
def opened(browser: Browser, path: Path, **options: object) -> Iterator[Page]:
    """A page in a fresh context."""
    context = browser.new_context(**({"viewport": {"width": 1200, "height": 900}} | options))
    try:
        page = context.new_page()
        page.goto(path.as_uri())
        yield page
    finally:
        context.close()


def axe_nodes(page: Page, axe: str, *, enhanced: bool = False) -> list[str]:
    """Nodes that break a rule, with every `details` open; ``enhanced`` asks for AAA contrast too."""
    page.evaluate(axe)
    return page.evaluate(AXE_RUN, [STANDARD, enhanced])


def accessible(browser: Browser, path: Path, axe: str) -> list[str]:
    """WCAG A and AA and best practice in light, dark, narrow and forced colours; AAA contrast in light and dark."""
    found = []
    for name, options in VIEWS.items():
        with opened(browser, path, **options) as page:
            found += [f"{name}: {node}" for node in axe_nodes(page, axe, enhanced=name in ("light", "dark"))]
    return found


def fits(browser: Browser, path: Path) -> list[str]:
    """No element reaches beyond 360 or 320 px, everything unfolded; nothing scrolls with WCAG 1.4.12 spacing."""
    found = []
    for width in (360, 320):
        with opened(browser, path, viewport={"width": width, "height": 900}) as page:
            page.evaluate(UNFOLD)
            found += [f"{width} px: {node}" for node in page.evaluate(OVERFLOW)]
            page.evaluate(TEXT_SPACING)
            wide = page.evaluate("() => document.documentElement.scrollWidth")
            found += [f"{width} px with text spacing: {wide} px wide"] if wide > width else []
    return found


def readable(browser: Browser, path: Path) -> list[str]:
    """No text under 14 px on a screen."""
    with opened(browser, path) as page:
        page.evaluate(UNFOLD)
        return list(page.evaluate(SMALLEST_TEXT))


def alone(browser: Browser, path: Path) -> list[str]:
    """No request besides the file itself, nothing on the console, and the policy lets the style apply."""
    context = browser.new_context()
    page = context.new_page()
    requests: list[str] = []
    said: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    page.on("console", lambda message: said.append(f"console: {message.text}"))
    page.on("pageerror", lambda error: said.append(f"error: {error}"))
    page.goto(path.as_uri(), wait_until="networkidle")
    styled = page.evaluate("() => getComputedStyle(document.querySelector('h1')).fontSize") == "28px"
    context.close()
    said += [f"request: {url}" for url in requests if url != path.as_uri()]
    return said if styled else [*said, "the style does not apply"]


def without_scripts(browser: Browser, path: Path) -> list[str]:
    """With JavaScript off the page says exactly what it says with it on, and that is something."""
    with opened(browser, path, java_script_enabled=False) as page:
        off = page.locator("body").inner_text()
    with opened(browser, path) as page:
        on = page.locator("body").inner_text()
    found = [] if on == off else [f"{len(off)} characters with scripts off, {len(on)} with scripts on"]
    return found if len(off) > 500 else [*found, "the page is nearly empty"]


def focusable(browser: Browser, path: Path) -> list[str]:
    """Tabbing begins at the skip link, reaches every link and field, and each stop has a visible outline."""
    with opened(browser, path) as page:
        page.keyboard.press("Tab")
        found = [] if page.evaluate("() => document.activeElement.className") == "skip" else ["no skip link"]
        stops = 0
        while page.evaluate("() => document.activeElement !== document.body") and stops < 2_000:
            if not page.evaluate(FOCUS_IS_SEEN):
                found.append(f"no outline: {page.evaluate('() => document.activeElement.outerHTML')[:120]}")
            page.keyboard.press("Tab")
            stops += 1
        return found if stops > 2 else [*found, f"only {stops} stops"]


def printed_pages(page: Page) -> list[str]:
    """The text of each page on paper, as poppler reads it."""
    pdf = page.pdf(prefer_css_page_size=True)
    reader = tool(Path("/usr/bin/pdftotext"))
    done = subprocess.run([reader, "-", "-"], input=pdf, capture_output=True, check=True)
    return done.stdout.decode().split("\f")[:-1]


def prints(browser: Browser, path: Path) -> list[str]:
    """A4: no more pages than the edition may have; brief and rubric on the first; white from a dark screen."""
    with opened(browser, path, color_scheme="dark") as page:
        pages = printed_pages(page)
        page.emulate_media(media="print")
        light = page.evaluate("() => getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    found = [] if light else ["paper is not white"]
    if path.parent.name in LONG - {"many-findings"}:
        return found
    most = PRINTED[path.name]
    found += [f"{len(pages)} pages, more than {most}"] if len(pages) > most else []
    if path.name == "report.html" and not ("weight in all" in pages[0] and "Interview questions" in pages[1]):
        found.append("brief and rubric do not fill the first page, questions do not open the second")
    return found


def small(path: Path) -> list[str]:
    """A typical page has at most 150 kB, any at most 600 kB."""
    most = MOST if path.parent.name in LONG else TYPICAL
    size = path.stat().st_size
    return [f"{size} bytes, more than {most}"] if size > most else []


def by_the_nu_checker(paths: Iterable[Path]) -> list[str]:
    """`vnu --Werror` has nothing to say about markup, style or policy."""
    jar = tool(NODE_MODULES / "vnu-jar" / "build" / "dist" / "vnu.jar")
    done = subprocess.run(
        ["java", "-jar", str(jar), "--Werror", *map(str, paths)], capture_output=True, text=True, check=False
    )
    return [row for row in done.stderr.splitlines() if row.strip()] or (["vnu failed"] if done.returncode else [])


def by_html_validate(paths: Iterable[Path]) -> list[str]:
    """html-validate's recommended and accessibility rules find nothing."""
    program = tool(NODE_MODULES / "html-validate" / "bin" / "html-validate.mjs")
    config = Path(__file__).with_name("html-validate.json")
    done = subprocess.run(
        ["node", str(program), "--config", str(config), *map(str, paths)], capture_output=True, text=True, check=False
    )
    said = [row for row in (done.stdout + done.stderr).splitlines() if row.strip()]
    return said if done.returncode else []


IN_BROWSER: dict[str, Callable[[Browser, Path], list[str]]] = {
    "fits": fits,
    "readable": readable,
    "alone": alone,
    "without scripts": without_scripts,
    "focusable": focusable,
    "prints": prints,
}
"""Besides :func:`accessible`, which needs axe."""
