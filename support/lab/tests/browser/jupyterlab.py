"""Uses the lab in JupyterLab as a learner does, in a browser, and leaves the notebooks as they are: nothing is saved.

JupyterLab is started by the command of the README. A solution is run: figures and verdict. An exercise gets a wrong
answer and says why it is wrong, then a right one and passes. The kernel is restarted, and a cell without end is
interrupted. The start page shows what is solved. A cell that fails stops a run of all cells, and an interrupt of one
that awaits keeps variables. Tab and Shift+Tab help to write. Then the solution is run again in the dark.
"""

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import expect, sync_playwright

import chromium

TOKEN = "browser-tests"
SOLUTION = "solutions/1_first_async_function.ipynb"
EXERCISE = "exercises/1_first_async_function.ipynb"
KERNEL = {"name": "async-lab", "display_name": "Rust (async lab)", "language": "rust"}

BLOCKS = """async fn fetch(id: u32) -> String {
    println!("Fetching data{id}...");
    std::thread::sleep(STEP);
    println!("Got data{id}");
    format!("data{id}")
}"""
WAITS = BLOCKS.replace("std::thread::sleep(STEP);", "tokio::time::sleep(STEP).await;")
TOGETHER = """async fn fetch_all(ids: Vec<u32>) -> Vec<String> {
    futures::future::join_all(ids.into_iter().map(fetch)).await
}"""

# What a failing cell holds, and the name of its failure.
FAILING = {"no_such_name": "no_such_name", 'panic!("on purpose")': "on purpose", '"x".parse::<u8>()?;': "invalid digit"}

# What a cell defines before another asks for help.
DEFINED = """use support::timeline::Timeline;
/// Adds one, and says so.
///
/// ```
/// # let hidden = 1;
/// assert_eq!(add_one(1), 2);
/// ```
fn add_one(number: i32) -> i32 { number + 1 }
/// Doubles what it is given.
macro_rules! double { ($value:expr) => { $value * 2 } }
let timeline = Timeline::new(); let word = String::from("a"); let wording = 1;"""

SETTINGS = {
    # What is typed here is not for the learner's notebooks.
    "docmanager-extension/plugin": {"autosave": False},
    # Every cell is in the page, also those out of sight.
    "notebook-extension/tracker": {"windowingMode": "none"},
}


class Server:
    """JupyterLab, as `cargo lab` starts it; it ends with the test, and by itself when nobody asks any more."""

    def __init__(self, lab, notebooks, scratch):
        for name, values in SETTINGS.items():
            file = scratch / "settings/@jupyterlab" / f"{name}.jupyterlab-settings"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(json.dumps(values), encoding="utf-8")
        environment = os.environ | {
            "JUPYTERLAB_SETTINGS_DIR": str(scratch / "settings"),
            "JUPYTERLAB_WORKSPACES_DIR": str(scratch / "workspaces"),
            "LAB_PROGRESS": str(scratch / "progress.json"),
        }
        command = [lab, "open", "--", "--no-browser", "--ServerApp.port=0", "--ServerApp.port_retries=50"]
        command += [f"--IdentityProvider.token={TOKEN}", "--ServerApp.shutdown_no_activity_timeout=600"]
        # Without what a learner wrote into the checkout's own.
        command += [f"--ServerApp.root_dir={notebooks}"]
        self.log = scratch / "jupyterlab.log"
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(command, env=environment, stdout=log, stderr=log, start_new_session=True)
        self.url = None

    def wait(self, runtime):
        known = runtime / f"jpserver-{self.process.pid}.json"
        while not known.exists():
            if self.process.poll() is not None:
                sys.exit(f"JupyterLab ended:\n{self.said()}")
            time.sleep(0.2)
        self.url = json.loads(known.read_text(encoding="utf-8"))["url"]

    def said(self):
        return self.log.read_text(encoding="utf-8", errors="replace")[-3000:]

    def ask(self, method, path, body=None):
        request = urllib.request.Request(
            f"{self.url}{path}",
            method=method,
            headers={"Authorization": f"token {TOKEN}"},
            data=body and json.dumps(body).encode(),
        )
        with urllib.request.urlopen(request) as answer:
            text = answer.read()
        return json.loads(text) if text else None

    def end_kernels(self):
        for session in self.ask("GET", "api/sessions"):
            self.ask("DELETE", f"api/sessions/{session['id']}")

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()


