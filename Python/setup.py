"""Tags the wheel for this platform and every Python 3, as it holds a library but no extension."""

import os
import sys
from pathlib import Path

from setuptools import setup
from setuptools.command.bdist_wheel import bdist_wheel
from setuptools.dist import Distribution

LIBRARY = Path(__file__).parent / "intaglio" / "libintaglio.so"
MISSING = (
    "Python/intaglio/libintaglio.so is missing: copy it from .build/library, "
    "or set INTAGLIO_LIBRARY to its path"
)


class Wheel(bdist_wheel):
    def get_tag(self):
        return "py3", "none", super().get_tag()[2]


class Binary(Distribution):
    def has_ext_modules(self):
        return True


if not LIBRARY.exists() and not os.environ.get("INTAGLIO_LIBRARY"):
    if any(word in sys.argv for word in ("bdist_wheel", "editable_wheel", "install")):
        sys.exit(MISSING)
setup(cmdclass={"bdist_wheel": Wheel}, distclass=Binary)
