"""Pictures of the workbench in every state, and from some of them the two that the README shows.

Run on request: python -m tests.pictures FOLDER. Writes a picture of each state in light, in dark and as wide as a phone
into the folder, for people to look at, and the README's into fixtures/pictures.
"""

import base64
import shutil
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, sync_playwright

from tests.browser.conftest import FLAGS, ROOT, Server, Visit, free_port
from tests.browser.saving.test_attention import edited_elsewhere, elsewhere
from tests.browser.texts import PERSIAN as DOCUMENT

LOOKS: Mapping[str, dict[str, Any]] = {
    "light": {"viewport": {"width": 1280, "height": 800}},
    "dark": {"viewport": {"width": 1280, "height": 800}, "color_scheme": "dark"},
    "phone": {"viewport": {"width": 390, "height": 780}, "device_scale_factor": 2},
    "phone-dark": {"viewport": {"width": 390, "height": 780}, "device_scale_factor": 2, "color_scheme": "dark"},
}
WORDS = "self-proclaimed global hegemon"
# A passage to begin with: what to mark, the label's key, the key of a point on its first scale.
CODED = (
    ("The military cooperation of the self-proclaimed", "2", "Shift+Digit2"),
    ("Bilateral contacts between representatives", "1", "Shift+Digit3"),
    ("US Defence Ministers visited Mongolia", "1", "Shift+Digit3"),
    ("Since 1999, the format", "1", "Shift+Digit3"),
)
STRIP = """<!doctype html><style>
body { margin: 0; width: 1600px; background: #fff }
body { display: grid; grid-template-columns: repeat(3, 1fr) .625fr; gap: 16px }
img { width: 100%%; border: 1px solid #ccc; box-sizing: border-box }
img:last-child { grid-column: 4; grid-row: 1 / span 2 }
</style>%s"""


def coded(visit: Visit) -> str:
    """Mark and rate some sentences; return the assignment."""
    assignment = visit.begin(DOCUMENT)
    for words, label, point in CODED:
        visit.draw(words, exact=False)
        for key in (label, point, "Escape"):
            visit.page.keyboard.press(key)
    visit.saved()
    return assignment


def choosing(visit: Visit) -> None:
    """Words are selected, and the labels stand over them."""
    coded(visit)
    visit.draw(WORDS)


def brush(visit: Visit) -> None:
    """A label draws."""
    coded(visit)
    visit.page.keyboard.press("1")


def sentences(visit: Visit) -> None:
    """Sentence mode, on a sentence without a label."""
    coded(visit)
    for key in ("s", "u", "u"):
        visit.page.keyboard.press(key)


def details(visit: Visit) -> None:
    """A passage is active."""
    coded(visit)
    visit.page.keyboard.press(".")


def guideline(visit: Visit) -> None:
    """The guideline of a label is open."""
    coded(visit)
    visit.page.keyboard.press("g")


def offline(visit: Visit) -> None:
    """The network is gone, and work goes on."""
    visit.expect("ERR_INTERNET_DISCONNECTED")
    coded(visit)
    visit.page.context.set_offline(True)
    visit.draw("Since 2006, the parties", exact=False)
    visit.page.keyboard.press("1")
    visit.page.keyboard.press("Shift+Digit3")
    visit.page.get_by_text("on this device").first.wait_for()


def one_passage(visit: Visit) -> str:
    """Mark and rate one sentence only; return the assignment."""
    assignment = visit.begin(DOCUMENT)
    visit.draw(CODED[0][0], exact=False)
    visit.page.keyboard.press("2")
    visit.saved()
    return assignment


def conflict(visit: Visit) -> None:
    """Another device changed the same passage."""
    visit.expect("412")
    edited_elsewhere(visit, one_passage(visit), label="fact", note="The figures can be checked.")
    visit.page.keyboard.press("Shift+Digit2")
    visit.page.get_by_role("button", name="Review").click()


def refused(visit: Visit) -> None:
    """Another device deleted the passage."""
    visit.expect("410")
    (stored,) = visit.passages(one_passage(visit))
    elsewhere(visit, "DELETE", f"annotations/{stored['id']}/", headers={"If-Match": f'"{stored["version"]}"'})
    visit.page.keyboard.press("Shift+Digit2")
    visit.page.get_by_role("button", name="Review").click()


def submitting(visit: Visit) -> None:
    """What is still missing before submitting."""
    coded(visit)
    visit.page.get_by_role("button", name="Submit", exact=True).click()


def finding(visit: Visit) -> None:
    """A passage is looked for by its words."""
    coded(visit)
    visit.page.keyboard.press("/")
    visit.page.get_by_role("dialog").get_by_role("textbox").fill("Mongolia")


def shortcuts(visit: Visit) -> None:
    """All keys."""
    coded(visit)
    visit.page.keyboard.press("?")


STATES: tuple[Callable[[Visit], None], ...] = (
    choosing,
    brush,
    sentences,
    details,
    guideline,
    offline,
    conflict,
    refused,
    submitting,
    finding,
    shortcuts,
)
SHOWN = (("choosing", "light"), ("sentences", "dark"), ("offline", "light"))
SHOWN += (("conflict", "dark"), ("submitting", "light"), ("guideline", "dark"), ("details", "phone"))


def photograph(browser: Browser, server: Server, look: str, folder: Path) -> None:
    """Bring the workbench into each state in one look; what goes wrong in the console is an error."""
    for state in STATES:
        context = browser.new_context(locale="en-GB", **LOOKS[look])
        visit = Visit(context.new_page(), server)
        visit.listen()
        state(visit)
        visit.page.wait_for_timeout(400)
        visit.page.screenshot(path=folder / f"{state.__name__}-{look}.png")
        if visit.unexpected():
            raise AssertionError(f"{state.__name__}: {visit.unexpected()}")
        context.close()


def compose(browser: Browser, folder: Path) -> None:
    """Make the README's pictures."""
    pictures = ROOT / "fixtures" / "pictures"
    shutil.copy(folder / "details-light.png", pictures / "workbench.png")
    page = browser.new_page(viewport={"width": 1600, "height": 700})
    shown = [base64.b64encode((folder / f"{state}-{look}.png").read_bytes()).decode() for state, look in SHOWN]
    page.set_content(STRIP % "".join(f'<img src="data:image/png;base64,{one}">' for one in shown))
    page.locator("body").screenshot(path=pictures / "states.jpg", type="jpeg", quality=80)


def main() -> None:
    """Take all of them."""
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=list(FLAGS))
        for look in LOOKS:
            with tempfile.TemporaryDirectory() as data:
                server = Server(Path(data), free_port())
                server.start()
                try:
                    photograph(browser, server, look, folder)
                finally:
                    server.stop()
        compose(browser, folder)


if __name__ == "__main__":
    main()
