"""The views that the page's program adds."""

from __future__ import annotations

import re

import pytest

from tests.page.cases import SENTENCE

NAMES = ["small", "deadlock", "several", "two-thousand", "hostile", "one-thread", "unnamed"]


@pytest.mark.parametrize("language", ["en", "zh_CN"])
@pytest.mark.parametrize("name", NAMES)
def test_every_view_opens_on_every_case(show, name, language):
    page = show(name, language)
    page.views()
    assert page.tab.locator("#broken").is_hidden()
    page.tab.locator(".grid .row").first.click()
    page.tab.wait_for_selector(".panel ol.frames, .panel p")
    assert page.text("#panel-title")


def test_the_graph_shows_causes_and_opens_what_stands_in_a_box(show):
    page = show("small")
    waits = page.view("waits")
    boxes = waits.locator(".node")
    labels = boxes.evaluate_all("all => all.map(each => each.textContent + each.getAttribute('aria-description'))")
    assert any("10 threads of MariaDB thread pool" in label and "critical" in label for label in labels)
    assert any("waits for 10 × an InnoDB row lock" in label for label in labels)
    waits.locator(".node.critical").first.focus()
    page.tab.keyboard.press("Enter")
    page.tab.wait_for_selector("#waits [role=status] a")
    assert waits.locator("[role=status] a").count() == 10
    waits.locator("[role=status] a").first.click()
    page.tab.wait_for_selector(".panel")
    assert re.search(r"#lwp-178\d\d$", page.tab.url)


def test_the_graph_zooms_and_moves_by_keys_and_by_the_mouse(show):
    page = show("small")
    waits = page.view("waits")
    place = waits.locator(".graph svg > g")
    before = place.get_attribute("transform")
    waits.locator(".graph svg").focus()
    page.tab.keyboard.press("+")
    zoomed = place.get_attribute("transform")
    page.tab.keyboard.press("ArrowRight")
    moved = place.get_attribute("transform")
    assert len({before, zoomed, moved}) == 3
    box = waits.locator(".graph").bounding_box()
    page.tab.mouse.move(box["x"] + 20, box["y"] + 20)
    page.tab.mouse.down()
    page.tab.mouse.move(box["x"] + 120, box["y"] + 80)
    page.tab.mouse.up()
    assert place.get_attribute("transform") != moved
    waits.get_by_text("fit").click()
    assert place.get_attribute("transform") == before


def test_the_matrix_finds_any_frame_of_any_snapshot(show):
    page = show("two-thousand")
    matrix = page.view("matrix")
    field = matrix.locator("input[type=search]")
    field.fill("handler_300::")
    assert matrix.locator("p[role=status]").inner_text() == "1 thread of 2,000"
    assert "Handler_300::" in matrix.locator(".row mark").first.inner_text()
    field.fill("Ledger::transfer")
    assert matrix.locator("p[role=status]").inner_text() == "1,200 threads of 2,000"
    field.fill("no such frame")
    assert "Nothing matches." in matrix.locator("p[role=status]").inner_text()


def test_the_matrix_filters_and_sorts(show):
    page = show("two-thousand")
    matrix = page.view("matrix")
    matrix.locator("select").first.select_option("progressing")
    assert "of 2,000" in matrix.locator("p[role=status]").inner_text()
    matrix.locator("select").first.select_option("")
    head = matrix.get_by_role("columnheader").first
    head.get_by_role("button").click()
    assert head.get_attribute("aria-sort") == "ascending"
    assert matrix.locator(".row").first.inner_text().startswith("10001")
    head.get_by_role("button").click()
    assert matrix.locator(".row").first.inner_text().startswith("12000")


def test_the_matrix_goes_by_keys(show):
    page = show("two-thousand")
    page.view("matrix")
    grid = page.tab.locator(".grid")
    grid.focus()
    for _ in range(3):
        page.tab.keyboard.press("ArrowDown")
    assert grid.get_attribute("aria-activedescendant") == "row-3"
    page.tab.keyboard.press("End")
    page.tab.wait_for_selector("#row-1999")
    assert grid.get_attribute("aria-activedescendant") == "row-1999"
    page.tab.keyboard.press("Enter")
    page.tab.wait_for_selector(".panel")
    assert page.tab.evaluate("document.activeElement.id") == "panel-title"
    page.tab.keyboard.press("Escape")
    page.tab.wait_for_selector(".panel", state="detached")
    assert page.tab.evaluate("document.activeElement.getAttribute('role')") == "grid"


