"""Does named cases again: `python -m tests.fuzz "container:0:17" ...`; the exception comes out as it is."""

import sys
import tempfile
from pathlib import Path

from tests.fuzz import TARGETS
from tests.fuzz.mutation import Mutator

for name in sys.argv[1:]:
    target = next(target for target in TARGETS if target.name == name.rsplit(":", 2)[0])
    with tempfile.TemporaryDirectory() as folder:
        mutator = Mutator()
        case = target.prepare(Path(folder))
        mutator.begin(name)
        case(mutator)
