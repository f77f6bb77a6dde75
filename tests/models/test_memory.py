"""Work that shrinks when memory runs out, with the same results, and says so."""

import os
from collections.abc import Callable

import numpy as np
import pytest
import torch

from hific_core.errors import Cancelled, OutOfMemory
from hific_core.models.geometry import Area
from hific_core.models.memory import Shortage, bound_kernels, is_out_of_memory


def nowhere() -> bool:
    return False


def ignore(share: float) -> None:
    pass


def test_what_counts_as_out_of_memory() -> None:
    assert is_out_of_memory(torch.OutOfMemoryError("CUDA out of memory"))
    assert is_out_of_memory(MemoryError())
    assert is_out_of_memory(RuntimeError("[enforce fail at alloc_cpu.cpp] DefaultCPUAllocator: can't allocate memory"))
    assert is_out_of_memory(RuntimeError("could not create a primitive"))
    assert not is_out_of_memory(RuntimeError("mat1 and mat2 shapes cannot be multiplied"))
    assert not is_out_of_memory(ValueError("out of memory"))


def test_a_real_refusal_of_the_processor_is_recognised() -> None:
    with pytest.raises(RuntimeError) as caught:
        torch.empty(2**60, dtype=torch.uint8)
    assert is_out_of_memory(caught.value)
    with pytest.raises(MemoryError) as other:
        np.empty(2**60, np.uint8)
    assert is_out_of_memory(other.value)


def crowded(limit: int, number: int) -> tuple[list[Callable[[], int]], list[int]]:
    """Jobs that fail while more than `limit` of them run, and the list of how many ran at each start."""
    running, seen = [0], list[int]()

    def job(result: int) -> int:
        running[0] += 1
        seen.append(running[0])
        try:
            if running[0] > limit:
                raise torch.OutOfMemoryError("CUDA out of memory")
            torch.mm(torch.ones(64, 64), torch.ones(64, 64))
            return result
        finally:
            running[0] -= 1

    return [lambda result=n: job(result) for n in range(number)], seen


@pytest.mark.parametrize("windows", [1, 2, 8])
def test_windows_give_the_same_in_order(windows: int) -> None:
    jobs, _ = crowded(99, 20)
    assert Shortage(nowhere, windows).run_windows(jobs, ignore) == list(range(20))


def test_fewer_windows_in_flight_and_a_note() -> None:
    failures = [3]

    def job(result: int) -> int:
        if failures[0]:
            failures[0] -= 1
            raise torch.OutOfMemoryError("CUDA out of memory")
        return result

    shortage = Shortage(nowhere, 8)
    assert shortage.run_windows([lambda n=n: job(n) for n in range(20)], ignore) == list(range(20))
    assert shortage.windows in (1, 2, 4)
    (note,) = shortage.take_notes()
    assert "fewer pieces" in note
    assert shortage.take_notes() == ()


def test_other_errors_pass() -> None:
    def wrong() -> int:
        raise RuntimeError("shapes do not fit")

    with pytest.raises(RuntimeError, match="shapes"):
        Shortage(nowhere, 4).run_windows([wrong] * 3, ignore)
    with pytest.raises(RuntimeError, match="shapes"):
        list(Shortage(nowhere, 4).over("trunk", Area.whole(64, 64), 16, lambda area: wrong()))


def test_not_enough_for_one_window_is_an_error() -> None:
    def hopeless() -> int:
        raise MemoryError

    with pytest.raises(OutOfMemory, match="close other programs"):
        Shortage(nowhere, 4).run_windows([hopeless] * 3, ignore)


def test_from_the_gpu_to_the_processor_last() -> None:
    fled = [False]

    def flee() -> bool:
        already, fled[0] = fled[0], True
        return not already

    def job() -> str:
        if not fled[0]:
            raise torch.OutOfMemoryError("CUDA out of memory")
        return "done"

    shortage = Shortage(flee, 4)
    assert shortage.run_windows([job] * 5, ignore) == ["done"] * 5
    assert shortage.windows == 1
    assert "processor took over" in shortage.take_notes()[-1]


@pytest.mark.parametrize("windows", [1, 4])
def test_cancel_stops_the_windows_that_wait(windows: int) -> None:
    ran = []

    def stop(share: float) -> None:
        if share >= 0.1:
            raise Cancelled("stopped")

    with pytest.raises(Cancelled):
        Shortage(nowhere, windows).run_windows([lambda: ran.append(1)] * 100, stop)
    # those in flight may end, and a pool may take one more each before it hears of it
    assert len(ran) < 100 or windows > 1


def painted(limit: int, shortage: Shortage, area: Area) -> tuple[np.ndarray, list[int]]:
    canvas, sizes = np.zeros((area.rows.stop, area.columns.stop), int), []

    def run(part: Area) -> int:
        sizes.append(part.size)
        if part.size > limit:
            raise torch.OutOfMemoryError("CUDA out of memory")
        return 1

    for part, value in shortage.over("tail", area, 16, run):
        canvas[part.slices] += value
    return canvas, sizes


def test_areas_are_halved_until_they_fit() -> None:
    shortage = Shortage(nowhere, 1)
    canvas, sizes = painted(5000, shortage, Area.whole(200, 100))
    assert (canvas == 1).all()
    assert sizes[:3] == [20000, 9600, 4608]
    assert "smaller pieces" in shortage.take_notes()[0]
    canvas, sizes = painted(5000, shortage, Area.whole(200, 100))
    assert (canvas == 1).all()
    assert max(sizes) <= 5500, "what did not fit is remembered"


def test_an_area_that_cannot_be_halved_is_an_error() -> None:
    with pytest.raises(OutOfMemory):
        painted(100, Shortage(nowhere, 1), Area.whole(64, 64))


def test_kernels_are_bounded_unless_the_person_says_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    """What that is good for: `test_flat_memory.py`."""
    name = "ONEDNN_PRIMITIVE_CACHE_CAPACITY"
    for before, after in (("7", "7"), (None, "128")):
        monkeypatch.setenv(name, before or "")
        if before is None:
            monkeypatch.delenv(name)
        bound_kernels()
        assert os.environ[name] == after
