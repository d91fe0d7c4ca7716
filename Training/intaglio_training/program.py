"""The program `intaglio`, called."""

import subprocess


class CheckFailed(RuntimeError):
    """`intaglio` refused what it was given, or its answers are not the model's."""


def call(intaglio, *arguments):
    """What the command prints; what it complains of where it fails."""
    try:
        done = subprocess.run([intaglio, *arguments], capture_output=True, text=True)
    except OSError as error:
        raise CheckFailed(f"{intaglio}: {error.strerror}") from error
    if done.returncode:
        lines = (done.stderr or done.stdout).strip().splitlines() or ["no reason given"]
        fault = next((line for line in lines if line.startswith("Error: ")), lines[-1])
        reason = fault.removeprefix("Error: ")
        raise CheckFailed(f"intaglio {arguments[0]} ended with {done.returncode}: {reason}")
    return done.stdout
