"""Runs Jupyter's own tests of kernels on those that are named, and tells in JSON what came of each test on each kernel.

The samples of code are ours, and the tests are those of `jupyter_kernel_test`, apart from their waits. Some of these
are a tenth of a second long, and an answer that does not come is awaited for ever. Here each wait is long, and ends
when the kernel has answered a later request: kernels answer in order, so that what is not there by then does not come.
"""

import json
import sys
import unittest
from queue import Empty
from unittest import mock

from jupyter_client.blocking import BlockingKernelClient
from jupyter_kernel_test import IopubWelcomeTests, KernelTests
from jupyter_kernel_test.msgspec_v5 import validate_message

# Seconds until a kernel is given up that answers nothing at all.
PATIENCE = 300

RUST = {
    "language_name": "rust",
    "file_extension": ".rs",
    "code_hello_world": 'println!("hello, world");',
    "code_stderr": 'eprintln!("a word");',
    "completion_samples": [
        {"text": "std::f64::consts::TA", "matches": {"TAU"}},
        {"text": "std::mem::siz"},
    ],
    "complete_code_samples": ["1", 'println!("hello, world");', "fn double(x: u32) -> u32 {\n    2 * x\n}"],
    "incomplete_code_samples": ['println!("hello', "fn double(x: u32) -> u32 {\n    2 * x", "/* hello"],
    "invalid_code_samples": ["let 7 = ;)"],
    "codes_that_fail": ['panic!("on purpose");', 'let number: u32 = "one";', 'std::fs::read("/no/such/file")?;'],
    "code_execute_result": [
        {"code": "1 + 2 + 3", "result": "6"},
        {"code": "(1..4).map(|n| n * n).collect::<Vec<u32>>()", "result": "[1, 4, 9]"},
        {
            "code": "struct Bold;\nimpl Bold {\n    fn evcxr_display(&self) {\n"
            '        println!("EVCXR_BEGIN_CONTENT text/html\\n<b>bold</b>\\nEVCXR_END_CONTENT");\n    }\n}\nBold',
            "mime": "text/html",
            "result": "<b>bold</b>",
        },
    ],
    "code_display_data": [
        {
            "code": 'println!("EVCXR_BEGIN_CONTENT text/html\\n<b>bold</b>\\nEVCXR_END_CONTENT");',
            "mime": "text/html",
        },
        # In two forms, as `support` shows everything, and before the value of the cell, which is no third form of it.
        {
            "code": 'println!("EVCXR_BEGIN_CONTENT text/plain\\nbold\\nEVCXR_END_CONTENT");\n'
            'println!("EVCXR_BEGIN_CONTENT text/html\\n<b>bold</b>\\nEVCXR_END_CONTENT");\n1 + 1',
            "mime": "text/html",
        },
    ],
    "code_history_pattern": "1 ? 2*",
    "supported_history_operations": ("tail", "range", "search"),
    "code_inspect_sample": "std::mem::take",
}

PYTHON = {
    "language_name": "python",
    "file_extension": ".py",
    "code_hello_world": "print('hello, world')",
    "code_stderr": "import sys; print('a word', file=sys.stderr)",
    "completion_samples": [{"text": "zi", "matches": {"zip"}}, {"text": "import math; math.ta"}],
    "complete_code_samples": ["1", "print('hello, world')", "def double(x):\n  return x*2\n\n\n"],
    "incomplete_code_samples": ["print('''hello", "def double(x):\n  x*2", "[1,"],
    "invalid_code_samples": ["import = 7q"],
    "codes_that_fail": ["raise", "import = 7q", "open('/no/such/file')"],
    "code_execute_result": [
        {"code": "1+2+3", "result": "6"},
        {"code": "[n*n for n in range(1, 4)]", "result": "[1, 4, 9]"},
        {"code": "from IPython.display import HTML; HTML('<b>bold</b>')", "mime": "text/html", "result": "<b>bold</b>"},
    ],
    "code_display_data": [
        {"code": "from IPython.display import HTML; display(HTML('<b>bold</b>'))", "mime": "text/html"},
        {"code": "from IPython.display import HTML; display(HTML('<b>bold</b>')); 1 + 1", "mime": "text/html"},
    ],
    "code_history_pattern": "1?2*",
    # A range it finds only of its session with the number 0, which is none that it tells.
    "supported_history_operations": ("tail", "search"),
    "code_inspect_sample": "zip",
}

SAMPLES = {"async-lab": RUST, "rust": RUST, "python3": PYTHON}

