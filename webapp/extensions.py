"""The Flask extensions, made once and bound to the application in ``create_app``."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, cast

from flask_babel import Babel
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_login import LoginManager
from flask_mailman import Mail
from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy
from flask_wtf.csrf import CSRFProtect
from htmx_flask import Htmx
from sqlalchemy import MetaData
from sqlalchemy.orm import DeclarativeBase

from webapp.database import UtcDateTime

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """Every constraint gets a predictable name, so that a migration can drop it."""

    metadata = MetaData(naming_convention=NAMING)


# A worker commits after each answer and goes on with what it has loaded.
db = SQLAlchemy(model_class=Base, session_options={"expire_on_commit": False})
cast(Any, db.Model).registry.update_type_annotation_map({datetime: UtcDateTime})

if TYPE_CHECKING:

    class Model(Base):
        """What every table derives from, as a type checker can understand it."""

        __abstract__ = True

        def __init__(self, **values: Any) -> None: ...
else:
    Model = db.Model
migrate = Migrate(render_as_batch=True)
login_manager = LoginManager()
csrf = CSRFProtect()
babel = Babel()
htmx = Htmx()
mail = Mail()
limiter = Limiter(key_func=get_remote_address)
