"""The C interface of `intaglio.h`, and nothing more.

ctypes releases Python's lock while a function of the library runs.
"""

from __future__ import annotations

import ctypes
import os
from ctypes import POINTER, c_char_p, c_int32, c_int64, c_size_t, c_void_p
from pathlib import Path

from intaglio.errors import IntaglioError, error

#: The version of the interface that this package speaks.
ABI = 1
#: The environment variable that names another library than the package's own.
VARIABLE = "INTAGLIO_LIBRARY"
NAME = "libintaglio.so"


class Error(ctypes.Structure):
    """`intaglio_error`: the status and a sentence in UTF-8, cut where it is too long."""

    _fields_ = [("status", c_int32), ("message", ctypes.c_char * 1020)]


class Options(ctypes.Structure):
    """`intaglio_options`."""

    _fields_ = [
        ("size", c_size_t),
        ("threads", c_int32),
        ("reserved", c_int32),
        ("arithmetic", c_char_p),
        ("configuration", c_char_p),
        ("logits", c_char_p),
        ("calibration", c_char_p),
    ]


# Buffers are addresses: NumPy's arrays know theirs, and their types were checked before.
_SIGNATURES = {
    "intaglio_version": (c_char_p, []),
    "intaglio_abi": (c_int32, []),
    "intaglio_open": (c_int32, [c_char_p, POINTER(Options), POINTER(c_void_p), POINTER(Error)]),
    "intaglio_close": (None, [c_void_p]),
    "intaglio_describe": (
        c_int32,
        [c_void_p, c_void_p, c_size_t, POINTER(c_size_t), POINTER(Error)],
    ),
    "intaglio_input_count": (c_int64, [c_void_p]),
    "intaglio_output_count": (c_int64, [c_void_p]),
    "intaglio_run_f32": (
        c_int32,
        [c_void_p, c_void_p, c_int64, c_void_p, c_int64, POINTER(Error)],
    ),
    "intaglio_run_i32": (
        c_int32,
        [c_void_p, c_void_p, c_int64, c_void_p, c_int64, POINTER(Error)],
    ),
    "intaglio_run_u8": (
        c_int32,
        [c_void_p, c_void_p, *[c_int64] * 4, c_void_p, c_int64, POINTER(Error)],
    ),
    "intaglio_preprocess_u8": (
        c_int32,
        [c_void_p, c_void_p, *[c_int64] * 4, c_void_p, c_int64, POINTER(Error)],
    ),
    "intaglio_preprocess_encoded": (
        c_int32,
        [c_void_p, c_char_p, c_size_t, c_void_p, c_int64, POINTER(Error)],
    ),
    "intaglio_main": (None, [c_int32, POINTER(c_char_p)]),
}


def _load() -> ctypes.CDLL:
    """Loads the library; an `ImportError` says what to do where that is impossible."""
    own = Path(__file__).with_name(NAME)
    path = os.environ.get(VARIABLE) or str(own)
    if not os.path.exists(path):
        raise ImportError(
            f"{path} is missing: install Intaglio's wheel, or set {VARIABLE} to the path of {NAME}"
        )
    try:
        library = ctypes.CDLL(os.path.abspath(path))
        for name, (result, arguments) in _SIGNATURES.items():
            function = getattr(library, name)
            function.restype, function.argtypes = result, arguments
    except (OSError, AttributeError) as reason:
        raise ImportError(
            f"{path} cannot be loaded ({reason}): install the wheel for this machine, or set "
            f"{VARIABLE} to the path of another {NAME}"
        ) from reason
    abi = library.intaglio_abi()
    if abi != ABI:
        raise ImportError(
            f"{path} has interface {abi}, this package speaks {ABI}: install both from one wheel, "
            f"or set {VARIABLE} to the path of another {NAME}"
        )
    return library


library = _load()


def library_version() -> str:
    """The version of the library, such as "1.0.0"."""
    version: bytes = library.intaglio_version()
    return version.decode()


def check(status: int, details: Error) -> None:
    """Raises what a call ended with, if it is not `INTAGLIO_OK`."""
    if status:
        raise failure(status, details)


def failure(status: int, details: Error) -> IntaglioError:
    message = details.message.decode("utf-8", "replace").rstrip("\ufffd")
    return error(status, message or f"the library failed with status {status}")