# What code in Rust cannot ask for, so that no kernel is asked.
NO_COUNTERPART = {
    "test_pager": "nothing in Rust opens a pager beside the notebook",
    "test_clear_output": "nothing in Rust takes back what a cell has shown",
}

# Of what is published first of all: from then on the client hears everything.
FIRST = "test_recv_iopub_welcome_msg"
WELCOME = "iopub_welcome"


class Promises(IopubWelcomeTests, KernelTests):
    """The tests, on one kernel."""

    support_iopub_welcome = True
    codes_that_fail = ()

    @classmethod
    def setUpClass(cls):
        """Starts a kernel, and returns when it answers. So far, nobody hears what it publishes."""
        super().setUpClass()
        client = BlockingKernelClient()
        client.load_connection_info(cls.km.get_connection_info())
        client.kernel_info()
        client.get_shell_msg(timeout=PATIENCE)
        client.shell_channel.stop()

    def setUp(self):
        self.assertTrue(self.km.is_alive(), "the kernel has ended")
        if why := NO_COUNTERPART.get(self._testMethodName):
            self.skipTest(why)

    def flush_channels(self):
        """Takes what has come so far, and nothing comes late: the kernel has answered one more request."""
        ident = self.kc.kernel_info()
        for channel, last in ((self.kc.shell_channel, is_reply), (self.kc.iopub_channel, is_idle)):
            while True:
                message = heard(channel.get_msg)
                validate_message(message)
                if last(message) and message["parent_header"].get("msg_id") == ident:
                    break

    def get_non_kernel_info_reply(self, timeout=PATIENCE):  # noqa: ARG002 (the kernel's next answer ends it)
        ident = self.kc.kernel_info()
        while True:
            reply = self.kc.get_shell_msg(timeout=PATIENCE)
            if not is_reply(reply):
                return reply
            if reply["parent_header"]["msg_id"] == ident:
                self.fail("the kernel has answered a later request, and not this one")

    def execute_helper(self, code, **options):
        self.flush_channels()
        published = self.kc.iopub_channel.get_msg
        with mock.patch.object(self.kc.iopub_channel, "get_msg", lambda **_: heard(published)):
            return super().execute_helper(code, **options)

    def test_error(self):
        """Each kind of failure is told in the same way."""
        for code in self.codes_that_fail:
            with self.subTest(code=code):
                self.code_generate_error = code
                super().test_error()

    def test_recv_iopub_welcome_msg(self):
        """Of a kernel that welcomes nobody, the client hears something else, once it asks."""
        published = self.kc.get_iopub_msg

        def patient():
            while True:
                try:
                    return published(timeout=5)
                except Empty:
                    self.kc.kernel_info()

        with mock.patch.object(self.kc, "get_iopub_msg", patient):
            super().test_recv_iopub_welcome_msg()


def heard(receive):
    """The next message, apart from a welcome: one that comes late is no answer to what a later test asks."""
    while (message := receive(timeout=PATIENCE))["msg_type"] == WELCOME:
        pass
    return message


def is_reply(message):
    return message["msg_type"] == "kernel_info_reply"


def is_idle(message):
    return message["content"].get("execution_state") == "idle"


class Outcomes(unittest.TestResult):
    """What came of each test, by its name."""

    def __init__(self):
        super().__init__()
        self.told = {}

    def add(self, test, outcome, why=""):
        """Adds what came of a test, or of a part of one: where a part has failed, the test has."""
        test = getattr(test, "test_case", test)
        known = self.told.setdefault(test.id().rpartition(".")[2], {"outcome": outcome, "why": []})
        if outcome == "failed":
            known["outcome"] = outcome
        known["why"] += [why] if why else []

    def addSuccess(self, test):
        self.add(test, "passed")

    def addSkip(self, test, reason):
        part = hasattr(test, "test_case")
        self.add(test, "passed" if part else "skipped", reason)

    def addFailure(self, test, err):
        self.add(test, "failed", f"{err[0].__name__}: {err[1]}")

    addError = addFailure

    def addSubTest(self, _, subtest, err):
        if err:
            self.add(subtest, "failed", f"{subtest._subDescription()}: {err[0].__name__}: {err[1]}")


def outcomes(kernel):
    """What came of the tests on a kernel. One that cannot be started is an outcome, too."""
    tests = type(kernel, (Promises,), {"kernel_name": kernel, **SAMPLES[kernel]})
    found = Outcomes()
    names = unittest.defaultTestLoader.getTestCaseNames(tests)
    unittest.TestSuite(map(tests, sorted(names, key=FIRST.__ne__))).run(found)
    return found.told


if __name__ == "__main__":
    print(json.dumps({kernel: outcomes(kernel) for kernel in sys.argv[1:]}))
