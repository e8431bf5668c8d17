"""What the tests in a browser share: the options that each takes, and how the browser is started."""

import argparse
import os
from pathlib import Path


def arguments(description):
    """A parser of the options that `cargo lab` gives to each test; a test adds its own."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--chromium", required=True, help="the browser's program")
    parser.add_argument("--screenshots", required=True, type=Path, help="the folder for what the test saw")
    return parser


def launch(playwright, options):
    """Starts the machine's own Chromium, and makes the folder for what it shows."""
    options.screenshots.mkdir(parents=True, exist_ok=True)
    # Chromium refuses to put its processes into a sandbox for root, as whom containers run.
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    return playwright.chromium.launch(executable_path=options.chromium, args=sandbox)
