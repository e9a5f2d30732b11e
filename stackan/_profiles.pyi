from typing import Any

CHECKS: dict[str, int]
PROFILES: dict[str, dict[str, Any]]
