"""A reviewer in training: what waits says so, and after submitting the gold stands beside the work."""

from pathlib import Path


def test_a_training_document_is_submitted_and_stands_beside_its_gold(visit):
    slug, _, session, _, shut, _ = visit.server.run((Path(__file__).parent / "taught.py").read_text()).split()
    page = visit.page
    page.context.add_cookies([{"name": "sessionid", "value": session, "url": visit.server.address}])
    visit.expect("409")
    page.goto(f"{visit.server.address}/assignments/{shut}/")
    page.get_by_role("link", name="Go on with the training").click()
    page.wait_for_selector("body[data-ready]")
    for key in ("s", "j", "1", "Shift+Digit3", "Escape", "Escape"):
        page.keyboard.press(key)
    visit.saved()
    page.get_by_role("button", name="Submit", exact=True).click()
    page.get_by_role("button", name="Submit and lock").click()
    page.get_by_role("link", name="Your work beside the gold").click()
    page.get_by_role("heading", name="Your work beside the gold").wait_for()
    assert page.get_by_text("all training documents there are have been read").is_visible()
    page.get_by_role("link", name="Your documents").click()
    waiting = page.get_by_role("group").filter(has_text="Open after the training")
    waiting.wait_for()
    assert waiting.get_by_role("listitem").count() == 3
    assert not waiting.get_by_role("link").count()
    assert slug.startswith("taught")
