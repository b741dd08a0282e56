"""The reference deployments: where their files are, in a checkout or in an installed package, and who fills them."""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path
from types import ModuleType

import waarborg
from waarborg.errors import UsageError

_PACKAGE = Path(waarborg.__file__).parent
PLACES = (_PACKAGE / "examples", _PACKAGE.parents[1] / "examples")
"""The wheel brings them inside the package; a checkout has them at its root."""
_NAME = "waarborg_examples"


def folder() -> Path:
    """The folder of the deployments. Raises `UsageError`, WB630, where there is none."""
    for place in PLACES:
        if (place / "making" / "engines.py").exists():
            return place
    todo = "Install waarborg again, or run `make demo` in a checkout of the repository."
    raise UsageError.one("WB630", "The reference deployments are not here.", "This installation lacks them.", todo)


def maker(name: str) -> ModuleType:
    """The module that makes a database for one of them: `maker("projects").make("taakveld.db", 200)`."""
    root = folder()
    package = sys.modules.get(_NAME)
    if package is None or list(package.__path__) != [str(root)]:
        for known in [one for one in sys.modules if one == _NAME or one.startswith(f"{_NAME}.")]:
            del sys.modules[known]
        package = ModuleType(_NAME, "The deployments, under a name that nobody else's package has.")
        package.__path__ = [str(root)]
        sys.modules[_NAME] = package
    return import_module(f"{_NAME}.{name}.make_data")
