"""Image file <-> pixels: what a picture holds is read from any format and given back to some."""
