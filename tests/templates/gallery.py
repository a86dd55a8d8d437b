"""Which page shows every component and every state of the QuickBooks page, without the product?

A bare Flask app over the real templates and static files, with the same strict Content Security
Policy. Look at it by hand with `python -m tests.templates.gallery` (port 5199).
"""

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

from flask import Blueprint, Flask, Response, render_template, request
from flask_babel import Babel
from jinja2 import ChoiceLoader, FileSystemLoader

from tests.templates import samples
from tests.templates.samples import BASE, NOW
from webapp import macros

ROOT = Path(__file__).resolve().parents[2]
CSP = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; "
CSP += "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"


def money(minor: int, currency: str = "USD") -> str:
    return f"${minor / 100:,.2f}"


def local_time(moment: datetime) -> str:
    return (moment - timedelta(hours=4)).strftime("%-I:%M %p")


def local_date(day: datetime) -> str:
    return day.strftime("%b %-d, %Y")


def ago(moment: datetime) -> str:
    minutes = int((NOW - moment).total_seconds() // 60)
    return "just now" if minutes < 1 else f"{minutes} minutes ago"


def shell() -> dict:
    entries = [
        ("Clients", "/accounts", "clients"),
        ("Invoices", "/invoices", "invoice"),
        ("Recurring", "/recurring", "repeat"),
        ("Payments", "/payments", "card"),
        ("Services", "/services", "tag"),
        ("Settings", "/settings", "gear"),
    ]
    return {
        "nav_items": [
            SimpleNamespace(label=label, url=url, icon=icon, current=icon == "gear", badge=None)
            for label, url, icon in entries
        ],
        "firm": SimpleNamespace(name="Hale & Ortiz CPAs"),
        "person": SimpleNamespace(
            name="Dana Hale", initials="DH", role="owner", theme=request.args.get("theme")
        ),
        "language": "en",
        "unread_notifications": 3,
        "banner": lambda: _banner(request.args.get("state", "connected")),
    }


def _banner(state: str) -> SimpleNamespace | None:
    if state == "expired":
        return SimpleNamespace(state="sign_in", waiting=37, since=NOW - timedelta(hours=5))
    return None if state in ("none", "clear") else SimpleNamespace(state="errors", count=22)


def create_app() -> Flask:
    app = Flask(__name__, static_folder=str(ROOT / "static"))
    app.jinja_loader = ChoiceLoader(
        [FileSystemLoader(ROOT / "templates"), FileSystemLoader(Path(__file__).parent)]
    )
    app.jinja_env.filters |= {
        "money": money,
        "local_time": local_time,
        "local_date": local_date,
        "ago": ago,
        "local_moment": local_time,
    }
    app.jinja_env.globals["form_word"] = lambda: "gallery-word"
    app.jinja_env.globals["csrf_token"] = lambda: "gallery-token"
    macros.init_app(app)
    Babel(app)
    app.context_processor(shell)

    @app.after_request
    def strict(response: Response) -> Response:
        response.headers["Content-Security-Policy"] = CSP
        return response

    auth = Blueprint("auth", __name__)
    for name, rule in [
        ("choose_language", "/language/<language>"),
        ("choose_theme", "/theme/<theme>"),
        ("sign_out", "/sign-out"),
    ]:
        auth.add_url_rule(rule, name, lambda **_: ("", 204), methods=["POST"])
    app.register_blueprint(auth)

    @app.get("/")
    def components() -> str:
        return render_template("gallery.html")

    @app.get("/sign-in")
    def sign_in() -> str:
        error = "The email or the password is wrong." if request.args.get("error") else None
        return render_template("auth/sign_in.html", email="", error=error)

    @app.get("/error/<name>")
    def error(name: str) -> str:
        return render_template(f"errors/{name}.html", request_id="4f2a")

    add_quickbooks(app)
    return app


def add_quickbooks(app: Flask) -> None:
    """The QuickBooks page and just enough answers for its scripts to be tried."""
    folder = "settings/quickbooks"
    lists = (samples.invoice_rows(), samples.service_rows(), samples.account_rows())
    rows = {row.id: row for list_ in lists for row in list_}

    @app.get(BASE)
    @app.get(f"{BASE}/errors/<kind>")
    def quickbooks(kind: str = "invoices") -> str:
        page = samples.page(request.args.get("state", "connected"), kind)
        if request.headers.get("HX-Request"):
            return render_template(f"{folder}/_list.html", list=page.errors)
        return render_template(f"{folder}/index.html", page=page)

    @app.get(f"{BASE}/issues/<int:issue>/row")
    def row(issue: int) -> str:
        return render_template(f"{folder}/_row.html", row=replace(rows[issue], state="fixed"))

    @app.get(f"{BASE}/issues/<int:issue>/detail")
    def detail(issue: int) -> str:
        return render_template(
            f"{folder}/_detail.html", row=rows[issue], detail=samples.invoice_detail()
        )

    @app.post(f"{BASE}/issues/<int:issue>/resync")
    def resync(issue: int) -> str:
        return render_template(f"{folder}/_row.html", row=replace(rows[issue], state="syncing"))

    @app.post(f"{BASE}/issues/<int:issue>/ignore")
    def ignore(issue: int) -> str | tuple[str, int]:
        if issue == 1035:
            return "", 500
        return render_template("ignored.html", issue=issue)

    @app.get(f"{BASE}/issues/<int:issue>/delete")
    def ask(issue: int) -> str:
        name = "_question" if request.headers.get("HX-Request") else "question"
        return render_template(f"{folder}/{name}.html", question=samples.delete_question(issue))

    @app.post(f"{BASE}/issues/<int:issue>/delete")
    def delete(issue: int) -> str:
        return render_template("ignored.html", issue=issue)

    @app.get(f"{BASE}/issues/<int:issue>/customers")
    def customers(issue: int) -> str:
        return render_template(
            f"{folder}/_suggestions.html",
            suggestions=samples.suggestions(),
            combo_id=f"qb-customer-{issue}",
        )

    @app.post(f"{BASE}/issues/<int:issue>/link")
    def link(issue: int) -> str:
        chosen = {k: v for k, v in request.form.items() if k != "csrf_token"}
        row = next(row for row in samples.account_rows() if row.id == issue)
        return render_template(
            f"{folder}/_row.html", row=replace(row, state="fixed", state_text=str(chosen))
        )


if __name__ == "__main__":
    create_app().run(port=5199)
