"""The bundle's `hific-studio`."""

import sys

from app.__main__ import main

sys.exit(main())
