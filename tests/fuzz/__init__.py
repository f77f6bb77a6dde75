"""Hostile bytes in numbers: what damages them, the borders that they cross, and what may come out."""

import sys

if sys.platform != "win32":
    from tests.fuzz import blocks, containers, networks, streams

    TARGETS = (*containers.TARGETS, *streams.TARGETS, *blocks.TARGETS, *networks.TARGETS)