def test_the_calls_are_a_tree_that_goes_by_keys(show):
    page = show("two-thousand")
    calls = page.view("calls")
    tree = calls.locator("[role=tree]")
    assert "all 2,000 threads" in tree.inner_text()
    tree.locator("[role=treeitem]").first.focus()
    page.tab.keyboard.press("ArrowDown")
    chosen = tree.locator("[aria-selected=true]").first
    assert "clone" in chosen.inner_text()
    page.tab.keyboard.press("ArrowLeft")
    assert tree.locator("[aria-selected=true]").first.get_attribute("aria-expanded") == "false"
    page.tab.keyboard.press("ArrowRight")
    page.tab.keyboard.press("ArrowRight")
    assert "start_thread" in tree.locator("[aria-selected=true]").first.inner_text()
    page.tab.keyboard.press("Enter")
    page.tab.keyboard.press("Escape")
    assert tree.locator("[aria-selected=true]").first.inner_text().lstrip("▾▸ ").startswith("all")


def test_two_snapshots_are_compared_call_by_call(show):
    page = show("two-thousand")
    calls = page.view("calls")
    calls.get_by_label("against snapshot").select_option("0")
    assert "2,000 threads, before: 2,000" in calls.locator("[role=tree]").inner_text()


def test_the_icicle_is_drawn(show):
    page = show("small")
    calls = page.view("calls")
    colors = calls.locator("canvas").evaluate(
        "canvas => new Set(new Uint32Array(canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data.buffer)).size"
    )
    assert colors > 10
    box = calls.locator("canvas").bounding_box()
    page.tab.mouse.click(box["x"] + 30, box["y"] + 3 * 19 + 8)
    assert calls.locator("[aria-selected=true]").count() == 1


def test_a_thread_has_its_stack_its_reasons_and_its_lines(show):
    page = show("small", anchor="#lwp-17870")
    panel = page.tab.locator(".panel")
    page.tab.wait_for_selector(".panel pre")
    text = panel.inner_text()
    assert "LWP 17870 mariadbd" in text
    assert "inside the wait: 4 frames" in text
    assert "start of the thread: 2 frames" in text
    assert "by the rule mariadb.row-lock" in text, "the words of --explain"
    assert re.search(r"30\s+Thread \d+ \(Thread 0x\w+ \(LWP 17870\)", text), "its lines with their numbers"
    panel.get_by_text("inside the wait").click()
    assert "futex_abstimed_wait_common" in panel.locator("ol.frames").inner_text()


def test_a_thread_that_the_case_does_not_have_is_told(show):
    page = show("small", anchor="#lwp-99999")
    panel = page.tab.locator(".panel")
    panel.wait_for()
    assert "This case has no thread lwp-99999." in panel.inner_text()
    page.tab.keyboard.press("Escape")
    assert panel.count() == 0
    assert "#" not in page.tab.url


def test_a_thread_says_the_words_of_explain(show, run_stackan):
    page = show("small", anchor="#lwp-17870")
    page.tab.wait_for_selector(".panel pre")
    wanted = run_stackan("analyze", "--explain", "17870", "examples/mariadb-pool-exhausted")
    said = page.tab.locator(".panel pre").first.inner_text()
    assert " ".join(said.split()) == " ".join(wanted.split())


def test_a_thread_can_be_copied_as_text(show):
    page = show("small", anchor="#lwp-17870", permissions=["clipboard-read", "clipboard-write"])
    page.tab.wait_for_selector(".panel pre")
    page.tab.get_by_text("copy as text").click()
    page.tab.wait_for_selector(".panel [role=status]:not(:empty)")
    copied = page.tab.evaluate("navigator.clipboard.readText()")
    assert copied.startswith("LWP 17870 mariadbd\n")
    assert "lock_wait" in copied


def test_a_copy_without_the_browsers_clipboard_leaves_the_keys_where_they_were(show):
    page = show("small", anchor="#lwp-17870")
    page.tab.evaluate("Object.defineProperty(navigator, 'clipboard', { value: undefined })")  # as on a server without TLS
    page.tab.locator(".panel button").first.focus()
    page.tab.keyboard.press("Enter")
    page.tab.wait_for_function("document.querySelector('.panel [role=status]').innerText == 'copied'")
    page.tab.keyboard.press("Escape")
    assert page.tab.locator(".panel").count() == 0


def test_escape_closes_a_thread_after_a_click_on_its_text(show):
    page = show("small", anchor="#lwp-17870")
    page.tab.locator(".panel > p").first.click()
    page.tab.keyboard.press("Escape")
    assert page.tab.locator(".panel").count() == 0


