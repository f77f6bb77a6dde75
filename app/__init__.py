"""The window: a Qt front end for `hific_core`, which `service.py` alone touches."""
