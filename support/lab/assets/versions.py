"""Tells in JSON which Python this is, whether it is recent enough for the lab, and which packages it has."""

import json
import sys
from importlib.metadata import PackageNotFoundError, version

OLDEST = (3, 10)


def known(name):
    """The version of a package, or nothing where it is not installed."""
    try:
        return version(name)
    except PackageNotFoundError:
        return None


found = {
    "python": ".".join(map(str, sys.version_info[:2])),
    "recent": sys.version_info[:2] >= OLDEST,
    "packages": {name: known(name) for name in sys.argv[1:]},
}
print(json.dumps(found))
