"""The firm's API tokens: issued and shown once, revoked for good."""

from __future__ import annotations

from flask import Blueprint, abort, request, url_for
from flask_babel import gettext
from sqlalchemy import select
from werkzeug.wrappers import Response

from webapp import security_log
from webapp.extensions import db
from webapp.intake import values as fit
from webapp.models import ApiToken
from webapp.rights import asking_firm, firm_id, for_fixers
from webapp.views.answers import done, page, refused
from webapp.views.deletion import Question, ask
from webapp.views.settings_menu import settings_menu

bp = Blueprint("tokens", __name__, url_prefix="/settings/api-tokens")

TEMPLATE = "settings/tokens.html"
LONGEST_NAME = 100


@bp.get("")
@for_fixers
def index() -> tuple[str, int]:
    return page(TEMPLATE, "tokens", **_shown())


@bp.post("")
@for_fixers
def issue() -> tuple[str, int]:
    """Answers with the page itself: the token in clear must not outlive this answer."""
    typed_name = request.form.get("name", "")
    try:
        name = fit.text(LONGEST_NAME)(typed_name)
    except fit.Unfit as unfit:
        return refused(TEMPLATE, "tokens", **_shown(name=typed_name, error=str(unfit)))
    if not name:
        error = gettext("Say what the token is for.")
        return refused(TEMPLATE, "tokens", **_shown(error=error))
    token, clear = ApiToken.issue(asking_firm(), name)
    db.session.commit()
    security_log.note("api_token_issued", token_id=token.id)
    return page(TEMPLATE, "tokens", **_shown(clear=clear))


@bp.route("/<int:token_id>/revoke", methods=["GET", "POST"])
@for_fixers
def revoke(token_id: int) -> Response | tuple[str, int]:
    token = _own(token_id)
    if request.method == "GET":
        return ask(_question(token))
    token.revoke()
    db.session.commit()
    security_log.note("api_token_revoked", token_id=token.id)
    return done(url_for(".index"), gettext("Token revoked."))


def _question(token: ApiToken) -> Question:
    return Question(
        title=gettext('Revoke "%(name)s"?', name=token.name),
        text=gettext(
            "Programs that use it are refused from now on. This cannot be undone; "
            "you can issue another token."
        ),
        delete=gettext("Revoke token"),
        keep=gettext("Keep token"),
        back=url_for(".index"),
    )


def _own(token_id: int) -> ApiToken:
    token = db.session.scalar(
        select(ApiToken).where(
            ApiToken.id == token_id,
            ApiToken.firm_id == firm_id(),
            ApiToken.revoked_at.is_(None),
        )
    )
    if token is None:
        abort(404)
    return token


def _shown(name: str = "", error: str = "", clear: str = "") -> dict[str, object]:
    """``clear`` is the new token, this once."""
    living = db.session.scalars(
        select(ApiToken)
        .where(ApiToken.firm_id == firm_id(), ApiToken.revoked_at.is_(None))
        .order_by(ApiToken.id.desc())
    ).all()
    return {
        "tokens": living,
        "name": name,
        "error": error,
        "clear": clear,
        "menu": settings_menu("tokens"),
    }
