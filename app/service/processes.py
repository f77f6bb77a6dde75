"""Processes that go on without the window."""

from hific_core.processes import began

__all__ = ["began"]
