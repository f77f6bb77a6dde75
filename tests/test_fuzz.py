"""A million hostile cases over every border that bytes cross: only refusals come out, in bounded time and memory.

`make test-slow` runs the million in pieces, the usual tests a few thousand of it. A case that fails is named
"target:piece:number", and `python -m tests.fuzz "target:piece:number"` does it again.
"""

import sys
from collections import defaultdict
from pathlib import Path

import pytest

if sys.platform == "win32":
    pytest.skip("limits on time and memory are those of Unix", allow_module_level=True)

from hific_core.errors import HificError
from tests.fuzz import TARGETS
from tests.fuzz.mutation import Mutator
from tests.fuzz.running import Case, Tally, Target, run

PIECES = 10
_MILLION = 10**6
_SHORT = 400
"""Of how many cases the short version does one."""
_tallies: defaultdict[str, Tally] = defaultdict(Tally)


def test_the_shares_make_up_a_million() -> None:
    assert sum(target.cases // PIECES * PIECES for target in TARGETS) >= _MILLION
    assert len({target.name for target in TARGETS}) == len(TARGETS)


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.name)
def test_some_hostile_cases(target: Target, tmp_path: Path) -> None:
    """Of a piece of its own."""
    tally = run(target, target.prepare(tmp_path), PIECES, max(target.cases // _SHORT, 20))
    assert tally.deep(target) >= target.least_deep - 0.1, tally.line(target)


@pytest.mark.slow
@pytest.mark.parametrize("piece", range(PIECES))
@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.name)
def test_many_hostile_cases(target: Target, piece: int, tmp_path: Path) -> None:
    """A fair share must come past the first checks, and not all at the same place."""
    tally = run(target, target.prepare(tmp_path), piece, target.cases // PIECES)
    assert tally.deep(target) >= target.least_deep, tally.line(target)
    _tallies[target.name].add(tally)


@pytest.mark.slow
def test_what_the_million_came_to() -> None:
    """After all the pieces."""
    complete = [target for target in TARGETS if _tallies[target.name].cases == target.cases // PIECES * PIECES]
    for target in complete:
        print(_tallies[target.name].line(target))
    if len(complete) < len(TARGETS):
        pytest.skip("not all pieces ran in this process")
    total = sum(_tallies[target.name].cases for target in TARGETS)
    parsed = sum(_tallies[target.name].parsed for target in TARGETS)
    print(f"{total:,} cases, {total - parsed:,} refused, {parsed:,} parsed")
    assert total >= _MILLION


# --- the engine itself ------------------------------------------------------------------------------------------


def _target(case: Case) -> Target:
    return Target("made up", 100, lambda folder: case, 0.0)


def test_other_exceptions_are_found_and_named() -> None:
    def case(mutator: Mutator) -> None:
        if mutator.below(50) == 7:
            raise ZeroDivisionError("by zero")
        raise HificError("It is bad.")

    with pytest.raises(AssertionError, match=r"made up:3:\d+: ZeroDivisionError: by zero"):
        run(_target(case), case, 3, 1000)


def test_endless_cases_and_absurd_allocations_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.fuzz.running.SECONDS", 0.05)

    def endless(mutator: Mutator) -> None:
        while True:
            try:
                mutator.below(5)
            except Exception:
                continue

    with pytest.raises(AssertionError, match="processor time"):
        run(_target(endless), endless, 0, 1)
    monkeypatch.undo()
    if sys.platform == "linux":
        for size, words in ((2**32, "MemoryError"), (200 * 2**20, "memory")):
            with pytest.raises(AssertionError, match=words):
                run(_target(lambda _: None), lambda _, size=size: bytes(b"1" * size) and None, 0, 1)  # type: ignore[misc]


def test_cases_are_the_same_again() -> None:
    def drawn() -> list[bytes]:
        mutator, found = Mutator(), []
        for number in range(50):
            mutator.begin(f"a:0:{number}")
            found.append(mutator.damaged(bytes(range(64)), bytes(9)))
        return found

    assert drawn() == drawn()
    assert len(set(drawn())) > 40
