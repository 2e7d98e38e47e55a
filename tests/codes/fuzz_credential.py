"""Coverage-guided fuzzing of everything that reads a code: ``python -m tests.codes.fuzz_credential -runs=100000``.

The arguments are libFuzzer's (``-runs``, ``-max_total_time``, ``-seed``, a corpus folder). It stops at the first input
that breaks a reader, or that is accepted although nobody signed it, and leaves that input in a file.
"""

from __future__ import annotations

import hashlib
import sys
import tempfile
from pathlib import Path

import atheris


def main() -> None:
    with atheris.instrument_imports(include=["codes", "config.floor.damm"], enable_loader_override=False):
        from tests.codes import mutants
    with tempfile.TemporaryDirectory(prefix="yima-fuzz-") as folder:
        for seed in mutants.seeds():
            (Path(folder) / hashlib.sha256(seed).hexdigest()[:16]).write_bytes(seed)
        arguments = [sys.argv[0], "-max_len=2048", *sys.argv[1:], folder]
        atheris.Setup(arguments, mutants.read_anything)
        atheris.Fuzz()


if __name__ == "__main__":
    main()
