"""The counter's verifier part by part, under node: base45, inflate, CBOR, status lists, the clock."""

from __future__ import annotations

import subprocess

from tests.counter.offline import HERE, node


def test_every_part_of_the_verifier_keeps_its_promise() -> None:
    command = [node(), "--no-warnings", "--experimental-detect-module", "--test", str(HERE / "pure.test.mjs")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-4000:]
    assert "# fail 0" in done.stdout
