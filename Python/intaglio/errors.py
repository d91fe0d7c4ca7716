"""Everything that goes wrong is an `IntaglioError`; its class says what kind of thing."""

from __future__ import annotations

from typing import Any


class IntaglioError(Exception):
    """An error with a sentence that says what was expected and what was found."""

    #: The number in `intaglio.h`.
    status: int = 6


class ArgumentError(IntaglioError, ValueError):
    """An argument that no call may have, whatever the model."""

    status = 1


class ClosedError(ArgumentError):
    """The model was closed."""


class ForkError(ArgumentError):
    """The model was opened before `os.fork()`, which leaves its threads behind."""


class ModelError(IntaglioError):
    """The model cannot be opened: no such file, a damaged one, or an option it does not know."""

    status = 2


class FitError(IntaglioError, ValueError):
    """Images or samples that do not fit the model: shape, type, or what they mean is open."""

    status = 3


class ImageError(IntaglioError, ValueError):
    """Bytes that are no JPEG or PNG image, or a damaged one."""

    status = 4


class NoMemoryError(IntaglioError, MemoryError):
    """Not enough memory."""

    status = 5


class FailedError(IntaglioError):
    """Anything else."""

    status = 6


class CommandError(FailedError):
    """A command ended with another exit code than 0.

    - exit_code: the command's; negative for the signal that ended it.
    - report: the JSON report that it printed nevertheless, or None.
    """

    def __init__(self, message: str, exit_code: int = 1, report: Any = None):
        super().__init__(message, exit_code, report)
        self.exit_code = exit_code
        self.report = report

    def __str__(self) -> str:
        return str(self.args[0])


_CLASSES: dict[int, type[IntaglioError]] = {
    kind.status: kind
    for kind in (ArgumentError, ModelError, FitError, ImageError, NoMemoryError, FailedError)
}


def error(status: int, message: str) -> IntaglioError:
    """The error of a status of `intaglio.h`; an unknown status is a `FailedError`."""
    return _CLASSES.get(status, FailedError)(message)
