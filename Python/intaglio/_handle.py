"""The pointer to an open model, and how one is opened."""

from __future__ import annotations

import ctypes
import os
import threading
from collections.abc import Mapping
from typing import Any

from intaglio._library import Error, Options, check, library
from intaglio.errors import ArgumentError, ClosedError, ForkError


class Handle:
    """The pointer to an open model; the library closes it once nobody uses it anymore."""

    def __init__(self, pointer: int):
        self._pointer: int | None = pointer
        self._users = 0
        self._lock = threading.Lock()
        self._process = os.getpid()
        self.closed = False

    def __enter__(self) -> int:
        if os.getpid() != self._process:
            raise ForkError(
                "the model was opened before os.fork(); open it in the new process, or start "
                "processes by 'spawn' or 'forkserver'"
            )
        with self._lock:
            if self.closed or self._pointer is None:
                raise ClosedError("the model is closed")
            self._users += 1
            return self._pointer

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._users -= 1
            pointer = self._abandoned()
        if pointer is not None:
            library.intaglio_close(pointer)

    def close(self) -> None:
        if os.getpid() != self._process:  # Its threads are another process's.
            self.closed = True
            return
        with self._lock:
            self.closed = True
            pointer = self._abandoned()
        if pointer is not None:
            library.intaglio_close(pointer)

    def _abandoned(self) -> int | None:
        if not self.closed or self._users:
            return None
        pointer, self._pointer = self._pointer, None
        return pointer


def open_model(path: str, options: Mapping[str, Any]) -> int:
    def text(value: str | None) -> bytes | None:
        if value is None:
            return None
        encoded = os.fsencode(value)
        if b"\0" in encoded:
            raise ArgumentError(f"expected text without a zero byte, found {value!r}")
        return encoded

    words = {key: text(value) for key, value in options.items() if key != "threads"}
    settings = Options(size=ctypes.sizeof(Options), threads=options["threads"], **words)
    pointer, error = ctypes.c_void_p(), Error()
    check(library.intaglio_open(text(path), settings, pointer, error), error)
    assert pointer.value is not None
    return pointer.value


def absolute(path: str | None) -> str | None:
    """The path of a file as every process finds it, an arithmetic before it or not; the names of
    built-in models stay."""
    if path is None or os.path.exists(path):
        return path if path is None else os.path.abspath(path)
    arithmetic, colon, file = path.partition(":")
    return arithmetic + colon + os.path.abspath(file) if colon and os.path.exists(file) else path
