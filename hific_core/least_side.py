"""What a picture must measure for LPIPS: apart from `metrics`, as settings are read where torch is not loaded."""

LEAST_SIDE_LPIPS = 31
"""Pixels of a side that AlexNet's layers need."""
