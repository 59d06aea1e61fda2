"""The reviewer's report in a real browser: the bars of the report's design, each over every sample."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.browser.conftest import NODE_MODULES, tool
from tests.golden.samples import SAMPLES

NAMES = list(SAMPLES)
TYPICAL = ("excellent", "capped", "all-failed", "not-gradable", "incomplete")
VIEWS = {
    "light": {},
    "dark": {"color_scheme": "dark"},
    "narrow": {"width": 360},
    "forced colours": {"forced_colors": "active"},
}
AXE_RUN = """
async (rules) => {
    for (const closed of document.querySelectorAll("details")) closed.open = true;
    const found = await axe.run(document, rules);
    return found.violations.flatMap(v => v.nodes.map(n => `${v.id}: ${n.target} ${n.failureSummary}`));
}
"""
STANDARD = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
# axe leaves ratios below 4.5 to the AA rule, so AAA holds only where both find nothing.
AAA_CONTRAST = {"runOnly": {"type": "rule", "values": ["color-contrast-enhanced"]}}
OVERFLOW = """
() => [...document.querySelectorAll("body *")]
    .filter(e => e.getBoundingClientRect().right > document.documentElement.clientWidth + 0.5)
    .filter(e => !e.closest("[aria-hidden]") && !e.closest("svg"))
    .map(e => `${e.tagName}.${e.className}: ${e.textContent.slice(0, 40)}`)
"""
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


def axe_nodes(page, axe: str, rules: dict) -> list[str]:
    """Nodes that break a rule, with every `details` open."""
    page.evaluate(axe)
    return page.evaluate(AXE_RUN, rules)


def printed_pages(page) -> list[str]:
    """The text of each page on paper, as poppler reads it."""
    pdf = page.pdf(prefer_css_page_size=True)
    reader = tool(Path("/usr/bin/pdftotext"))
    return (
        subprocess.run([reader, "-", "-"], input=pdf, capture_output=True, check=True).stdout.decode().split("\f")[:-1]
    )


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("name", NAMES)
def test_axe_finds_nothing(open_page, axe, name, view) -> None:
    """WCAG A and AA and axe's best practices: no node, light, dark, narrow, and with forced colours."""
    assert axe_nodes(open_page(name, **VIEWS[view]), axe, STANDARD) == []


@pytest.mark.parametrize("view", ["light", "dark"])
@pytest.mark.parametrize("name", NAMES)
def test_contrast_reaches_aaa(open_page, axe, name, view) -> None:
    """Every text, source colours included, has 7:1 (4.5:1 when large)."""
    assert axe_nodes(open_page(name, **VIEWS[view]), axe, AAA_CONTRAST) == []


def test_the_gate_catches_a_bad_page(open_page, axe) -> None:
    """A mutant page with grey text, a nameless image and a wide box fails each bar."""
    page = open_page("capped", width=360)
    page.evaluate(
        """() => {
            const [first, ...others] = document.querySelectorAll("#scope p, #provenance p");
            first.style.color = "#6b6b6b";
            others[0].style.color = "#999";
            others[1].style.width = "900px";
            document.querySelector("svg[role=img]").removeAttribute("aria-label");
        }"""
    )
    nodes = axe_nodes(page, axe, STANDARD)
    assert any(node.startswith("svg-img-alt") for node in nodes)
    assert any(node.startswith("color-contrast:") for node in nodes)
    assert any(node.startswith("color-contrast-enhanced") for node in axe_nodes(page, axe, AAA_CONTRAST))
    assert page.evaluate(OVERFLOW) != []


