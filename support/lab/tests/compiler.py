"""Has one kernel compile cells that are wrong, and prints what it says of each.

The cells come as JSON, a list of objects with `name` and `source`, in the file that is named first; the kernel works in
the folder that is named second. Printed is one object of JSON: for each name the number of the cell, the text of its
errors, and all that stands below it, its value first, without colours.
"""

import json
import queue
import re
import sys
from pathlib import Path

from jupyter_client.manager import KernelManager

COLOUR = re.compile("\x1b\\[[0-9;]*m")

# Seconds until an answer is given up.
PATIENCE = 120


def errors(client, source):
    """What the kernel says of a cell."""
    ident = client.execute(source)
    number, texts, below = 0, [], ""
    while True:
        message = client.get_iopub_msg(timeout=PATIENCE)
        if message["parent_header"].get("msg_id") != ident:
            continue
        kind, content = message["msg_type"], message["content"]
        if kind == "execute_input":
            number = content["execution_count"]
        elif kind == "error":
            texts += [content["evalue"], *content["traceback"]]
            below += "\n".join(content["traceback"]) + "\n"
        elif kind == "stream":
            below += content["text"]
        elif kind == "execute_result":
            below = content["data"]["text/plain"] + "\n" + below
        elif kind == "status" and content["execution_state"] == "idle":
            below = COLOUR.sub("", below)
            return {"number": number, "text": "\n".join(texts), "below": below}


def main():
    cells = json.loads(Path(sys.argv[1]).read_text())
    manager = KernelManager(kernel_name="async-lab")
    manager.start_kernel(cwd=sys.argv[2])
    client = manager.client()
    client.start_channels()
    answers = {}
    try:
        client.wait_for_ready(timeout=600)
        # As every notebook begins, and as it is once a cell has awaited, and another one has ended in an error.
        errors(client, "use support::*;")
        errors(client, 'tokio::task::yield_now().await;\n"1".parse::<u32>()?;')
        for cell in cells:
            answers[cell["name"]] = errors(client, cell["source"])
    except queue.Empty:
        print(f"no answer to `{cell['name']}` in {PATIENCE} s", file=sys.stderr)
    finally:
        client.stop_channels()
        manager.shutdown_kernel()
    print(json.dumps(answers))


if __name__ == "__main__":
    main()
