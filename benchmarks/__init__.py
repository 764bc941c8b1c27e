"""How long things take on this machine: ``make bench``, or ``python -m benchmarks``."""
