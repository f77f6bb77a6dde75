"""The original's code beside ours on the same seeded weights: `make bench ORIGINAL=PATH`.

PATH is a checkout of the PyTorch port (github.com/Justin-Tan/high-fidelity-generative-compression). Nothing of it is
changed or copied; what it needs to run today is put in its place in a process of its own (`original.py`).
"""
