"""Sphinx's settings for the course as a site: the theme of Jupyter Book over the notebooks that have run.

`cargo lab export` calls Sphinx on the folder of those notebooks, and names in `exclude_patterns` those that are to be
left out. What the site says of itself comes from `Cargo.toml`. Neither who builds it nor who reads it needs a network.
"""

import os
import platform
import re
import textwrap
import tomllib
from datetime import datetime
from html import escape
from pathlib import Path

from docutils import nodes
from sphinx import addnodes

ROOT = Path(__file__).resolve().parents[4]
PACKAGE = tomllib.loads((ROOT / "Cargo.toml").read_text(encoding="utf-8"))["workspace"]["package"]
REPOSITORY = PACKAGE.get("repository", "").rstrip("/")

project = "The async lab"
release = version = PACKAGE["version"]
language = "en"
extensions = ["myst_nb", "sphinx_copybutton"]
# Pages that are left out, evcxr's own commands in Rust, and what verdicts say to programs.
suppress_warnings = ["toc.excluded", "toc.not_readable", "misc.highlighting_failure", "mystnb.unknown_mime_type"]
nb_execution_mode = "off"
nb_render_error_lexer = "myst-ansi"
myst_heading_anchors = 4
myst_enable_extensions = ["colon_fence"]
# A quote in front of a lifetime opens nothing.
smartquotes = False
copybutton_selector = "div.highlight pre:not(.output pre)"

html_theme = "sphinx_book_theme"
html_title = project
html_favicon = "icon.svg"
html_static_path = ["static"]
html_css_files = ["site.css"]
html_js_files = ["site.js"]
html_use_index = False
html_context = {"default_mode": "auto"}
html_theme_options = {
    # The search has its place in the side bar, and on narrow pages above the text.
    "navbar_persistent": [],
    "use_fullscreen_button": False,
    "search_bar_text": "Search",
    "toc_title": "On this page",
    "footer_content_items": ["extra-footer.html"],
    "pygments_light_style": "a11y-high-contrast-light",
    "pygments_dark_style": "a11y-high-contrast-dark",
}
if REPOSITORY:
    html_theme_options |= {
        "repository_url": REPOSITORY,
        "repository_branch": "HEAD",
        "path_to_docs": "notebooks",
        "use_repository_button": True,
        "launch_buttons": {"binderhub_url": "https://mybinder.org", "notebook_interface": "jupyterlab"},
    }


def machine():
    """What measured, in words: processor, cores, memory, system."""
    information = Path("/proc/cpuinfo")
    known = information.read_text(encoding="utf-8") if information.exists() else ""
    name = re.search(r"model name\s*:\s*(.+)", known)
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    processor = name[1] if name else platform.machine()
    return f"{processor}, {os.cpu_count()} cores, {memory:.0f} GB, {platform.system()}"


def counterpart(app, document):
    """The solution of an exercise, or the exercise of a solution, and what it is called, where there is one."""
    folder, _, name = document.partition("/")
    other, words = {
        "exercises": ("solutions", "The solution of this exercise"),
        "solutions": ("exercises", "The exercise of this solution"),
    }.get(folder, (None, None))
    there = f"{other}/{name}"
    return (there, words) if there in app.env.found_docs else None


def link_counterpart(app, doctree):
    document = app.env.docname
    title = next(doctree.findall(nodes.title))
    if document.startswith("solutions/") and "solution" not in title.astext().lower():
        # Exercises and solutions share their headings; readers see both names in lists.
        title += nodes.Text(" (solution)")
    if found := counterpart(app, document):
        link = addnodes.pending_xref(
            "",
            nodes.inline("", found[1]),
            refdomain="std",
            reftype="doc",
            reftarget=f"/{found[0]}",
            refexplicit=True,
            refdoc=document,
        )
        title.parent.insert(title.parent.index(title) + 1, nodes.paragraph("", "", link, classes=["counterpart"]))


def lead_elsewhere(app, doctree):
    """Links to files beside the site lead to the repository, if it is known; those to notebooks become text."""
    folder = ROOT / "notebooks" / Path(app.env.docname).parent
    for link in list(doctree.findall(addnodes.pending_xref)):
        if link["reftype"] != "myst" or link["reftarget"] in app.env.found_docs:
            continue
        target = link["reftarget"].split("#")[0]
        is_page = link.get("refdomain") == "doc"
        file = ROOT / "notebooks" / f"{target}.ipynb" if is_page else Path(os.path.normpath(folder / target))
        if not target or not file.exists() or not file.is_relative_to(ROOT):
            continue
        words = link.children
        if REPOSITORY and file.suffix != ".ipynb":
            address = f"{REPOSITORY}/blob/HEAD/{file.relative_to(ROOT)}"
            words = [nodes.reference("", "", *words, refuri=address)]
        link.replace_self(words)


def drop_empty_lists(_, doctree):
    """A section that lists pages none of which is there goes with them, as that of the solutions does."""
    for pages in list(doctree.findall(addnodes.toctree)):
        section = pages.parent.parent
        if not pages["entries"] and isinstance(section.parent, nodes.section):
            section.parent.remove(section)


def fold_answers(_, doctree):
    """After a question, what the cell shows and the sentence that reads it are folded: a reader predicts first."""
    for cell in list(doctree.findall(nodes.container)):
        outputs = [part for part in cell if "cell_output" in part.get("classes", [])]
        place = cell.parent.index(cell)
        question = cell.parent[place - 1].astext() if place else ""
        if not outputs or not re.search(r"\?$|\bpredict [^.]*:$", question, re.IGNORECASE):
            continue
        answer = [cell.parent[place + 1]] if place + 1 < len(cell.parent) else []
        # What ends in a colon or a question leads to the next cell, too.
        answer = [part for part in answer if isinstance(part, nodes.paragraph) and part.astext()[-1] not in ":?"]
        for part in outputs + answer:
            part.parent.remove(part)
        begin = '<details class="answer"><summary>Predict first, then open the answer</summary>'
        cell.parent[place + 1 : place + 1] = [
            nodes.raw("", begin, format="html"),
            *outputs,
            *answer,
            nodes.raw("", "</details>", format="html"),
        ]


def describe(app, page, _, context, doctree):
    """Says in the head of a page what it is about, and at its end which version it is, and what ran it when."""
    if doctree is None:
        return
    texts = (part.astext() for part in doctree.findall(nodes.paragraph) if not part["classes"])
    about = textwrap.shorten(next(texts), 200, placeholder=" …")
    context["metatags"] += f'<meta name="description" content="{escape(about)}">'
    file = Path(app.env.doc2path(page))
    when = datetime.fromtimestamp(file.stat().st_mtime)
    day = f"{when:%d} {when:%B} {when:%Y}".lstrip("0")
    ran = f" This page ran on {day} on this machine: {machine()}." if file.suffix == ".ipynb" else ""
    context["theme_extra_footer"] = escape(f"The async lab, version {release}.{ran}")


def setup(app):
    # Before Sphinx collects titles and files.
    for step in (link_counterpart, lead_elsewhere, drop_empty_lists, fold_answers):
        app.connect("doctree-read", step, priority=400)
    app.connect("html-page-context", describe, priority=900)