def test_what_a_terminal_would_obey_is_copied_as_an_escape(show):
    page = show("hostile", anchor="#lwp-501", permissions=["clipboard-read", "clipboard-write"])
    page.tab.wait_for_selector(".panel pre")
    page.tab.get_by_text("copy as text").click()
    page.tab.wait_for_selector(".panel [role=status]:not(:empty)")
    copied = page.tab.evaluate("navigator.clipboard.readText()")
    assert SENTENCE.encode("unicode_escape").decode() in copied
    assert copied.replace("\n", "").isprintable()


def test_an_address_names_a_thread_and_survives_a_reload(show):
    page = show("small", anchor="#lwp-17816")
    page.tab.wait_for_selector(".panel")
    assert "LWP 17816" in page.text("#panel-title")
    page.tab.reload()
    page.wait()
    page.tab.wait_for_selector(".panel")
    assert "LWP 17816" in page.text("#panel-title")
    page.tab.get_by_role("button", name="close").click()
    assert "#" not in page.tab.url
    page.tab.go_back()
    page.tab.wait_for_selector(".panel")


def test_an_address_names_a_finding(show):
    page = show("small", anchor="#finding-1", reduced_motion="reduce")
    assert page.tab.locator(":target").get_attribute("id") == "finding-1"
    top = page.tab.locator("#finding-1").bounding_box()["y"]
    assert 0 <= top < 500


def test_without_the_browsers_own_unpacking_the_program_brings_one(browser, page_of):
    context = browser.new_context()
    tab = context.new_page()
    tab.add_init_script("delete window.DecompressionStream")
    tab.goto(f"file://{page_of('small')}")
    tab.wait_for_selector("html[data-ready]")
    context.close()


def test_where_the_data_are_damaged_the_page_says_so_and_stays(browser, page_of, tmp_path):
    text = page_of("small").read_text(encoding="utf-8")
    broken = tmp_path / "broken.html"
    broken.write_text(re.sub(r'(id="data-case">).{200}', r"\1", text), encoding="utf-8")
    context = browser.new_context()
    tab = context.new_page()
    tab.goto(f"file://{broken}")
    tab.wait_for_selector("#broken:visible")
    assert "cannot be unpacked" in tab.locator("#broken").inner_text()
    assert "all 10 workers" in tab.locator("h1").inner_text()
    context.close()


def test_two_thousand_threads_are_in_all_views(show):
    page = show("two-thousand")
    page.views()
    assert page.tab.locator("#matrix p[role=status]").inner_text() == "2,000 threads of 2,000"
    assert page.tab.locator(".grid").get_attribute("aria-rowcount") == "2001"
    assert "all 2,000 threads" in page.text("#calls [role=tree]")
    assert page.tab.locator("#waits .node").count() > 0


# -- names of threads


@pytest.mark.parametrize(
    ("name", "mark", "label"),
    [
        ("deadlock", "0x4e17", "LWP 0x4e17 transfer-1"),
        ("numbered", "1", "goroutine 1"),
        ("debugger", "#1", "thread #1 (LWP 26273) main thread"),
    ],
)
def test_a_thread_is_called_what_its_dump_calls_it(show, name, mark, label):
    page = show(name)
    matrix = page.view("matrix")
    matrix.locator("input[type=search]").fill(mark)
    row = matrix.locator(".row").filter(has=page.tab.get_by_text(mark, exact=True)).first
    assert row.locator("[role=gridcell]").first.inner_text() == mark
    row.click()
    page.tab.wait_for_selector(".panel")
    assert page.tab.locator("#panel-title").text_content() == label
    written = page.tab.locator("#stacks .numbers").evaluate_all("all => all.flatMap(each => each.textContent.split(/\\s+/))")
    assert mark in written


@pytest.mark.parametrize("wanted", ["0x4e17", "4E17"])
def test_the_search_takes_a_number_as_the_dump_prints_it(show, wanted):
    matrix = show("deadlock").view("matrix")
    matrix.locator("input[type=search]").fill(wanted)
    assert matrix.locator(".row [role=gridcell]:first-child").all_inner_texts() == ["0x4e17"]


def test_the_search_takes_the_kernels_number_of_a_thread_with_one_of_its_own(show):
    matrix = show("debugger").view("matrix")
    matrix.locator("input[type=search]").fill("26284")
    assert matrix.locator(".row [role=gridcell]:first-child").all_inner_texts() == ["#5"]


