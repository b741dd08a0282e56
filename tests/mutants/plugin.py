"""A pytest plugin for the child: one module of the planner is loaded with its source changed."""

from __future__ import annotations

import os
import sys
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from pathlib import Path
from types import CodeType

from mutants.sabotages import SABOTAGES, Sabotage


class Changed(SourceFileLoader):
    """Compiles the changed source; no cached bytecode is read or written."""

    sabotage: Sabotage

    def get_code(self, fullname: str) -> CodeType:
        source = Path(self.path).read_text()
        if source.count(self.sabotage.old) != 1:
            raise SystemExit(
                f"sabotage {self.sabotage.name!r}: the source stands there {source.count(self.sabotage.old)} times"
            )
        return compile(source.replace(self.sabotage.old, self.sabotage.new), self.path, "exec")


class Finder(MetaPathFinder):
    """Stands before all others for one module."""

    def __init__(self, sabotage: Sabotage) -> None:
        self.sabotage = sabotage

    def find_spec(self, fullname: str, path: object, target: object = None) -> ModuleSpec | None:
        if fullname != self.sabotage.module:
            return None
        spec = PathFinder.find_spec(fullname, path)  # type: ignore[arg-type]
        assert spec is not None
        assert isinstance(spec.loader, Loader)
        loader = Changed(fullname, str(spec.origin))
        loader.sabotage = self.sabotage
        spec.loader = loader
        return spec


if name := os.environ.get("WAARBORG_SABOTAGE"):
    sys.meta_path.insert(0, Finder(next(one for one in SABOTAGES if one.name == name)))
