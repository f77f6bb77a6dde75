"""Parts of the window that know nothing of files or codecs."""
