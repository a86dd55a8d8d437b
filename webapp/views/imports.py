"""Clients and services from a file: upload, preview, confirm, result, undo.

Whoever may create a client or a service by hand may import them.
"""

from __future__ import annotations

import io

from defusedcsv import csv
from flask import Blueprint, Response, abort, request, url_for
from flask_babel import get_locale, gettext
from sqlalchemy import case, select
from werkzeug.datastructures import FileStorage
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wrappers import Response as AnyResponse

from webapp.extensions import db
from webapp.imports import KINDS, columns, file, undo, work
from webapp.models import CsvImport, CsvRow
from webapp.models.csv_import import DONE, LEFT, PREVIEW, REFUSE
from webapp.rights import asking_firm, current_person, firm_id, for_firm, own
from webapp.views import imports_words as words
from webapp.views.answers import done, page, refused
from webapp.views.deletion import Question, ask
from webapp.views.paging import page_of

bp = Blueprint("imports", __name__, url_prefix="/<any(accounts, services):name>")

UPLOAD, SHOW = "imports/upload.html", "imports/show.html"
LARGEST_UPLOAD = file.MOST_BYTES + 2 * 1024 * 1024
"""Somewhat more than is taken, so that a file that is a little too large gets its sentence."""
LATEST = 10


@bp.url_value_preprocessor
def _allow_large_files(_endpoint: str | None, _values: dict[str, object] | None) -> None:
    """Before anything reads the form: the check of its token does."""
    request.max_content_length = LARGEST_UPLOAD


@bp.errorhandler(RequestEntityTooLarge)
def _too_large(_error: RequestEntityTooLarge) -> tuple[str, int]:
    body, _status = refused(UPLOAD, "form", **_upload(_name_asked(), _larger_than_allowed()))
    return body, 413


@bp.get("/import")
@for_firm
def new(name: str) -> tuple[str, int]:
    return page(UPLOAD, "form", **_upload(name))


@bp.get("/import/template.csv")
@for_firm
def template(name: str) -> Response:
    """Headings and two rows, to be filled in."""
    kind, text = KINDS[name], io.StringIO()
    csv.writer(text).writerows([columns.FIELDS[kind], *columns.TEMPLATES[kind]])
    answer = Response("\ufeff" + text.getvalue(), mimetype="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return answer


@bp.post("/import")
@for_firm
def create(name: str) -> AnyResponse | tuple[str, int]:
    """Read the file and keep its preview; nothing of it is a record yet."""
    uploaded = request.files.get("file")
    try:
        content = _content(uploaded)
        import_id = work.preview(
            asking_firm(),
            KINDS[name],
            _file_name(uploaded),
            content,
            current_person(),
            str(get_locale() or "en"),
        )
    except file.Unreadable as unreadable:
        db.session.rollback()
        return refused(UPLOAD, "form", **_upload(name, str(unreadable)))
    return done(url_for(".show", name=name, import_id=import_id))


@bp.get("/imports/<int:import_id>")
@for_firm
def show(name: str, import_id: int) -> tuple[str, int]:
    imported = _own(name, import_id)
    chosen = request.args.get("show", "")
    rows = select(CsvRow).where(CsvRow.import_id == imported.id, *words.narrowing(chosen))
    troubles_first = case((CsvRow.verdict == REFUSE, 0), (CsvRow.outcome == LEFT, 0), else_=1)
    counts = imported.counts()
    return page(
        SHOW,
        "import",
        imported=imported,
        counts=counts,
        name=name,
        words=words,
        chosen=chosen,
        page=page_of(rows.order_by(troubles_first, CsvRow.line)),
        progress=words.progress(imported, counts),
        address=lambda **more: url_for(".show", name=name, import_id=import_id, **more),
    )


@bp.post("/imports/<int:import_id>/confirm")
@for_firm
def confirm(name: str, import_id: int) -> AnyResponse:
    """Carry it out. Pressing twice, or in two windows, does it once."""
    work.confirm(_own(name, import_id))
    return done(url_for(".show", name=name, import_id=import_id))


@bp.post("/imports/<int:import_id>/discard")
@for_firm
def discard(name: str, import_id: int) -> AnyResponse:
    imported = _own(name, import_id)
    if imported.state != PREVIEW:
        return done(url_for(".show", name=name, import_id=import_id))
    db.session.delete(imported)
    db.session.commit()
    return done(url_for(f"{name}.index"), gettext("Nothing was imported."))


@bp.route("/imports/<int:import_id>/undo", methods=["GET", "POST"])
@for_firm
def take_back(name: str, import_id: int) -> AnyResponse | tuple[str, int]:
    imported = _own(name, import_id)
    address = url_for(".show", name=name, import_id=import_id)
    if request.method == "POST":
        work.take_back(imported)
        return done(address)
    if imported.state != DONE:
        return done(address)
    return ask(
        Question(
            title=gettext("Undo the import of %(file)s?", file=imported.file_name),
            text=words.what_undoing_does(imported.kind, undo.outlook(imported), imported.counts()),
            delete=gettext("Undo import"),
            keep=gettext("Keep everything"),
            back=address,
        )
    )


# -- what they share ------------------------------------------------------------------------------


def _own(name: str, import_id: int) -> CsvImport:
    found = own(CsvImport, import_id)
    if found.kind != KINDS[name]:
        abort(404)
    return found


def _name_asked() -> str:
    return str((request.view_args or {})["name"])


def _content(uploaded: FileStorage | None) -> bytes:
    if uploaded is None or not uploaded.filename:
        raise file.Unreadable(gettext("Choose a file."))
    content = uploaded.stream.read(file.MOST_BYTES + 1)
    if len(content) > file.MOST_BYTES:
        raise file.Unreadable(_larger_than_allowed())
    return content


def _larger_than_allowed() -> str:
    return gettext("The file is larger than 10 MB. Split it.")


def _file_name(uploaded: FileStorage | None) -> str:
    """Without the folders that some browsers send, and as text that can be shown."""
    given = (uploaded.filename if uploaded else None) or ""
    shown = "".join(char for char in given.replace("\\", "/").split("/")[-1] if char.isprintable())
    return shown or "import.csv"


def _upload(name: str, error: str = "") -> dict[str, object]:
    kind = KINDS[name]
    person = current_person()
    fixes = person is not None and person.fixes_sync
    latest = db.session.scalars(
        select(CsvImport)
        .where(CsvImport.firm_id == firm_id(), CsvImport.kind == kind)
        .order_by(CsvImport.id.desc())
        .limit(LATEST)
    ).all()
    return {
        "name": name,
        "error": error,
        "latest": latest,
        "fields": [
            (field, words.EXPLAINED[field])
            for field in columns.FIELDS[kind]
            if field != "sync" or fixes
        ],
        "words": words,
    }