class Notebook:
    """A notebook that is open in the browser."""

    def __init__(self, page, server, path):
        self.page = page
        page.goto(f"{server.url}lab/tree/{path}?token={TOKEN}&reset")
        self.panel = page.locator(".jp-NotebookPanel:not(.lm-mod-hidden)")
        self.cells = self.panel.locator(".jp-CodeCell")
        expect(self.cells.first).to_be_visible(timeout=60_000)
        self.idle()

    def idle(self):
        # Before a kernel is there, the indicator says idle too; the status bar names the kernel.
        bar = self.page.locator("#jp-main-statusbar")
        expect(bar).to_contain_text("Rust (async lab) | Idle", timeout=180_000)

    def menu(self, menu, item):
        self.page.get_by_role("menuitem", name=menu, exact=True).click()
        self.page.locator(".lm-Menu-item").filter(has_text=item).first.click()

    def done(self, seconds=60):
        """Waits until every cell has run."""
        # Until then, the last cell may show its number of the run before.
        self.page.wait_for_timeout(500)
        expect(self.cells.last.locator(".jp-InputArea-prompt")).to_contain_text(
            re.compile(r"\d"), timeout=seconds * 1000
        )
        self.idle()

    def run_all(self):
        self.menu("Run", "Run All Cells")
        self.done()

    def restart_and_run_all(self):
        self.menu("Kernel", "Restart Kernel and Run All Cells")
        self.page.locator(".jp-Dialog").locator(".jp-mod-accept").click()
        self.page.wait_for_timeout(1000)
        self.done()

    def cell(self, text):
        return self.cells.filter(has=self.page.locator(".jp-InputArea", has_text=text)).first

    def write(self, cell, text):
        """Replaces what a cell holds."""
        cell.locator(".cm-content").click()
        self.page.keyboard.press("Control+a")
        self.page.keyboard.insert_text(text)

    def add(self, text):
        """Adds a cell at the end and starts it."""
        self.cells.last.locator(".jp-InputPrompt").click()
        self.page.keyboard.press("Escape")
        self.page.keyboard.press("b")
        self.write(self.cells.last, text)
        self.page.keyboard.press("Shift+Enter")
        # Beyond the last cell there is a new one.
        return self.cells.filter(has=self.page.locator(".jp-InputArea", has_text=text)).first

    def outputs(self):
        return self.panel.locator(".jp-OutputArea")

    def shows(self, text, seconds=60):
        expect(self.outputs().filter(has_text=text).last).to_be_visible(timeout=seconds * 1000)

    def picture(self, name, at=None):
        if at is not None:
            at.scroll_into_view_if_needed()
            self.page.wait_for_timeout(500)
        self.page.screenshot(path=name)


def solution(page, server, screenshots, name):
    notebook = Notebook(page, server, SOLUTION)
    notebook.run_all()
    notebook.shows("Passed")
    figures = notebook.outputs().locator("[role=img]")
    assert figures.count() >= 5, f"{figures.count()} figures"
    notebook.picture(screenshots / f"jupyterlab-{name}-figure.png", figures.first)
    notebook.picture(screenshots / f"jupyterlab-{name}-verdict.png", notebook.outputs().filter(has_text="Passed").last)
    return notebook


def exercise(page, server, screenshots):
    notebook = Notebook(page, server, EXERCISE)
    notebook.write(notebook.cell("async fn fetch(id: u32)"), BLOCKS)
    notebook.write(notebook.cell("async fn fetch_all(ids"), TOGETHER)
    notebook.run_all()
    notebook.shows("blocks-thread")
    verdict = notebook.outputs().filter(has_text="blocks-thread").last
    assert "Passed" not in verdict.inner_text()
    notebook.picture(screenshots / "jupyterlab-wrong-answer.png", verdict)

    notebook.write(notebook.cell("async fn fetch(id: u32)"), WAITS)
    notebook.run_all()
    notebook.shows("Passed")
    notebook.picture(screenshots / "jupyterlab-right-answer.png", notebook.outputs().filter(has_text="Passed").last)

    notebook.restart_and_run_all()
    notebook.shows("Passed")

    endless = notebook.add("loop { std::thread::sleep(STEP); }")
    expect(endless.locator(".jp-InputArea-prompt")).to_contain_text("[*]")
    page.wait_for_timeout(3000)
    notebook.menu("Kernel", "Interrupt Kernel")
    expect(endless.locator(".jp-InputArea-prompt")).not_to_contain_text("[*]", timeout=60_000)
    after = notebook.add("6 * 7")
    expect(after.locator(".jp-OutputArea")).to_contain_text("42", timeout=60_000)
    notebook.picture(screenshots / "jupyterlab-interrupted.png", after)


