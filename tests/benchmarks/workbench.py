"""The workbench at size: the same text without passages and with thousands, in one run in a real browser.

Run on request: python -m tests.benchmarks.workbench. Prints times and their ratios; the times depend on the machine and
its other work, the ratios and counts are what the budgets name. On two cores without other work, Chromium 156:

    with passages against without                budget           2,000 on 20,000     5,000 on 100,000
    -------------------------------------------  ---------------  ------------------  ------------------
    elements in the text                         = paragraphs     86 = 86             406 = 406
    all painted, from the first request on       <= 6 x           1.2 x (578 ms)      1.6 x (849 ms)
    a new label painted                          <= 12 x          1.2 x (37 ms)       1.0 x (33 ms)
    sentence cursor moved                        <= 2 x           0.8 x (12 ms)       1.1 x (16 ms)
    frame while scrolling; late ones             <= 2 x; <= 2 %   1.0 x; 0.7 %        1.0 x; 0 %
    script heap                                  <= 1.5 x         1.2 x (3.0 MiB)     1.3 x (3.8 MiB)
    items in the list                            <= 200           200                 200
    requests that painting waits for             <= 6             6                   6
    scripts as sent; others' among them          <= 40 kB; 0      33 kB; 0            33 kB; 0
    page without the text                        <= 60 kB         20 kB               20 kB
    downloaded in all                            <= 154 KiB       133 KiB             (227 KiB)

On a busy machine the ratios of times grow as well: frames come late when others take the processor. That one act is one
write, and that none is lost or doubled in 1,000, is shown by tests/browser/saving/test_storm.py.
"""

import shutil
import statistics
import tempfile
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

from tests.benchmarks.pages import make_assignment
from tests.browser.conftest import FLAGS
from tests.processes import Server, demo_database, run_script

TURNS = 5
SIZES = ((20_000, 2_000), (100_000, 5_000))

# Notes when the page says it is ready and the frame after it is done, and offers the acts to be timed.
WATCH = """
globalThis.painted = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
globalThis.registered = () => [...CSS.highlights.values()].reduce((sum, one) => sum + one.size, 0);
new MutationObserver(async () => {
  if (!document.body?.dataset.ready || globalThis.readyAt) return;
  globalThis.readyAt = 1;
  await painted();
  globalThis.readyAt = performance.now();
}).observe(document, { subtree: true, attributes: true, childList: true });
const press = (key, code, shiftKey = false) =>
  document.activeElement.dispatchEvent(
    new KeyboardEvent("keydown", { key, code, shiftKey, bubbles: true, cancelable: true }),
  );
globalThis.timedKey = async (key, code) => {
  const before = registered();
  const began = performance.now();
  press(key, code);
  while (key !== "j" && registered() === before) {
    if (performance.now() - began > 5000) throw new Error(`${key} changed nothing: ${announcer.textContent}`);
    await painted();
  }
  await painted();
  return performance.now() - began;
};
globalThis.timedScroll = async () => {
  const box = document.getElementById("scroller");
  box.scrollTop = 0;
  const frames = [];
  let last = await new Promise(requestAnimationFrame);
  for (let turn = 0; turn < 150; turn++) {
    box.scrollBy(0, 300);
    const now = await new Promise(requestAnimationFrame);
    frames.push(now - last);
    last = now;
  }
  box.scrollTop = 0;
  return frames;
};
"""


# What nothing is painted without, what the scripts weigh as sent, and the page without its text.
WEIGHED = """(() => {
  const [page] = performance.getEntriesByType("navigation");
  const files = performance.getEntriesByType("resource");
  const scripts = files.filter((one) => one.initiatorType === "script");
  return {
    "requests paint waits for": 1 + files.filter((one) => one.renderBlockingStatus === "blocking").length,
    "scripts as sent, kB": scripts.reduce((sum, one) => sum + one.encodedBodySize, 0) / 1000,
    "HTML, kB": page.decodedBodySize / 1000,
  };
})()"""


