"""Commands that make models, each in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Union

from intaglio.errors import ArgumentError, CommandError

#: None and False: left out. True: a flag. A list: given several times. A mapping: KEY=VALUE each.
Option = Union[
    None, bool, int, float, str, "os.PathLike[str]", Sequence["Option"], Mapping[str, "Option"]
]


def quantize(
    model: str | os.PathLike[str],
    output: str | os.PathLike[str] | None = None,
    *,
    calibration: str | os.PathLike[str],
    weights: int | None = None,
    activations: int | None = None,
    **options: Option,
) -> Any:
    """A float model as an integer-only program: `intaglio quantize`.

        report = intaglio.quantize("vit.safetensors", "vit.intaglio", calibration="images/",
                                   weights=4, activations=4, pin={"blocks.0": "8/8"})

    - output: the packed model to write.
    - calibration: the folder of calibration images.
    - weights, activations: their bits, 2 to 8.
    - options: every other option of the command, with underscores for hyphens.

    Returns the command's JSON report. Raises `CommandError` with the command's message.
    """
    return run_command(
        "quantize",
        model,
        output=output,
        calibration=calibration,
        weights=weights,
        activations=activations,
        **options,
    )


def integerize(
    model: str | os.PathLike[str], output: str | os.PathLike[str], **options: Option
) -> Any:
    """Moves every scale past the multiplications and saves the program: `intaglio integerize`.

        report = intaglio.integerize("vit_qdq.onnx", "vit.intaglio", arithmetic="integer-only",
                                     calibration="images/")

    - output: the packed model to write.
    - options: every option of the command, with underscores for hyphens.

    Returns the command's JSON report. Raises `CommandError` with the command's message; its exit
    code is 3, and its report says why, where a multiplication stays on floats.
    """
    return run_command("integerize", model, output=output, **options)


def run_command(
    command: str | Sequence[str], *arguments: str | os.PathLike[str], **options: Option
) -> Any:
    """Runs a command of `intaglio` that reports and returns its JSON report.

    - command: its name, or the words of it, such as ("hardware", "emit").
    - arguments: what stands without an option, such as the model.
    - options: with underscores for hyphens; notes and progress go to `sys.stderr`.
    """
    if not sys.executable:
        raise ArgumentError("commands need a Python program to run in; sys.executable is empty")
    names = [command] if isinstance(command, str) else list(command)
    words = [*names, *_words(options), "--json", "--", *map(os.fsdecode, arguments)]
    with tempfile.TemporaryFile() as output:
        process, messages = _start([sys.executable, "-m", "intaglio", *words], output)
        try:
            said = _pass_on(messages)
            code = process.wait()
        except BaseException:
            process.kill()
            process.wait()
            raise
        output.seek(0)
        report = _parsed(output.read())
    if code:
        message = _message(said) or f"intaglio {' '.join(names)} ended with {code}"
        raise CommandError(message, code, report)
    return report


def _words(options: Mapping[str, Option]) -> Iterator[str]:
    for key, value in options.items():
        name = "--" + key.strip("_").replace("_", "-")
        if isinstance(value, Mapping):
            value = [f"{place}={_word(entry)}" for place, entry in value.items()]
        for entry in value if isinstance(value, (list, tuple)) else [value]:
            if entry is True:
                yield name
            elif entry is not None and entry is not False:
                yield f"{name}={_word(entry)}"


def _word(value: Any) -> str:
    return os.fsdecode(value) if isinstance(value, (str, bytes, os.PathLike)) else str(value)


def _start(words: list[str], output: Any) -> tuple[subprocess.Popen[bytes], int]:
    """The process and where its messages arrive.

    Where somebody watches, it writes to a terminal, so that it shows its progress.
    """
    environment = dict(os.environ)
    own = str(Path(__file__).resolve().parent.parent)
    others = environment.get("PYTHONPATH")
    environment["PYTHONPATH"] = own + (os.pathsep + others if others else "")
    if _is_watched():
        import pty

        receiver, sender = pty.openpty()
    else:
        receiver, sender = os.pipe()
    try:
        process = subprocess.Popen(
            words, stdin=subprocess.DEVNULL, stdout=output, stderr=sender, env=environment
        )
    except BaseException:
        os.close(receiver)
        raise
    finally:
        os.close(sender)
    return process, receiver


def _is_watched() -> bool:
    try:
        return os.isatty(sys.stderr.fileno())
    except (AttributeError, OSError, ValueError):
        return False


def _pass_on(receiver: int) -> str:
    """Writes all messages to `sys.stderr` and returns the last of them."""
    kept = b""
    try:
        while True:
            try:
                piece = os.read(receiver, 1 << 16)
            except OSError:  # How a terminal ends.
                break
            if not piece:
                break
            kept = (kept + piece)[-(1 << 16) :]
            if sys.stderr is not None:
                sys.stderr.write(piece.decode("utf-8", "replace"))
                sys.stderr.flush()
    finally:
        os.close(receiver)
    return kept.decode("utf-8", "replace").replace("\r\n", "\n")


def _message(said: str) -> str:
    """What follows "Error: ", or the last line."""
    lines = said.strip().split("\n")
    for place in reversed(range(len(lines))):
        start = lines[place].find("Error: ")
        if start >= 0:
            return "\n".join([lines[place][start + len("Error: ") :], *lines[place + 1 :]]).strip()
    return lines[-1].strip()


def _parsed(text: bytes) -> Any:
    try:
        return json.loads(text) if text.strip() else None
    except ValueError:
        return text.decode("utf-8", "replace")
