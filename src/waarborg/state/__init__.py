"""State: what must last, as small SQL over a connection that is handed in. It never commits by itself.

from waarborg.state import State, open_state, load_master

State(connection, master)          # in the caller's transaction: .log() .vault .people .tombstones .plans .markers
open_state(path, master=master)    # the command line's SQLite file, with `.begin()` and `.read()`
"""

from waarborg.state.backups import Backup
from waarborg.state.declared import declared_names
from waarborg.state.file import StateFile, open_state
from waarborg.state.master import MasterKey, create_key_file, load_master
from waarborg.state.records import Applied, Tombstone
from waarborg.state.vault import PersonKeys, Vault
from waarborg.state.whole import State

__all__ = [
    "Applied",
    "Backup",
    "MasterKey",
    "PersonKeys",
    "State",
    "StateFile",
    "Tombstone",
    "Vault",
    "create_key_file",
    "declared_names",
    "load_master",
    "open_state",
]
