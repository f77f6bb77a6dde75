"""What went wrong in a thread of the service, as a person reads it."""

import traceback

from app.sentences import translated
from app.worker import Failure
from hific_core.errors import Cancelled, HificError, UnreadableFile


def described(error: BaseException) -> Failure | None:
    """What a person reads of an exception; None for one that means "cancelled"."""
    if isinstance(error, Cancelled):
        return None
    details = "".join(traceback.format_exception(error))
    if isinstance(error, HificError | UnreadableFile):
        return Failure(translated(str(error)), details, type(error).__name__)
    if isinstance(error, OSError):
        sentence = f"A file could not be used ({error.strerror}); try again."
        if error.filename:
            sentence = f"{error.filename} could not be used ({error.strerror}); try again."
        return Failure(translated(sentence), details)
    return Failure(translated("Something went wrong that should not have; please report it with the details."), details)
