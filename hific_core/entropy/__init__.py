"""Symbols to bytes and back, exact on every machine: integer tables, the float/int border, the coder."""
