"""The command line `intaglio`, which the library holds."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from collections.abc import Sequence

from intaglio._library import library


def main(arguments: Sequence[str] | None = None) -> None:
    """Runs the command line in this process and ends the process with its exit code.

    - arguments: what follows the program's name; `sys.argv[1:]` when absent.
    """
    words = ["intaglio", *(sys.argv[1:] if arguments is None else arguments)]
    argv = (ctypes.c_char_p * (len(words) + 1))(*map(os.fsencode, words), None)
    # Python's own ways would keep Ctrl-C from ending the command, and a closed pipe too.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    if hasattr(signal, "SIGPIPE"):
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            stream.flush()
    library.intaglio_main(len(words), argv)


if __name__ == "__main__":
    main()
