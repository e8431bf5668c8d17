"""Says for which names a certificate is, as JSON, or why a class cannot use it.

The arguments are the files of the certificate and of its key.
"""

import json
import ssl
import sys
from datetime import datetime, timezone
from pathlib import Path

from cryptography import x509


def problem_with(certificate, key):
    """What is wrong with the files of a certificate and its key, with a hint; nothing where they will do."""
    for file in (certificate, key):
        try:
            text = file.read_bytes()
        except OSError as problem:
            return f"`{file}` cannot be read: {problem.strerror}\nhint: is its name spelled so?"
        if b"-----BEGIN " not in text:
            return f"`{file}` is not in PEM form\nhint: `openssl` turns other forms into it; it begins with -----BEGIN"
    if b"ENCRYPTED" in key.read_bytes():
        return f"the key in `{key}` has a password\nhint: `openssl pkey -in {key} -out FILE` writes one without"
    try:
        known = x509.load_pem_x509_certificate(certificate.read_bytes())
    except ValueError:
        return f"there is no certificate in `{certificate}`\nhint: are the two files the other way round?"
    if known.not_valid_after_utc < datetime.now(timezone.utc):
        since = f"{known.not_valid_after_utc:%Y-%m-%d}"
        return f"the certificate in `{certificate}` has been out of date since {since}\nhint: renew it"
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(certificate, key)
    except ssl.SSLError as problem:
        if problem.reason == "KEY_VALUES_MISMATCH":
            hint = "hint: name the key with which it was made"
            return f"the key in `{key}` is not the one of the certificate in `{certificate}`\n{hint}"
        return f"`{certificate}` and `{key}` do not serve: {problem.reason or problem}"
    return None


def names(certificate):
    """The names that a certificate is for, those of machines first, without those that stand for many."""
    known = x509.load_pem_x509_certificate(certificate.read_bytes())
    try:
        said = known.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return []
    machines = [name for name in said.get_values_for_type(x509.DNSName) if not name.startswith("*")]
    return machines + [str(one) for one in said.get_values_for_type(x509.IPAddress)]


def main():
    certificate, key = map(Path, sys.argv[1:3])
    if problem := problem_with(certificate, key):
        sys.exit(problem)
    print(json.dumps(names(certificate)))


if __name__ == "__main__":
    main()
