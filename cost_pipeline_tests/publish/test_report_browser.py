"""The report in a real browser: nothing leaves, nothing complains, all of it fits."""

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from cost_pipeline.publish.report import write_report
from cost_pipeline.publish.report_sections import sections
from cost_pipeline_tests.publish.published_world import publish_by_hand

playwright = pytest.importorskip("playwright.sync_api")
CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM, reason="no Chromium on this machine"),
]
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
# Relative luminance by WCAG 2, of what is written against what is behind it.
CONTRAST = """() => {
  const rgb = text => text.match(/[0-9.]+/g).slice(0, 3).map(Number);
  const light = colour => {
    const [r, g, b] = rgb(colour).map(value => {
      const part = value / 255;
      return part <= .03928 ? part / 12.92 : ((part + .055) / 1.055) ** 2.4;
    });
    return .2126 * r + .7152 * g + .0722 * b;
  };
  const behind = node => {
    for (; node; node = node.parentElement) {
      const colour = getComputedStyle(node).backgroundColor;
      if (colour !== 'rgba(0, 0, 0, 0)') return colour;
    }
    return 'rgb(255, 255, 255)';
  };
  let worst = 21;
  for (const node of document.querySelectorAll('p, td, th, dt, dd, a, figcaption')) {
    const pair = [light(getComputedStyle(node).color), light(behind(node))];
    const ratio = (Math.max(...pair) + .05) / (Math.min(...pair) + .05);
    worst = Math.min(worst, ratio);
  }
  return worst;
}"""

TOO_WIDE = """() => [...document.querySelectorAll('.wide')]
  .filter(one => one.scrollWidth > one.clientWidth)
  .map(one => one.closest('section').id)"""


class Visited:
    """The page, with what it asked for and complained about."""

    def __init__(self, page) -> None:
        self.page = page
        self.asked: list[str] = []
        self.complaints: list[str] = []
        page.on("request", lambda request: self.asked.append(request.url))
        page.on("console", lambda message: self.complaints.append(message.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))


@pytest.fixture(scope="module")
def address(tmp_path_factory) -> str:
    folder = tmp_path_factory.mktemp("report")
    published = publish_by_hand(folder / "cost.duckdb")
    now = datetime(2026, 5, 20, tzinfo=UTC)
    return write_report(published, folder / "report.html", now).as_uri()


@pytest.fixture(scope="module")
def browser() -> Iterator[object]:
    with playwright.sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield opened
        opened.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [375, 835, 1100])
def test_the_report_opens_offline_and_fits(browser, address, scheme, width):
    context = browser.new_context(
        viewport={"width": width, "height": 800}, color_scheme=scheme, offline=True
    )
    visit = Visited(context.new_page())
    visit.page.goto(address)
    assert [url for url in visit.asked if url not in (address, "data:,")] == []
    assert visit.complaints == []
    for one in sections():
        assert visit.page.locator(f"section#{one.id} h2").is_visible()
    assert visit.page.evaluate("document.documentElement.scrollWidth") <= width
    assert visit.page.evaluate(CONTRAST) >= 4.5
    context.close()


def test_the_keyboard_reaches_the_figures_first(browser, address):
    page = browser.new_page()
    page.goto(address)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.url.endswith("#month")
    page.close()


def test_the_report_prints_on_paper(browser, address):
    page = browser.new_page()
    page.goto(address)
    paper = page.pdf(prefer_css_page_size=True)
    assert paper.startswith(b"%PDF")
    page.emulate_media(media="print")
    assert not page.locator("nav").is_visible()
    # A4 less its margins; what is wider than that is cut off on paper.
    page.set_viewport_size({"width": 680, "height": 1000})
    assert page.evaluate(TOO_WIDE) == []
    page.close()
