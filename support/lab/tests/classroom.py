"""Tests of what a class does before anybody comes: it looks at its certificate, and says where its log is."""

import subprocess
import sys
import unittest
from datetime import datetime, timedelta, timezone
from ipaddress import IPv4Address
from pathlib import Path
from tempfile import TemporaryDirectory

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

CLASSROOM = Path(__file__).resolve().parents[2] / "deploy/classroom"
sys.path.insert(0, str(CLASSROOM))

import certificate  # noqa: E402

# For whom the certificates of these tests are.
NAMES = [x509.DNSName("*.example.org"), x509.IPAddress(IPv4Address("192.0.2.7")), x509.DNSName("class.example.org")]

# A program that logs as a hub does on a terminal. Its argument is the file of the log.
HUB = f"""
import logging, logging.config, subprocess, sys
sys.path.insert(0, {str(CLASSROOM)!r})
from log import logging_to
settings = logging_to(sys.argv[1])
# As JupyterHub has it from the start.
settings["handlers"]["console"] = {{"class": "logging.StreamHandler"}}
settings["loggers"]["JupyterHub"]["level"] = "INFO"
logging.config.dictConfig({{"version": 1}} | settings)
log = logging.getLogger("JupyterHub")
log.info("a learner came")
try:
    raise OSError("no room")
except OSError:
    log.exception("a server did not start")
log.critical("Received signal SIGINT")
print("said on standard output", flush=True)
subprocess.run(["echo", "a server speaks"], check=True)
"""


class Certificate(unittest.TestCase):
    """What is said of the files of a certificate and its key."""

    def setUp(self):
        folder = TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.key = ec.generate_private_key(ec.SECP256R1())

    def certificate(self, days=1, key=None):
        """A file with a certificate that is valid for some days more."""
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "class")])
        now, key = datetime.now(timezone.utc), key or self.key
        made = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=30))
            .not_valid_after(now + timedelta(days=days))
            .add_extension(x509.SubjectAlternativeName(NAMES), critical=False)
            .sign(key, hashes.SHA256())
        )
        return self.file("certificate.pem", made.public_bytes(serialization.Encoding.PEM))

    def key_file(self, password=None):
        kept = serialization.BestAvailableEncryption(password) if password else serialization.NoEncryption()
        form = serialization.PrivateFormat.PKCS8
        return self.file("key.pem", self.key.private_bytes(serialization.Encoding.PEM, form, kept))

    def file(self, name, content):
        file = self.folder / name
        file.write_bytes(content)
        return file

    def refused(self, word, chain, key):
        said = certificate.problem_with(chain, key) or "it will do"
        self.assertIn(word, said)
        self.assertIn("\nhint: ", said)

    def test_one_that_will_do_names_machines_first_and_nobody_for_many(self):
        chain = self.certificate()
        self.assertIsNone(certificate.problem_with(chain, self.key_file()))
        self.assertEqual(certificate.names(chain), ["class.example.org", "192.0.2.7"])

    def test_what_will_not_do_is_refused_with_the_reason(self):
        chain, key = self.certificate(), self.key_file()
        self.refused("cannot be read: No such file", self.folder / "none.pem", key)
        self.refused("not in PEM form", self.file("binary", b"\x30\x82"), key)
        self.refused("the other way round", key, chain)
        self.refused("has a password", chain, self.key_file(password=b"secret"))
        self.key_file()
        self.refused("out of date since", self.certificate(days=-2), key)
        another = self.certificate(key=ec.generate_private_key(ec.SECP256R1()))
        self.refused("not the one of the certificate", another, key)


class Log(unittest.TestCase):
    """What a terminal shows of a hub, and what its log has."""

    def test_a_terminal_has_what_goes_wrong_and_the_log_has_all(self):
        with TemporaryDirectory() as folder:
            log = Path(folder) / "log"
            command = [sys.executable, "-c", HUB, str(log)]
            terminal = subprocess.run(command, capture_output=True, text=True, check=True)
            kept = log.read_text()
            mode = log.stat().st_mode & 0o777
        self.assertEqual(terminal.stdout, "")
        problem = f"error: a server did not start: no room\nhint: more is in `{log}`\n"
        self.assertEqual(terminal.stderr, f"{problem}The class has ended. What it did is in {log}.\n")
        for said in ["a learner came", "Traceback", "Received signal", "said on standard output", "a server speaks"]:
            self.assertIn(said, kept)
        self.assertEqual(mode, 0o600)

    def test_a_log_that_has_grown_large_is_put_aside(self):
        with TemporaryDirectory() as folder:
            log = Path(folder) / "log"
            log.write_text("of before\n" * 1_100_000)
            subprocess.run([sys.executable, "-c", HUB, str(log)], capture_output=True, check=True)
            self.assertTrue((log.parent / "log.before").read_text().startswith("of before"))
            self.assertNotIn("of before", log.read_text())


if __name__ == "__main__":
    unittest.main()
