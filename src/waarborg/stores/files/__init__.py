"""Files as a store: logs, mail and folders, looked through within bounds. Read only."""

from waarborg.stores.files.store import FileStore

__all__ = ["FileStore"]
