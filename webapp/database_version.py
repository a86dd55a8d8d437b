"""Does the database fit this code, or does it need a migration, or newer code?

Asked before anything is written: an older program on a newer database would write rows that the
newer one does not expect.
"""

from __future__ import annotations

import enum
from functools import cache
from pathlib import Path

from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import URL, create_engine, make_url
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import NullPool

MIGRATIONS = Path(__file__).resolve().parent.parent / "migrations"


class Fit(enum.Enum):
    """How the database stands to the code's migrations."""

    EMPTY = "no migration has run"
    BEHIND = "some migrations have not run"
    CURRENT = "every migration has run"


class UnfitDatabase(Exception):
    """The database is newer than the code, or cannot be read; the message is one clear line."""


def fit(database_url: str) -> Fit:
    """Compare the revision in the database with those in the migrations folder.

    Reads only: a SQLite file that is absent is not made. Raises UnfitDatabase.
    """
    scripts = ScriptDirectory.from_config(_configuration())
    stamped = _stamped_revisions(make_url(database_url))
    unknown = stamped - {script.revision for script in scripts.walk_revisions()}
    if unknown:
        raise UnfitDatabase(
            f"The database is newer than this program (revision {', '.join(sorted(unknown))}): "
            "update the program, or restore a backup made with this version."
        )
    if not stamped:
        return Fit.EMPTY
    return Fit.CURRENT if stamped == set(scripts.get_heads()) else Fit.BEHIND


@cache
def heads() -> frozenset[str]:
    """Where this code's migrations end."""
    return frozenset(ScriptDirectory.from_config(_configuration()).get_heads())


def _configuration() -> Config:
    configuration = Config()
    configuration.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    return configuration


def _stamped_revisions(url: URL) -> set[str]:
    if url.get_backend_name() == "sqlite" and not Path(url.database or "").is_file():
        return set()
    engine = create_engine(url, poolclass=NullPool)
    try:
        with engine.connect() as connection:
            return set(MigrationContext.configure(connection).get_current_heads())
    except (SQLAlchemyError, OSError) as error:
        reason = str(getattr(error, "orig", None) or error).strip().splitlines()[0]
        raise UnfitDatabase(f"DATABASE_URL: the database cannot be read: {reason}.") from error
