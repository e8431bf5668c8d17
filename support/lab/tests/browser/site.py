"""Looks at the exported site in a browser that has no network: every page, light and dark.

No error on the console, no request to anywhere, no serious or critical violation that axe-core finds, every link leads
somewhere, every figure has a description, no page above 1.5 MB, the button copies the code, and the links between pages
are not printed. Prints a line for each page, and every complaint.
"""

import sys
from pathlib import Path
from urllib.parse import unquote, urlsplit

import axe_playwright_python
from playwright.sync_api import sync_playwright

import chromium

MOST_BYTES = 1_500_000
AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")

# What a figure says in words: its label, or what is written inside it.
DESCRIPTIONS = """figures => figures.map(
    one => one.getAttribute('aria-label') || one.querySelector('desc, title')?.textContent || ''
)"""


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


def open_page(context, file):
    """Opens a page, and returns it with a list to which it adds errors and requests as they come."""
    page, heard = context.new_page(), []
    page.on("console", lambda message: message.type == "error" and heard.append(message.text))
    page.on("pageerror", lambda error: heard.append(str(error)))
    page.on(
        "request",
        lambda request: request.url.startswith(("file:", "data:")) or heard.append(f"asks for {request.url}"),
    )
    page.goto(file.as_uri())
    return page, heard


def complaints(page, file, pages, heard):
    if file.stat().st_size > MOST_BYTES:
        yield f"{file.stat().st_size} bytes"
    page.evaluate(AXE)
    for violation in page.evaluate("axe.run()")["violations"]:
        if violation["impact"] in ("serious", "critical"):
            first = violation["nodes"][0]
            yield f"axe: {violation['id']}: {len(violation['nodes'])} times, first {first['html'][:120]}"
    yield from links(page, file, pages)
    for label in page.eval_on_selector_all("svg[role=img]", DESCRIPTIONS):
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


def look(context, file, pages, scheme, picture):
    """Everything that is wrong with a page; leaves a picture of it."""
    page, heard = open_page(context, file)
    found = list(complaints(page, file, pages, heard))
    if scheme == "light" and page.locator(".lab-copy").count() and not copies(page):
        found.append("the button does not copy the code")
    page.evaluate("scrollTo(0, 0)")
    page.screenshot(path=picture)
    page.emulate_media(media="print")
    if page.locator(".lab-pages").first.is_visible():
        found.append("the links between pages would be printed")
    page.close()
    return found


def main():
    parser = chromium.arguments(__doc__)
    parser.add_argument("--site", required=True, type=Path)
    options = parser.parse_args()
    site = options.site.resolve()
    pages = sorted(site.rglob("*.html"))
    wrong = [] if pages else ["there are no pages"]
    with sync_playwright() as playwright:
        browser = chromium.launch(playwright, options)
        for scheme in ("light", "dark"):
            context = browser.new_context(color_scheme=scheme, offline=True, viewport={"width": 1100, "height": 900})
            context.grant_permissions(["clipboard-read", "clipboard-write"])
            for file in pages:
                picture = options.screenshots / f"{file.stem}-{file.parent.name}-{scheme}.png"
                found = look(context, file, pages, scheme, picture)
                name = f"{file.relative_to(site)} ({scheme})"
                print(f"{name}: {file.stat().st_size // 1000} kB, {len(found)} complaints", flush=True)
                wrong += [f"{name}: {what}" for what in found]
            context.close()
        browser.close()
    for line in wrong:
        print(line, file=sys.stderr)
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
