"""Looks at the exported site in a browser that has no network: every page, light and dark.

No error on the console, no request to anywhere, no serious or critical violation that axe-core finds, every link leads
somewhere, every figure has a description, no page above 1.5 MB, and the button copies the code. Prints a line for each
page, and every complaint.
"""

import argparse
import os
import sys
from pathlib import Path
from urllib.parse import unquote, urlsplit

import axe_playwright_python
from playwright.sync_api import sync_playwright

MOST_BYTES = 1_500_000
AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")


def links(page, file, pages):
    """The links of a page that lead nowhere."""
    for link in page.eval_on_selector_all("a[href]", "all => all.map(one => one.href)"):
        parts = urlsplit(link)
        if parts.scheme != "file":
            continue
        target = Path(unquote(parts.path))
        if not target.exists():
            yield f"a link to {target}, which is not there"
        elif parts.fragment and target == file:
            # As a browser looks it up: as it is written, then decoded.
            names = [parts.fragment, unquote(parts.fragment)]
            if not page.evaluate("names => names.some(name => document.getElementById(name))", names):
                yield f"a link to #{parts.fragment}, which is not there"
        elif target.suffix == ".html" and target not in pages:
            yield f"a link out of the site, to {target}"


def complaints(page, file, pages, heard):
    if file.stat().st_size > MOST_BYTES:
        yield f"{file.stat().st_size} bytes"
    page.evaluate(AXE)
    for violation in page.evaluate("axe.run()")["violations"]:
        if violation["impact"] in ("serious", "critical"):
            first = violation["nodes"][0]
            yield f"axe: {violation['id']}: {len(violation['nodes'])} times, first {first['html'][:120]}"
    yield from links(page, file, pages)
    for label in page.eval_on_selector_all(
        "svg[role=img]",
        "all => all.map(one => one.getAttribute('aria-label') || one.querySelector('desc, title')?.textContent || '')",
    ):
        if not label.strip():
            yield "a figure without a description"
    yield from heard


def copies(page):
    """Whether the first button copies the code of its cell."""
    editor = page.locator(".jp-InputArea-editor").first
    editor.hover()
    editor.get_by_role("button", name="Copy").click()
    copied = page.evaluate("navigator.clipboard.readText()")
    return copied.strip() == editor.locator("pre").text_content().strip()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--site", required=True, type=Path)
    parser.add_argument("--chromium", required=True)
    parser.add_argument("--screenshots", required=True, type=Path)
    options = parser.parse_args()
    site = options.site.resolve()
    pages = sorted(site.rglob("*.html"))
    wrong = [] if pages else ["there are no pages"]
    options.screenshots.mkdir(parents=True, exist_ok=True)
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=options.chromium, args=sandbox)
        for scheme in ("light", "dark"):
            context = browser.new_context(color_scheme=scheme, offline=True, viewport={"width": 1100, "height": 900})
            context.grant_permissions(["clipboard-read", "clipboard-write"])
            for file in pages:
                page = context.new_page()
                heard = []
                page.on("console", lambda message: message.type == "error" and heard.append(message.text))
                page.on("pageerror", lambda error: heard.append(str(error)))
                page.on(
                    "request",
                    lambda request: (
                        request.url.startswith(("file:", "data:")) or heard.append(f"asks for {request.url}")
                    ),
                )
                page.goto(file.as_uri())
                name = file.relative_to(site)
                found = [f"{name} ({scheme}): {what}" for what in complaints(page, file, pages, heard)]
                if scheme == "light" and page.locator(".lab-copy").count() and not copies(page):
                    found.append(f"{name}: the button does not copy the code")
                page.evaluate("scrollTo(0, 0)")
                page.screenshot(path=options.screenshots / f"{file.stem}-{file.parent.name}-{scheme}.png")
                page.emulate_media(media="print")
                if page.locator(".lab-pages").first.is_visible():
                    found.append(f"{name}: the links between pages would be printed")
                print(f"{name} ({scheme}): {file.stat().st_size // 1000} kB, {len(found)} complaints", flush=True)
                wrong += found
                page.close()
            context.close()
        browser.close()
    for line in wrong:
        print(line, file=sys.stderr)
    sys.exit(bool(wrong))


main()
