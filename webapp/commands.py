"""The command line: firms, people, a connection made elsewhere, the demo's data."""

from __future__ import annotations

import json
import os
from typing import Any

import click
from flask import Flask, current_app
from flask.cli import AppGroup
from sqlalchemy.exc import OperationalError, ProgrammingError

from webapp import demo, hints, logs, passwords, second_factor
from webapp.demo.local_quickbooks import LocalQuickBooks
from webapp.extensions import db
from webapp.models import ApiToken, Firm, Person, SignIn
from webapp.models.connection import ASK, CREATE
from webapp.models.person import OPERATOR, OWNER
from webapp.quickbooks import connection, forgetting
from webapp.quickbooks.books import telling
from webapp.quickbooks.books import work as books
from webapp.quickbooks.errors import QuickBooksError
from webapp.quickbooks.oauth import IntuitUnreachable

UNMATCHED = (ASK, CREATE)
REASONS = {
    "other_firm": "This company is connected to another firm.",
    "other_company": "This firm has another company. A firm keeps its company.",
    "no_access": "QuickBooks does not open this company for the refresh token: check --realm-id.",
    "refused": "Intuit did not accept the refresh token.",
}


class _Group(AppGroup):
    """Of commands that need the tables."""

    def invoke(self, context: click.Context) -> Any:
        try:
            with logs.terse():
                return super().invoke(context)
        except (OperationalError, ProgrammingError) as error:
            reason = str(error.orig).strip().splitlines()[0]
            raise click.ClickException(
                f"The database refused: {reason}. Are its tables made? flask --app wsgi db upgrade"
            ) from error


firm_group = _Group("firm", help="Firms, the tenants of this installation.")
operator_group = _Group("operator", help="People who run this installation.")
person_group = _Group("person", help="Anybody who signs in.")
demo_group = _Group("demo", help="The demo firm of `make run`.")
quickbooks_group = _Group("quickbooks", help="Connections to QuickBooks companies.")


def init_app(app: Flask) -> None:
    app.cli.add_command(quickbooks_group)
    app.cli.add_command(demo_group)
    app.cli.add_command(firm_group)
    app.cli.add_command(operator_group)
    app.cli.add_command(person_group)


def add_person(role: str, email: str, password: str, name: str, firm: Firm | None) -> Person:
    """A new person. Raises click.ClickException when the address is taken or a value is unfit."""
    address = email.strip().lower()
    if "@" not in address or any(char.isspace() or not char.isprintable() for char in address):
        raise click.ClickException(f"--email: {email!r} is not an e-mail address.")
    if len(password) < passwords.MINIMUM_LENGTH:
        raise click.ClickException(
            f"--password: use at least {passwords.MINIMUM_LENGTH} characters."
        )
    if passwords.is_well_known(password):
        click.echo("Warning: this password is among those tried first. Change it soon.", err=True)
    if Person.by_email(address):
        raise click.ClickException(f"{address} already has an account here.")
    person = Person(role=role, email=address, name=name, firm=firm)
    person.set_password(password)
    db.session.add(person)
    return person


_ASKED_FOR: dict[str, Any] = {"prompt": True, "hide_input": True, "confirmation_prompt": True}
"""Where it is left out: what stands in a command is seen in the list of processes and kept in the
shell's history."""


@firm_group.command("create")
@click.option("--name", required=True)
@click.option("--owner-email", required=True)
@click.option("--owner-password", **_ASKED_FOR)
@click.option("--timezone", default="America/Los_Angeles", show_default=True)
def create_firm(name: str, owner_email: str, owner_password: str, timezone: str) -> None:
    """Make a firm with its owner; prints its id and its API token, which is shown only now."""
    firm = Firm(name=name, timezone=timezone)
    db.session.add(firm)
    add_person(OWNER, owner_email, owner_password, owner_email.split("@")[0], firm)
    _token, clear = ApiToken.issue(firm)
    db.session.commit()
    click.echo(json.dumps({"firm_id": firm.id, "api_token": clear}))