def measured(browser: Browser, cookies: list[Any], url: str) -> dict[str, float]:
    """Open the page afresh and return what it costs."""
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    context.add_cookies(cookies)
    page = context.new_page()
    page.add_init_script(WATCH)
    session = context.new_cdp_session(page)
    session.send("Network.enable")
    session.send("HeapProfiler.enable")
    session.send("Performance.enable")
    received: list[float] = []
    session.on("Network.loadingFinished", lambda event: received.append(event["encodedDataLength"]))
    page.goto(url)
    page.wait_for_selector("body[data-ready]")
    page.evaluate("painted().then(painted)")
    figures: dict[str, float] = {
        "painted, ms": page.evaluate("readyAt"),
        "downloaded, KiB": sum(received) / 1024,
        "elements in the text": page.evaluate("document.querySelectorAll('#text *').length"),
        "paragraphs": page.evaluate("document.querySelectorAll('#text p').length"),
        "list items": page.evaluate("document.querySelectorAll('#passages > li').length"),
        "highlights near the view": page.evaluate("registered()"),
        **page.evaluate(WEIGHED),
    }
    session.send("HeapProfiler.collectGarbage")
    metrics = {one["name"]: one["value"] for one in session.send("Performance.getMetrics")["metrics"]}
    figures["heap, MiB"] = metrics["JSHeapUsedSize"] / 2**20
    figures |= acts(page)
    context.close()
    return figures


def acts(page: Page) -> dict[str, float]:
    """Time the acts of a reviewer in the page."""
    page.evaluate("scroller.scrollTop = 0.92 * scroller.scrollHeight")  # the last tenth holds no passage
    page.locator("#text").focus()
    page.evaluate("timedKey('j', 'KeyJ')")
    moves, adds = [], []
    for _ in range(TURNS):
        moves.append(page.evaluate("timedKey('j', 'KeyJ')"))
        adds.append(page.evaluate("timedKey('3', 'Digit3')"))
        page.evaluate("timedKey('Delete', 'Delete')")
    frames = page.evaluate("timedScroll()")
    return {
        "cursor move, ms": statistics.median(moves),
        "label painted, ms": statistics.median(adds),
        "scroll, ms a frame": statistics.mean(frames),
        "late frames of 150": sum(frame > 20 for frame in frames),
    }


def sign_in(browser: Browser, address: str, name: str, password: str) -> list[Any]:
    """Return the cookies of a session."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{address}/login/")
    page.get_by_label("User name").fill(name)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"{address}/")
    cookies = context.cookies()
    context.close()
    return cookies


def shown(length: int, count: int, bare: dict[str, float], full: dict[str, float]) -> None:
    """Print one table."""
    print(f"\n{length:,} characters: without passages, with {count:,}, ratio")  # noqa: T201
    for name, value in full.items():
        ratio = f"{value / bare[name]:8.2f}" if bare[name] else "        "
        print(f"{name:24} {bare[name]:10.1f} {value:10.1f} {ratio}")  # noqa: T201


PASSWORD = "benchmark herons"
KNOWN = "from annotator.models import User\nu = User.objects.get(username=%r)\nu.set_password(%r)\nu.save()"


def main() -> None:
    """Measure."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    with tempfile.TemporaryDirectory() as folder, demo_database(Path(folder)) as environment:
        run_script(environment, KNOWN % ("reviewer1", PASSWORD))
        pages = [
            [make_assignment(environment, length=length, passages=some, reviewer="reviewer1") for some in (0, count)]
            for length, count in SIZES
        ]
        with Server(environment, Path(folder) / "log") as server, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium, args=list(FLAGS))
            address = f"http://127.0.0.1:{server.port}"
            cookies = sign_in(browser, address, "reviewer1", PASSWORD)
            measured(browser, cookies, f"{address}/assignments/{pages[0][0]}/")  # the server's own first time
            for (length, count), (bare, full) in zip(SIZES, pages, strict=True):
                figures = [measured(browser, cookies, f"{address}/assignments/{one}/") for one in (bare, full)]
                shown(length, count, *figures)


if __name__ == "__main__":
    main()