@pytest.mark.parametrize("width", [360, 320])
@pytest.mark.parametrize("name", NAMES)
def test_nothing_overflows_sideways(open_page, name, width) -> None:
    """No element reaches beyond a narrow screen, with everything unfolded and WCAG 1.4.12 text spacing."""
    page = open_page(name, width=width)
    page.evaluate("() => { for (const closed of document.querySelectorAll('details')) closed.open = true; }")
    assert page.evaluate(OVERFLOW) == []
    page.evaluate(TEXT_SPACING)
    assert page.evaluate("() => document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("name", NAMES)
def test_the_page_is_alone_and_quiet(browser, pages, name) -> None:
    """Opening a report asks for no other file or host, logs nothing, and its policy lets the style apply."""
    context = browser.new_context()
    page = context.new_page()
    requests, messages = [], []
    page.on("request", lambda request: requests.append(request.url))
    page.on("console", lambda message: messages.append(message.text))
    page.on("pageerror", lambda error: messages.append(str(error)))
    page.goto(pages[name].as_uri(), wait_until="networkidle")
    assert requests == [pages[name].as_uri()]
    assert messages == []
    assert page.evaluate("() => getComputedStyle(document.querySelector('h1')).fontSize") == "28px"
    context.close()


@pytest.mark.parametrize("name", NAMES)
def test_text_needs_no_script(open_page, name) -> None:
    """With JavaScript off the page says exactly what it says with it on."""
    without = open_page(name, java_script_enabled=False).locator("body").inner_text()
    assert without == open_page(name).locator("body").inner_text()
    assert len(without) > 2_000


@pytest.mark.parametrize("name", NAMES)
def test_bytes(pages, name) -> None:
    """A typical report is at most 150 kB, one with 200 findings at most 600 kB."""
    assert pages[name].stat().st_size <= (150_000 if name in TYPICAL else 600_000)


@pytest.mark.parametrize("name", [*TYPICAL, "many-findings"])
def test_print(open_page, name) -> None:
    """On A4, brief and rubric are page 1 and the whole is at most ten pages, even from a dark screen."""
    page = open_page(name, color_scheme="dark")
    first, second, *others = printed_pages(page)
    assert 2 + len(others) <= 10
    assert "All criteria" in first
    assert "weight in all" in first
    assert "Questions from the evidence" in second
    assert any("Behaviour checks" in text for text in (second, *others[:1]))
    page.emulate_media(media="print")
    assert page.evaluate("() => getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"


def test_print_opens_details(open_page) -> None:
    """Paper cannot be clicked: exchanges and limits are printed although they are closed on screen."""
    printed = "".join(printed_pages(open_page("capped")))
    assert "hub blinks twice" in printed
    assert "JSONDecodeError" in printed


def test_filter_hides_passed_checks(open_page) -> None:
    """'Not passed' hides passed checks without a script; a link to one of them shows it again."""
    page = open_page("capped", java_script_enabled=False)
    assert page.locator("#check-contract\\.health").is_visible()
    page.get_by_label("Not passed").check()
    assert not page.locator("#check-contract\\.health").is_visible()
    assert page.locator("#check-contract\\.malformed").is_visible()
    page.goto(f"{page.url}#check-contract.health")
    assert page.locator("#check-contract\\.health").is_visible()


def test_every_tab_stop_shows_its_focus(open_page) -> None:
    """Tabbing starts at the skip link, and each stop has a visible outline."""
    page = open_page("capped")
    page.keyboard.press("Tab")
    assert page.evaluate("() => document.activeElement.className") == "skip"
    assert page.evaluate("() => document.activeElement.getBoundingClientRect().top >= 0")
    stops = 0
    while page.evaluate("() => document.activeElement !== document.body") and stops < 500:
        assert page.evaluate(FOCUS_IS_SEEN), page.evaluate("() => document.activeElement.outerHTML")
        page.keyboard.press("Tab")
        stops += 1
    assert stops > 50


@pytest.mark.parametrize("name", NAMES)
def test_tables_keep_their_meaning_when_stacked(open_page, name) -> None:
    """On a narrow screen tables are still tables to assistive technology."""
    page = open_page(name, width=360)
    tables = page.locator("table").count()
    assert page.get_by_role("table").count() == tables
    assert page.get_by_role("row").count() >= tables


def test_the_nu_checker_accepts_every_page(pages) -> None:
    """`vnu --Werror` has nothing to say about markup, style or policy."""
    jar = tool(NODE_MODULES / "vnu-jar" / "build" / "dist" / "vnu.jar")
    found = subprocess.run(
        ["java", "-jar", str(jar), "--Werror", *map(str, pages.values())], capture_output=True, text=True, check=False
    )
    assert found.returncode == 0, found.stderr[:4_000]


def test_html_validate_accepts_every_page(pages) -> None:
    """html-validate's recommended and accessibility rules find nothing."""
    program = tool(NODE_MODULES / "html-validate" / "bin" / "html-validate.mjs")
    config = Path(__file__).with_name("html-validate.json")
    found = subprocess.run(
        ["node", str(program), "--config", str(config), *map(str, pages.values())],
        capture_output=True,
        text=True,
        check=False,
    )
    assert found.returncode == 0, found.stdout[:4_000] + found.stderr[:1_000]