@firm_group.command("delete")
@click.option("--id", "firm_id", type=int, required=True)
@click.option("--name", required=True, help="The firm's name, so that no wrong one is deleted.")
def delete_firm(firm_id: int, name: str) -> None:
    """Disconnect a firm from QuickBooks and delete all it has here. There is no way back."""
    firm = db.session.get(Firm, firm_id)
    if firm is None:
        raise click.ClickException(f"--id: there is no firm {firm_id}.")
    if firm.name != name:
        raise click.ClickException(f"--name: firm {firm_id} has another name.")
    hints.ensure_redis(current_app)
    forgetting.forget_firm(firm)
    click.echo(json.dumps({"firm_id": firm_id, "deleted": True}))


@operator_group.command("create")
@click.option("--email", required=True)
@click.option("--password", **_ASKED_FOR)
def create_operator(email: str, password: str) -> None:
    """Make an operator: someone who runs the installation and belongs to no firm."""
    operator = add_person(OPERATOR, email, password, email.split("@")[0], None)
    db.session.commit()
    click.echo(json.dumps({"operator_id": operator.id}))


@person_group.command("drop-second-factor")
@click.option("--email", required=True)
def drop_second_factor(email: str) -> None:
    """For who lost both the app and the recovery codes; make sure it is really them."""
    person = Person.by_email(email)
    if person is None:
        raise click.ClickException(f"--email: nobody signs in as {email!r}.")
    second_factor.turn_off(person)
    SignIn.end_all(person.id)
    db.session.commit()
    click.echo(json.dumps({"person_id": person.id, "second_factor": False}))


@quickbooks_group.command("adopt")
@click.option("--firm", "firm_id", type=int, required=True)
@click.option("--realm-id", required=True)
@click.option("--refresh-token", required=True)
@click.option("--unmatched", type=click.Choice(UNMATCHED), default=ASK, show_default=True)
def adopt(firm_id: int, realm_id: str, refresh_token: str, unmatched: str) -> None:
    """Store a connection that was made elsewhere, sealed, and accept set-up's defaults."""
    if db.session.get(Firm, firm_id) is None:
        raise click.ClickException(f"--firm: there is no firm {firm_id}.")
    hints.ensure_redis(current_app)
    try:
        adopted = connection.adopt(firm_id, realm_id, refresh_token, unmatched)
    except connection.CannotConnect as error:
        raise click.ClickException(REASONS[error.reason]) from None
    except (IntuitUnreachable, QuickBooksError) as error:
        raise click.ClickException(f"QuickBooks did not answer as expected: {error}") from None
    click.echo(
        json.dumps(
            {
                "firm_id": firm_id,
                "realm_id": adopted.realm_id,
                "company": adopted.company_name,
                "connection": adopted.state,
                "unmatched": adopted.unmatched,
            }
        )
    )


@quickbooks_group.command("compare")
@click.option("--firm", "firm_id", type=int, required=True)
@click.option("--ask", is_flag=True, help="Read QuickBooks itself: metered calls.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object in place of the table.")
@click.pass_context
def compare(context: click.Context, firm_id: int, ask: bool, as_json: bool) -> None:
    """Compare both books. Exits with 1 if something differs and nothing explains it, with 2 if
    QuickBooks could not be asked."""
    if db.session.get(Firm, firm_id) is None:
        raise click.ClickException(f"--firm: there is no firm {firm_id}.")
    hints.ensure_redis(current_app)
    told = telling.summary(books.complete(firm_id, ask))
    if as_json:
        click.echo(json.dumps(told))
    elif told["trouble"] is None:
        for line in telling.table(told):
            click.echo(line)
    else:
        click.echo(f"QuickBooks could not be asked: {told['trouble']}.", err=True)
    context.exit(2 if told["trouble"] else int(told["unexplained"] > 0))


@demo_group.command("load")
def load_demo() -> None:
    """Make the demo firm against the local QuickBooks, unless it is there."""
    announced = os.environ.get("LOCAL_QUICKBOOKS")
    if not announced:
        raise click.ClickException("LOCAL_QUICKBOOKS is not set; `make run` sets it.")
    made = demo.load(LocalQuickBooks.announced(announced))
    click.echo("The demo firm is ready." if made else "The demo firm is there already.")
