"""The counter's own verifier, in JavaScript, run under node for tests."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent
_OWN = HERE.parents[1] / ".venv" / "node" / "node"  # the one that the front's tests bring where the machine has none


def node() -> str:
    """Where node is; without one the test is skipped, and where YIMA_CI is set that is a failure."""
    found = shutil.which("node") or (str(_OWN) if _OWN.exists() else None)
    if found is None:
        if os.environ.get("YIMA_CI"):
            pytest.fail("no node found: `.ci/front test` brings one")
        pytest.skip("no node found: `.ci/front test` brings one")
    return found


def agreed(cases: Sequence[dict[str, Any]], shared: dict[str, Any]) -> list[dict[str, Any]]:
    """What the page says to each case by the keys of recognised portals: ``root``, ``agreed`` and ``rows``."""
    return _run("agreed.mjs", cases, shared)


def judged(cases: Sequence[dict[str, Any]], shared: dict[str, Any]) -> list[dict[str, Any]]:
    """What the counter's page says to each case: ``text`` at ``now`` under ``root``, ``keys`` and ``lists``."""
    return _run("judge.mjs", cases, shared)


def _run(script: str, cases: Sequence[dict[str, Any]], shared: dict[str, Any]) -> list[dict[str, Any]]:
    command = [node(), "--no-warnings", "--experimental-detect-module", str(HERE / script)]
    asked = json.dumps({"shared": shared, "cases": list(cases)})
    done = subprocess.run(command, input=asked, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    answers: list[dict[str, Any]] = json.loads(done.stdout)
    return answers
