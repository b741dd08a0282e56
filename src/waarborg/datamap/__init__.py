"""The data map: where personal data is, whose it is, and how the rows lead to people."""

from waarborg.datamap.load import load_datamap, parse_datamap, read_datamap
from waarborg.datamap.model import DataMap

__all__ = ["DataMap", "load_datamap", "parse_datamap", "read_datamap"]