def start(page, server, screenshots):
    notebook = Notebook(page, server, "start_here.ipynb")
    notebook.run_all()
    rows = notebook.outputs().locator("tbody tr")
    solved = [row for row in rows.all_inner_texts() if "✓ solved" in row]
    assert len(solved) == 1, rows.all_inner_texts()
    assert Path(EXERCISE).stem in solved[0], solved
    notebook.picture(screenshots / "jupyterlab-progress.png", rows.first)


@contextmanager
def of_cells(page, server, path, sources):
    """A new notebook of such cells, open, for as long as it is used."""
    cells = [
        {
            "cell_type": "code",
            "id": f"cell-{place}",
            "metadata": {},
            "source": source,
            "outputs": [],
            "execution_count": None,
        }
        for place, source in enumerate(sources)
    ]
    content = {"cells": cells, "metadata": {"kernelspec": KERNEL}, "nbformat": 4, "nbformat_minor": 5}
    server.ask("PUT", f"api/contents/{path}", {"type": "notebook", "content": content})
    try:
        yield Notebook(page, server, path)
    finally:
        server.ask("DELETE", f"api/contents/{path}")


def failures(page, server, screenshots):
    """Seven cells, of which the second fails."""
    sources = ["let kept = 41;", *[f'println!("cell {number}");' for number in range(2, 8)]]
    with of_cells(page, server, "seven-cells.ipynb", sources) as notebook:
        for code, words in FAILING.items():
            notebook.write(notebook.cells.nth(1), code)
            notebook.menu("Run", "Run All Cells")
            expect(notebook.cells.nth(1).locator(".jp-OutputArea")).to_contain_text(words, timeout=60_000)
            notebook.idle()
            for place in range(2, 7):
                cell = notebook.cells.nth(place)
                expect(cell.locator(".jp-InputArea-prompt")).to_have_text(re.compile(r"\[ \]"))
                assert "cell" not in cell.locator(".jp-OutputArea").inner_text(), f"{code}: a later cell has run"
        notebook.picture(screenshots / "jupyterlab-failed-run.png", notebook.cells.nth(1))
        awaits = notebook.add("std::future::pending::<()>().await;")
        expect(awaits.locator(".jp-InputArea-prompt")).to_contain_text("[*]")
        page.wait_for_timeout(3000)
        notebook.menu("Kernel", "Interrupt Kernel")
        expect(awaits.locator(".jp-OutputArea")).to_contain_text("interrupted while it awaited", timeout=60_000)
        after = notebook.add("kept + 1")
        expect(after.locator(".jp-OutputArea")).to_contain_text("42", timeout=60_000)
        notebook.picture(screenshots / "jupyterlab-cancelled.png", after)


