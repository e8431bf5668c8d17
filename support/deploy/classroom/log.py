"""Where what a hub says goes when it is started on a terminal."""

import atexit
import logging
import os
import sys
from pathlib import Path

# Bytes of a log that is put aside when a class starts.
LARGEST = 10_000_000


class Brief(logging.Formatter):
    """What went wrong, on a line; how it came to it stands in the log."""

    def __init__(self, log):
        super().__init__()
        self.log = log

    def format(self, record):
        parts = [record.getMessage(), str(record.exc_info[1]) if record.exc_info else ""]
        return f"error: {': '.join(filter(None, parts))}\nhint: more is in `{self.log}`"


class Terminal(logging.StreamHandler):
    """Tells a terminal, by the number of its file, what goes wrong."""

    def __init__(self, number, log):
        super().__init__(os.fdopen(number, "w", buffering=1))
        # Who presses Ctrl-C knows it.
        self.addFilter(lambda record: not str(record.msg).startswith("Received signal"))
        self.setLevel(logging.ERROR)
        self.setFormatter(Brief(log))


def logging_to(log):
    """JupyterHub's settings of logging that have this process and all that it starts write into a file.

    The terminal gets what goes wrong.
    """
    log = Path(log)
    if log.exists() and log.stat().st_size > LARGEST:
        log.replace(log.with_name("log.before"))
    terminal = os.dup(2)
    os.set_inheritable(terminal, False)
    file = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    sys.stdout.flush()
    sys.stderr.flush()
    for ours in (1, 2):
        os.dup2(file, ours)
    os.close(file)
    atexit.register(os.write, terminal, f"The class has ended. What it did is in {log}.\n".encode())
    return {
        "handlers": {"terminal": {"()": Terminal, "number": terminal, "log": str(log)}},
        "loggers": {"JupyterHub": {"handlers": ["console", "terminal"]}},
    }
