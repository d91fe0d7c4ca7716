"""`python -m intaglio_training` is intaglio-train."""

from .command import main

main()
