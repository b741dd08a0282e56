"""The pages under docs/errors as data: each holds a fragment that its check refuses and one that it accepts."""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

ROOT = Path(__file__).parents[1]
PAGES = ROOT / "docs" / "errors"
EXAMPLE = ROOT / "examples" / "projects" / "policy.yaml"


def fragments(page: Path, kind: str) -> list[str]:
    """The fenced blocks of one kind (`refused`, `accepted`) on a page."""
    return re.findall(rf"^```yaml {kind}\n(.*?)^```", page.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)


def merged(fragment: str, base: str | None = None) -> str:
    """The example policy with a fragment laid over it: mappings merge, everything else replaces."""
    yaml = YAML(typ="safe", pure=True)
    whole = yaml.load(base if base is not None else EXAMPLE.read_text(encoding="utf-8"))
    out = io.StringIO()
    yaml.dump(_lay(whole, yaml.load(fragment)), out)
    return out.getvalue()


def _lay(under: Any, over: Any) -> Any:
    if isinstance(under, dict) and isinstance(over, dict):
        return {**under, **{key: _lay(under.get(key), value) for key, value in over.items()}}
    return over
