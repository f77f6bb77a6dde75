"""The bundle's `hific`."""

import sys

from hific_core.__main__ import main

sys.exit(main())
