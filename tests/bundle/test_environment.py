from pathlib import Path

from bundle.environment import find_certificates, restore


def test_programs_of_the_system_get_the_path_that_was() -> None:
    environment = {"LD_LIBRARY_PATH": "/bundle:/own", "LD_LIBRARY_PATH_ORIG": "/own", "HOME": "/home"}
    restore(environment)
    assert environment == {"LD_LIBRARY_PATH": "/own", "HOME": "/home", "PYINSTALLER_RESET_ENVIRONMENT": "1"}
    environment = {"LD_LIBRARY_PATH": "/bundle"}
    restore(environment)
    assert environment == {"PYINSTALLER_RESET_ENVIRONMENT": "1"}


def test_the_first_certificates_are_taken_unless_named(tmp_path: Path) -> None:
    there = tmp_path / "there.pem"
    there.touch()
    places = (str(tmp_path / "not.pem"), str(there))
    environment: dict[str, str] = {}
    find_certificates(environment, places)
    assert environment == {"SSL_CERT_FILE": str(there)}
    environment = {"SSL_CERT_DIR": "/own"}
    find_certificates(environment, places)
    assert environment == {"SSL_CERT_DIR": "/own"}
