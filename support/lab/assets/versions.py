"""Tells in JSON which Python this is, whether it suits the lab and makes environments, and which packages it has."""

import json
import sys
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec

OLDEST = (3, 10)


def known(name):
    """The version of a package, or nothing where it is not installed."""
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def can(name):
    """Whether a module of this name can be imported."""
    return find_spec(name) is not None


found = {
    "python": ".".join(map(str, sys.version_info[:2])),
    "recent": sys.version_info[:2] >= OLDEST,
    # Without the second, the first makes environments without pip.
    "venv": can("venv") and can("ensurepip"),
    "packages": {name: known(name) for name in sys.argv[1:]},
}
print(json.dumps(found))
