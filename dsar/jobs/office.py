"""What a process works with: its settings, the vault, and the way to a store."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from dsar import db
from dsar.config import Config, key_bytes
from dsar.connectors import Connector, open_store
from dsar.datamap.secrets import resolve
from dsar.datamap.types import DataMap, Store
from dsar.errors import BadInput, StoreRefused
from dsar.jobs import migration
from dsar.vault import Vault


@dataclass(frozen=True)
class Office:
    """Opened once by every process: web, worker, clock, command."""

    config: Config
    vault: Vault

    @classmethod
    def open(cls, config: Config) -> Self:
        """Connect the database (made and brought up to date by itself where it is embedded) and the vault.

        Raises BadInput, VaultProblem, DatabaseProblem: one line each.
        """
        if config.vault.startswith("s3://"):
            raise BadInput(
                "DSAR_VAULT names s3://, which is not served yet; name a folder that all processes share"
            )
        office = cls(config, Vault(Path(config.vault), key_bytes(config.master_key, "DSAR_MASTER_KEY")))
        office.vault.check()
        db.connect(config.database_url)
        migration.bring_up_to_date(config)
        return office

    def store(self, store: Store, datamap: DataMap, *, erasing: bool = False) -> Connector:
        """The connector of a store, by its reading account or its erasing one; opens no connection yet.

        Raises StoreRefused when a ${NAME} of the map is not set.
        """
        url = store.erase_url if erasing and store.erase_url else store.url
        try:
            resolved = resolve(url, os.environ)
        except BadInput as error:
            raise StoreRefused(f"store {store.name}: {error}") from error
        return open_store(store, datamap, url=resolved, timeout=self.config.store_timeout)
