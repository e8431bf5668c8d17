"""Looks at the exported site in a browser that has no network: every page, light, dark, narrow and on paper.

No error on the console, no request to anywhere, no serious or critical violation that axe-core finds, every link leads
somewhere, every figure has a description, no page above 1 MB, nothing is wider than a narrow window but what scrolls,
the button copies the code, hints are open on paper, and the search finds what it should. Prints a line for each page,
and every complaint.
"""

import sys
from pathlib import Path
from urllib.parse import unquote, urlsplit

import axe_playwright_python
from playwright.sync_api import Error, sync_playwright

import chromium

MOST_BYTES = 1_000_000
WIDE, NARROW = {"width": 1300, "height": 900}, {"width": 390, "height": 844}

# A word, and a page that the search must find for it.
SEARCHED = ("JoinSet", "concurrent_tasks.html")
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


def complaints(page, file, pages, heard, rules):
    if file.stat().st_size > MOST_BYTES:
        yield f"{file.stat().st_size} bytes"
    page.evaluate(AXE)
    # From disk, a page may not read its own style sheets, as axe would to look for what a turned screen changes.
    options = {"preload": False, "resultTypes": ["violations"], "rules": rules}
    for violation in page.evaluate("options => axe.run(options)", options)["violations"]:
        if violation["impact"] in ("serious", "critical"):
            first = violation["nodes"][0]
            yield f"axe: {violation['id']}: {len(violation['nodes'])} times, first {first['html'][:120]}"
    yield from links(page, file, pages)
    for label in page.eval_on_selector_all(".cell_output [role=img]", DESCRIPTIONS):
        if not label.strip():
            yield "a figure without a description"
    yield from heard


def copies(page):
    """Whether the first button copies the code of its cell."""
    cell = page.locator(".cell_input").first
    cell.hover()
    cell.get_by_role("button", name="Copy").click()
    copied = page.evaluate("navigator.clipboard.readText()")
    return copied.strip() == cell.locator("pre").text_content().strip()


def on_paper(page):
    """What is wrong with a page that is printed, be it dark on the screen or light."""
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    if page.locator("details:not([open])").count():
        yield "on paper, something is folded"
    if page.evaluate("document.documentElement.dataset.theme") != "light":
        yield "it would be printed dark"
    for part in (".bd-sidebar-primary", ".bd-header-article", ".prev-next-footer", ".copybtn"):
        if page.locator(part).first.is_visible():
            yield f"on paper, `{part}` is there"
    page.evaluate("dispatchEvent(new Event('afterprint'))")


def look(context, file, pages, scheme, rules, picture):
    """Everything that is wrong with a page; leaves a picture of it."""
    page, heard = open_page(context, file)
    found = list(complaints(page, file, pages, heard, rules))
    if page.evaluate("document.documentElement.dataset.theme") != scheme:
        found.append(f"it is not {scheme}")
    if scheme == "light" and page.locator(".cell_input").count() and not copies(page):
        found.append("the button does not copy the code")
    page.evaluate("scrollTo(0, 0)")
    page.screenshot(path=picture)
    if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
        found.append("it is wider than the window")
    found += on_paper(page)
    page.close()
    return found


def searched(context, site):
    """What is wrong with the search."""
    word, wanted = SEARCHED
    page, heard = open_page(context, site / "index.html")
    page.goto(f"{(site / 'search.html').as_uri()}?q={word}")
    try:
        page.locator(f".search a[href*='{wanted}']").first.wait_for(timeout=10_000)
    except Error:
        yield f"the search for {word} does not find {wanted}"
    yield from heard
    page.close()


def switches(context, site):
    """What is wrong with the button that changes between light and dark."""
    page, _ = open_page(context, site / "index.html")
    for scheme in ("Dark", "Light"):
        page.get_by_role("button", name="Color mode").click()
        page.get_by_role("button", name=scheme, exact=True).click()
        if page.evaluate("document.documentElement.dataset.theme") != scheme.lower():
            yield f"the button does not make the page {scheme.lower()}"
    page.close()


def main():
    parser = chromium.arguments(__doc__)
    parser.add_argument("--site", required=True, type=Path)
    options = parser.parse_args()
    site = options.site.resolve()
    pages = sorted(page for page in site.rglob("*.html") if "_static" not in page.parts)
    wrong = [] if pages else ["there are no pages"]
    with sync_playwright() as playwright:
        browser = chromium.launch(playwright, options)
        # What is narrow has the colours of what is light, and to look at those takes longest.
        for kind, scheme, window, rules in (
            ("light", "light", WIDE, {}),
            ("dark", "dark", WIDE, {}),
            ("narrow", "light", NARROW, {"color-contrast": {"enabled": False}}),
        ):
            context = browser.new_context(color_scheme=scheme, offline=True, viewport=window)
            context.grant_permissions(["clipboard-read", "clipboard-write"])
            for file in pages:
                picture = options.screenshots / f"{file.stem}-{file.parent.name}-{kind}.png"
                found = look(context, file, pages, scheme, rules, picture)
                name = f"{file.relative_to(site)} ({kind})"
                print(f"{name}: {file.stat().st_size // 1000} kB, {len(found)} complaints", flush=True)
                wrong += [f"{name}: {what}" for what in found]
            wrong += [f"{kind}: {what}" for part in (searched, switches) for what in part(context, site)]
            context.close()
        browser.close()
    for line in wrong:
        print(line, file=sys.stderr)
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
