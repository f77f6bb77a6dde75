from importlib.metadata import Distribution, PathDistribution
from pathlib import Path

from bundle import licences


def distribution(folder: Path, name: str, metadata: str, **files: str) -> Distribution:
    """An installed distribution with these files in its metadata folder, `__` in a name for a slash."""
    info = folder / f"{name}-1.5.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.4\nName: {name}\nVersion: 1.5\n{metadata}")
    names = []
    for key, text in files.items():
        path = info / key.replace("__", "/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        names.append(str(path.relative_to(folder)))
    (info / "RECORD").write_text("".join(f"{each},,\n" for each in [*names, f"{name}/module.py", f"{name}/gone.txt"]))
    return PathDistribution(info)


def test_texts_are_copied_and_listed(tmp_path: Path) -> None:
    fake = distribution(
        tmp_path / "site",
        "fake",
        "License-Expression: MIT AND BSD-3-Clause\n",
        licenses__LICENSE="mit",
        licenses__vendored__COPYING="bsd",
        NOTICE="note",
        README="no",
    )
    target = tmp_path / "licences"
    target.mkdir()
    (target / "old").write_text("of an earlier build")
    licences.write([licences.of_distribution(fake)], target)
    assert (target / "fake" / "LICENSE").read_text() == "mit"
    assert (target / "fake" / "vendored" / "COPYING").read_text() == "bsd"
    assert (target / "fake" / "NOTICE").read_text() == "note"
    assert not (target / "fake" / "README").exists() and not (target / "old").exists()
    assert (target / "LIST.txt").read_text() == "fake 1.5: MIT AND BSD-3-Clause; texts in fake/\n"
    assert "Lesser General Public License" in (target / "Qt" / "README.txt").read_text()
    assert "GNU LESSER GENERAL PUBLIC LICENSE" in (target / "Qt" / "LGPL-3.0.txt").read_text()


def test_without_a_text_the_metadata_speak(tmp_path: Path) -> None:
    stated = distribution(tmp_path, "stated", "License: Zlib\n and more\nClassifier: License :: OSI Approved\n")
    classified = distribution(
        tmp_path, "classified", "Classifier: License :: OSI Approved :: ISC License\nClassifier: Topic :: Other\n"
    )
    silent = distribution(tmp_path, "silent", "")
    licences.write(map(licences.of_distribution, (stated, classified, silent)), tmp_path / "out")
    assert (tmp_path / "out" / "LIST.txt").read_text().splitlines() == [
        "classified 1.5: ISC License; no text came with it",
        "silent 1.5: no licence named; no text came with it",
        "stated 1.5: Zlib; no text came with it",
    ]


def test_qt_s_wheels_have_theirs_in_one_place(tmp_path: Path) -> None:
    fake = distribution(tmp_path, "shiboken6", "License-Expression: LGPL-3.0-only\n")
    licences.write([licences.of_distribution(fake)], tmp_path / "out")
    assert (tmp_path / "out" / "LIST.txt").read_text() == "shiboken6 1.5: LGPL-3.0-only; texts in Qt/\n"


def test_a_text_never_leaves_its_folder(tmp_path: Path) -> None:
    (tmp_path / "LICENSE").write_text("beside")
    fake = distribution(tmp_path / "site", "fake", "")
    (tmp_path / "site" / "fake-1.5.dist-info" / "RECORD").write_text("../LICENSE,,\n")
    licences.write([licences.of_distribution(fake)], tmp_path / "out")
    assert (tmp_path / "out" / "fake" / "LICENSE").read_text() == "beside"


def test_a_library_that_no_package_owns_is_named(tmp_path: Path) -> None:
    found = licences.of_system_library(tmp_path / "libown.so.1")
    assert (found.name, found.texts) == ("libown.so.1", ())
