"""What the page does with the focus, on a page with nothing else on it."""

from pathlib import Path

import pytest

import allocation.dashboard

SCRIPT = Path(allocation.dashboard.__file__).parent / "static" / "page" / "focus.js"
PAGE = """<!doctype html>
<div id=page>
  <div class=widget-html-content id=changes></div>
  <button>Save</button>
  <div class=widget-html-content id=done></div>
</div>
<div id=spoken></div>
<script type=module>
  import { keepFocus } from "./focus.js";
  keepFocus(document.getElementById("page"), document.getElementById("spoken"));
  globalThis.kernel = (state) => {
    document.body.dataset.kernelState = state;
    dispatchEvent(new Event("allocation:kernel"));
  };
  globalThis.frames = async (count) => {
    for (let frame = 0; frame < count; frame += 1) await new Promise(requestAnimationFrame);
  };
  globalThis.say = (place, text) => {
    document.getElementById(place).innerHTML = `<p role=status>${text}</p>`;
  };
</script>"""


@pytest.fixture
def page(browser):
    page = browser.new_page()
    page.route("**/page.html", lambda route: route.fulfill(body=PAGE, content_type="text/html"))
    page.route("**/focus.js", lambda route: route.fulfill(path=SCRIPT, content_type="text/javascript"))
    page.goto("http://page.invalid/page.html")
    # The room is entered: what it says from now on is news.
    page.evaluate("async () => { kernel('idle'); await frames(4); }")
    yield page
    page.close()


@pytest.mark.parametrize("takes", [0, 350])
@pytest.mark.parametrize("before", [0, 100, 260, 270, 280, 290, 300])
def test_the_focus_goes_to_what_was_done_though_something_else_waits_to_be_read_out(page, before, takes):
    page.evaluate("say('changes', '1 unsaved change')")
    page.get_by_role("button").focus()
    page.wait_for_timeout(before)
    page.evaluate("kernel('busy'); say('done', 'Saved.')")
    page.wait_for_timeout(takes)
    page.evaluate(
        "document.querySelector('button').disabled = true; say('changes', 'Nothing is unsaved.'); kernel('idle')"
    )
    page.wait_for_function("document.activeElement.matches('[role=status]')")
    assert page.evaluate("document.activeElement.innerText") == "Saved."
    page.wait_for_function("document.getElementById('spoken').innerText.includes('Nothing is unsaved.')")
    assert "Saved." not in page.evaluate("document.getElementById('spoken').innerText")