def help_while_writing(page, server, screenshots):
    """Tab proposes what can be written, and Enter writes it; Shift+Tab shows what is known of a name."""
    with of_cells(page, server, "help.ipynb", [DEFINED, "1"]) as notebook:
        notebook.run_all()
        cell = notebook.cells.last
        editor, tooltip = cell.locator(".cm-content"), page.locator(".jp-Tooltip")
        proposals = page.locator(".jp-Completer")
        names = proposals.locator(".jp-Completer-match")

        def press(marked, key):
            """Writes code and presses a key where § stands in it."""
            before, after = marked.split("§")
            notebook.write(cell, before + after)
            for _ in after:
                page.keyboard.press("ArrowLeft")
            # Until then, JupyterLab takes Tab for an indent.
            expect(cell.locator(".jp-mod-completer-enabled")).to_have_count(1)
            page.keyboard.press(key)

        # The only name there is is written as it is, without arguments that nobody meant.
        for marked, name in {"add_o§": "add_one", 'println!("{}", wordi§': "wording"}.items():
            press(marked, "Tab")
            expect(names).to_have_text([name])
            expect(proposals).to_be_visible()
            page.keyboard.press("Enter")
            expect(editor).to_have_text(marked[: marked.rindex(name[0])] + name)
        # Of several, what can be used, methods first.
        for marked, proposed, refused in [
            ("timeline.§", "watch", "shared"),
            ("Vec::§", "with_capacity", "buf"),
            ("tokio::time::§", "sleep", "Clock"),
            ('println!("{}", wo§', "word", "world"),
        ]:
            press(marked, "Tab")
            expect(names.filter(has_text=re.compile(f"^{proposed}$"))).to_have_count(1)
            expect(names.filter(has_text=re.compile(f"^{refused}$"))).to_have_count(0)
            expect(proposals).not_to_contain_text("…")
            if marked == "timeline.§":
                notebook.picture(screenshots / "jupyterlab-proposals.png")
            page.keyboard.press("Escape")
        for marked, told in {
            "add§_one(1)": ["fn add_one(number: i32) -> i32", "Adds one, and says so."],
            "add_one(§)": ["fn add_one(number: i32) -> i32"],
            "dou§ble!(1)": ["double", "Doubles what it is given."],
            'print§ln!("{}", 1)': ["println", "standard output"],
            "support::timeline::rec§ord": ["async fn record", "Two naps at once"],
        }.items():
            press(marked, "Shift+Tab")
            for words in told:
                expect(tooltip).to_contain_text(words)
            # Lines of examples that only make them whole, and fields that nobody can use.
            for words in ["# let hidden", "# tokio", "shared:"]:
                expect(tooltip).not_to_contain_text(words)
            if "record" in told[0]:
                notebook.picture(screenshots / "jupyterlab-tooltip.png")
            page.keyboard.press("Escape")
            expect(tooltip).to_have_count(0)


def dark(page, server, screenshots):
    Notebook(page, server, SOLUTION)
    page.get_by_role("menuitem", name="Settings", exact=True).click()
    page.locator(".lm-Menu-item").filter(has_text="Theme").first.hover()
    page.locator(".lm-Menu-item").filter(has_text="JupyterLab Dark").first.click()
    page.wait_for_function("document.body.dataset.jpThemeLight === 'false'")
    solution(page, server, screenshots, "dark")


def main():
    parser = chromium.arguments(__doc__)
    parser.add_argument("--lab", required=True, help="the lab's command")
    parser.add_argument("--runtime", required=True, type=Path, help="where JupyterLab notes its address")
    parser.add_argument("--notebooks", required=True, help="the folder of the notebooks to use")
    options = parser.parse_args()
    pictures = options.screenshots
    with tempfile.TemporaryDirectory() as scratch, sync_playwright() as playwright:
        server = Server(options.lab, options.notebooks, Path(scratch))
        try:
            server.wait(options.runtime)
            browser = chromium.launch(playwright, options)
            context = browser.new_context(viewport={"width": 1280, "height": 900})
            context.set_default_timeout(60_000)
            page = context.new_page()
            # Leaving what is not saved is what we mean to do.
            page.on("dialog", lambda dialog: dialog.accept())
            heard = []
            page.on("pageerror", lambda error: heard.append(str(error)))
            for title, step in [
                ("a solution runs: figures and verdict", lambda: solution(page, server, pictures, "light")),
                ("an exercise: wrong, right, restarted, interrupted", lambda: exercise(page, server, pictures)),
                ("the start page shows the progress", lambda: start(page, server, pictures)),
                ("a failure stops the run, an interrupt keeps variables", lambda: failures(page, server, pictures)),
                ("names are proposed and explained", lambda: help_while_writing(page, server, pictures)),
                ("the dark theme", lambda: dark(page, server, pictures)),
            ]:
                began = time.monotonic()
                try:
                    step()
                except Exception:
                    page.screenshot(path=pictures / "jupyterlab-failed.png")
                    print(f"JupyterLab: {title}: failed; it said:\n{server.said()}", file=sys.stderr, flush=True)
                    raise
                print(f"JupyterLab: {title}: {time.monotonic() - began:.0f} s", flush=True)
                server.end_kernels()
            if heard:
                sys.exit(f"errors in the page: {heard}")
            browser.close()
        finally:
            server.stop()


if __name__ == "__main__":
    main()
