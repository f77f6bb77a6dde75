"""Runs in the bundle before the program: what other programs are started with, and where certificates lie.

PyInstaller names the bundle's folder in LD_LIBRARY_PATH. A program of the system (a browser, update-mime-database)
would load our libraries instead of its own, so the variable gets its old value back; this process has read it
already. A copy of the bundle's own program that is started from here sets it again.
"""

import os
import sys
from collections.abc import MutableMapping
from pathlib import Path

CERTIFICATES = (
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
)
"""Where Debian, Fedora, openSUSE and Alpine keep them; the bundle's OpenSSL knows those of the system that built it."""


def restore(environment: MutableMapping[str, str]) -> None:
    """Takes PyInstaller's library path out again."""
    former = environment.pop("LD_LIBRARY_PATH_ORIG", None)
    if former is not None:
        environment["LD_LIBRARY_PATH"] = former
    else:
        environment.pop("LD_LIBRARY_PATH", None)
    environment["PYINSTALLER_RESET_ENVIRONMENT"] = "1"


def find_certificates(environment: MutableMapping[str, str], places: tuple[str, ...] = CERTIFICATES) -> None:
    """Names the system's bundle of certificates, where there is one and nobody has named another."""
    if "SSL_CERT_FILE" not in environment and "SSL_CERT_DIR" not in environment:
        found = next((place for place in places if Path(place).is_file()), None)
        if found is not None:
            environment["SSL_CERT_FILE"] = found


if __name__ == "__main__" and sys.platform.startswith("linux"):
    restore(os.environ)
    find_certificates(os.environ)
