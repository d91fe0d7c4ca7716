"""The program `intaglio`, called."""

import subprocess


class CheckFailed(RuntimeError):
    """`intaglio` refused what it was given, or its answers are not the model's."""


def call(intaglio, *arguments):
    """What the command prints; its last line of complaint where it fails."""
    try:
        done = subprocess.run([intaglio, *arguments], capture_output=True, text=True)
    except OSError as error:
        raise CheckFailed(f"{intaglio}: {error.strerror}") from error
    if done.returncode:
        lines = (done.stderr or done.stdout).strip().splitlines() or ["no reason given"]
        raise CheckFailed(f"intaglio {arguments[0]} ended with {done.returncode}: {lines[-1]}")
    return done.stdout
