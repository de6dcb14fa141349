"""The connections page in a browser: what a person has unfolded stays so while the page refreshes itself."""

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.demo import Demo
from tests.e2e.test_demo import sign_in

pytestmark = pytest.mark.xdist_group("browser")


@pytest.mark.parametrize("width", [1280, 390])
def test_calls_that_are_left_are_folded_and_stay_as_they_are(page: Page, demo: Demo, width: int) -> None:
    sign_in(page, demo)
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(f"{demo.now['desk']}connections")
    calls = page.locator("article", has=page.get_by_role("heading", name="amazon", exact=True)).locator(".calls")
    for unfolded in (True, False):
        calls.locator("summary").click()
        with page.expect_response(lambda answer: answer.request.headers.get("hx-request") == "true"):
            pass
        expect(calls.get_by_text("create-feed")).to_be_visible(visible=unfolded)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