@pytest.mark.parametrize(
    ("wanted", "threads"), [("0xffd462c0", {"0x4e17", "0x4e18"}), ("<Java.Lang.Object>", {"0x4e17", "0x4e18", "0x4e24", "0x4e25"})]
)
def test_the_search_takes_a_lock_by_its_address_and_finds_who_waits_for_it_or_holds_it(show, wanted, threads):
    matrix = show("deadlock").view("matrix")
    matrix.locator("input[type=search]").fill(wanted)
    assert set(matrix.locator(".row [role=gridcell]:first-child").all_inner_texts()) == threads


# -- what is too much for a page


def test_a_deep_stack_shows_both_ends_and_its_middle_when_asked(show):
    page = show("deep", anchor="#lwp-70")
    page.tab.wait_for_selector(".panel ol.frames")
    frames = page.tab.locator(".panel ol.frames")
    assert frames.locator("li").count() < 500
    assert "between these: 99,6" in frames.inner_text()
    assert "worker_main" in frames.inner_text()
    assert len(page.text(".panel")) < 200_000, "its reasons and its lines are no longer either"
    frames.get_by_text("between these").click()
    assert "between these: 97,6" in frames.inner_text()
    assert 2000 < frames.locator("li").count() < 3000
    calls = page.view("calls")
    assert "Of 1 stack the tree has the outermost frames only." in calls.inner_text()


def test_calls_that_are_not_listed_are_counted_and_come_when_asked(show):
    page = show("wide")
    tree = page.view("calls").locator("[role=tree]")
    assert tree.locator("[role=treeitem]").last.inner_text().endswith("... 140 more")
    tree.locator("[role=treeitem]").last.click()
    assert tree.locator("[role=treeitem]").last.inner_text().endswith("... 80 more")
    for _ in range(2):
        page.tab.keyboard.press("End")
        page.tab.keyboard.press("Enter")
    assert "more" not in tree.locator("[role=treeitem]").last.inner_text()
    assert sum("entry_" in each for each in tree.locator("[role=treeitem] > span:first-child").all_inner_texts()) == 200


def test_a_link_from_a_thread_to_a_finding_is_one_step_of_the_history(show):
    page = show("small", anchor="#lwp-17870")
    page.tab.wait_for_selector(".panel")
    before = page.tab.evaluate("history.length")
    page.tab.locator(".panel a[href='#finding-1']").click()
    page.tab.wait_for_selector(".panel", state="detached")
    assert page.tab.url.endswith("#finding-1")
    assert page.tab.evaluate("history.length") == before + 1
    page.tab.go_back()
    page.tab.wait_for_selector(".panel")
    assert "17870" in page.text("#panel-title")


def test_a_snapshot_has_its_time(show):
    page = show("dated")
    calls = page.view("calls")
    assert "2024-05-12T11:35:00" in calls.locator("select").last.inner_text()
    page.view("matrix").locator(".row").first.click()
    page.tab.wait_for_selector(".panel")
    assert "2024-05-12T11:30:00" in page.text(".panel")


def test_threads_that_do_not_stand_as_text_are_links_of_the_program(show):
    page = show("two-thousand")
    links = page.tab.locator("a[data-thread]")
    assert links.count() > 0
    links.first.click()
    page.tab.wait_for_selector(".panel")


def test_a_hundred_thousand_threads_open_scroll_and_are_searched(show):
    page = show("hundred-thousand")
    matrix = page.view("matrix")
    assert matrix.locator("p[role=status]").inner_text() == "100,000 threads of 100,000"
    matrix.locator("input[type=search]").fill("Handler_1900")
    page.tab.wait_for_selector(".row mark")
    assert matrix.locator("p[role=status]").inner_text() == "50 threads of 100,000"
    matrix.locator("input[type=search]").fill("")
    grid = page.tab.locator(".grid")
    most = grid.evaluate(
        """async grid => {
            let most = 0;
            for (let at = 0; at < 60; at++) {
                grid.scrollTop = at * 40000;
                await new Promise(requestAnimationFrame);
                most = Math.max(most, grid.querySelectorAll(".row").length);
            }
            return most;
        }"""
    )
    assert 10 < most < 100, "rows out of sight are not there"
    page.view("calls")
    page.view("waits")
    page.go("#lwp-60000")
    page.wait()
    page.tab.wait_for_selector(".panel")
    assert "carries the reasons of the gravest only" in page.text(".panel"), "it says what it leaves out"
    assert page.path.stat().st_size < 8_000_000
