"""The dumps of these tests are written by tests/graph/dumps.py."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1]))
