"""Says which notebooks below some folders Jupyter's own validation refuses, as one line of JSON."""

import json
import sys
import warnings
from pathlib import Path

import nbformat

# What it mends in silence, such as cells without ids, counts.
warnings.simplefilter("error")

looked_at = 0
refused = {}
for folder in sys.argv[1:]:
    for path in sorted(Path(folder).rglob("*.ipynb")):
        looked_at += 1
        try:
            notebook = json.loads(path.read_text())
            nbformat.validate(notebook, relax_add_props=False)
        except Exception as error:  # whatever it is, it is told
            refused[str(path)] = f"{type(error).__name__}: {str(error)[:300]}"
print(json.dumps({"looked_at": looked_at, "refused": refused}))
