"""What do the QuickBooks templates show for an invented firm? Sample view-models, no database."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from webapp.views.quickbooks.button_model import Action, ActionField, Question
from webapp.views.quickbooks.page_model import (
    ActivityCard,
    Choice,
    ConnectionCard,
    ErrorList,
    Event,
    KindCount,
    NumberSwitch,
    QuickBooksPage,
    Tab,
)
from webapp.views.quickbooks.row_model import (
    Answer,
    Attempt,
    Compared,
    CustomerChoice,
    IssueDetail,
    IssueRow,
    Suggestion,
    Suggestions,
)

NOW = datetime(2026, 8, 14, 18, 31, tzinfo=UTC)
BASE = "/settings/integrations/quickbooks"
KINDS = ("accounts", "invoices", "payments", "refunds", "expenses", "services")
COUNTS = dict(zip(KINDS, (4, 7, 5, 1, 3, 2), strict=True))


def resync(issue_id: int, off: str = "") -> Action:
    return Action(
        "resync",
        "Resync",
        f"{BASE}/issues/{issue_id}/resync",
        "Syncing",
        icon="sync",
        consequence="Sends this invoice again.",
        off_because=off,
    )


def ignore(issue_id: int) -> Action:
    return Action(
        "ignore",
        "Ignore",
        f"{BASE}/issues/{issue_id}/ignore",
        "Ignoring",
        "quiet",
        "ban",
        "We stop retrying and stop notifying you about it.",
        removes_row=True,
    )


def _row(
    issue_id: int,
    client: str,
    cause: str,
    detail: str,
    fix: str,
    amount: int,
    minutes: int,
    state: str = "open",
    off: str = "",
    **more: object,
) -> IssueRow:
    row = IssueRow(
        id=issue_id,
        kind="invoice",
        title=f"#{issue_id}",
        subtitle=client,
        cause=cause,
        cause_detail=detail,
        fix=fix,
        amount_minor=amount,
        tried_at=NOW - timedelta(minutes=minutes),
        tries=2,
        state=state,  # type: ignore[arg-type]
        actions=(resync(issue_id, off), ignore(issue_id)),
        record_url=f"/invoices/{issue_id}",
        row_url=f"{BASE}/issues/{issue_id}/row",
        detail_url=f"{BASE}/issues/{issue_id}/detail",
        toggle_url=f"{BASE}/errors/invoices?open={issue_id}",
    )
    return replace(row, **more)  # type: ignore[arg-type]


def invoice_detail() -> IssueDetail:
    use = Action("use-number", "Use 1043 and resync", f"{BASE}/issues/1042/use-number", "Syncing")
    return IssueDetail(
        forms=(
            ActionField(
                use,
                "New invoice number",
                "number",
                "1043",
                "1043 is the next free number in QuickBooks.",
                max_length=21,
                narrow=True,
            ),
        ),
        compared=(
            Compared("Number", "1042", "1042", "Same number"),
            Compared("Customer", "Marlow Dental Group", "Pinecrest Builders", "Different"),
            Compared("Date", "Aug 14, 2026", "Aug 11, 2026", "Different"),
            Compared("Total", "$1,850.00", "$2,400.00", "Different"),
            Compared("Lines", "2 services", "1 service", "Different"),
            Compared("Status", "Sent", "Sent"),
        ),
        attempts=(
            Attempt("Second try failed", NOW - timedelta(minutes=14), "automatic"),
            Attempt("First try failed", NOW - timedelta(minutes=44), "automatic"),
            Attempt("Invoice created", NOW - timedelta(minutes=45), "Dana Hale", failed=False),
        ),
        answer=Answer(
            "6140",
            "Duplicate Document Number Error",
            "DocNumber=1042 is assigned to TxnType=Invoice with TxnId=45823",
            "1-66bdf1c4-3f0a",
        ),
        quickbooks_url="https://app.qbo.intuit.com/app/invoice?txnId=45823",
        record_url="/invoices/1042",
        support_text="issue 1042, code 6140",
    )


def invoice_rows(off: str = "") -> tuple[IssueRow, ...]:
    return (
        _row(
            1042,
            "Marlow Dental Group",
            "Number 1042 is already used in QuickBooks",
            "It belongs to an invoice for Pinecrest Builders.",
            "Change the number to 1043, then resync.",
            185000,
            14,
            off=off,
        ),
        _row(
            1035,
            "Teague & Sons Roofing",
            "The books are closed for this date",
            "QuickBooks is closed through Jun 30, 2026.",
            "Reopen the period in QuickBooks, or change the date.",
            340000,
            207,
            off=off,
            shared=11,
        ),
        _row(
            1031,
            "Nora Whitfield",
            "Deleted in QuickBooks",
            "It synced on Jul 8 and was deleted there on Aug 12.",
            "Create it again, or leave it out.",
            27500,
            291,
            off=off,
            selectable=False,
        ),
        _row(
            1029,
            "Bluebird Café",
            "A service is inactive in QuickBooks",
            "“Monthly bookkeeping” was made inactive.",
            "Make it active in QuickBooks, then resync.",
            94000,
            0,
            state="syncing",
        ),
        _row(
            1027,
            "Okafor Family Trust",
            "Edited in QuickBooks after it synced",
            "Total is $1,020.00 there and $1,120.00 here.",
            "Compare both, then send ours or keep theirs.",
            112000,
            1500,
            off=off,
            state="failed_again",
            state_text="Third try, just now.",
        ),
        _row(
            1024,
            "Delgado Import Co.",
            "QuickBooks rejected this record",
            "Business Validation Error: unexpected value.",
            "Open details: they hold QuickBooks’ own answer, and what to try.",
            226000,
            1600,
            off=off,
        ),
        _row(
            1021,
            "Casa Alvarado",
            "Number 1021 is already used in QuickBooks",
            "",
            "Change the number to 1043, then resync.",
            5000,
            1700,
            state="fixed",
        ),
    )


def customers() -> tuple[Suggestion, ...]:
    return (
        Suggestion(
            "61",
            "Alvarez Landscape LLC",
            (("Alva", True), ("rez Landscape LLC", False)),
            "office@alvarezlandscape.example",
            "Fresno, CA",
            "",
            "Same email",
        ),
        Suggestion(
            "62",
            "Alvarez, Marta",
            (("Alva", True), ("rez, Marta", False)),
            "marta.alvarez@mail.example",
            "Fresno, CA",
            "$0.00",
        ),
        Suggestion(
            "63",
            "Casa Alvarado Imports",
            (("Casa ", False), ("Alva", True), ("rado Imports", False)),
            "ap@casaalvarado.example",
            "Yuma, AZ",
            "$1,410.00",
        ),
    )


def suggestions() -> Suggestions:
    return Suggestions(
        "3 of 212 customers match",
        "3 customers match",
        customers(),
        "Create “Alvarez Landscaping” in QuickBooks",
        "Alvarez Landscaping",
    )


def _account(
    issue_id: int, name: str, subtitle: str, cause: str, detail: str, **choice: object
) -> IssueRow:
    link = Action("link", "Submit", f"{BASE}/issues/{issue_id}/link", "Linking")
    url = f"{BASE}/issues/{issue_id}"
    menu = (
        Action(
            "create-customer",
            "Create new customer in QuickBooks",
            f"{url}/create-customer",
            icon="plus",
            consequence="Copies the name, email and address from this account.",
        ),
        Action(
            "stop-syncing",
            "Do not sync this account",
            f"{url}/stop-syncing",
            icon="unlink",
            question_url=f"{url}/stop-syncing",
            consequence="Its invoices and payments stay out of QuickBooks until you turn sync "
            "on in the account’s Info tab.",
        ),
        Action(
            "ignore",
            "Ignore this error",
            f"{url}/ignore",
            icon="ban",
            removes_row=True,
            consequence="We stop retrying and stop notifying you about it. New problems with "
            "this account still reach you.",
        ),
    )
    customer = CustomerChoice(link, f"{url}/customers", ("Alvarez Landscape LLC",))
    customer = replace(customer, **choice)  # type: ignore[arg-type]
    return IssueRow(
        id=issue_id,
        kind="account",
        title=name,
        subtitle=subtitle,
        cause=cause,
        cause_detail=detail,
        fix="",
        customer=customer,
        menu=menu,
        state="syncing" if customer.locked else "open",
        row_url=f"{url}/row",
        record_url=f"/accounts/{issue_id}",
    )


def account_rows() -> tuple[IssueRow, ...]:
    quintero = Suggestion("70", "Quintero Bakery LLC", city="Tucson, AZ")
    nora = Suggestion("77", "Whitfield, Nora", city="Tucson, AZ")
    return (
        _account(
            11,
            "Alvarez Landscaping",
            "Business · 1 invoice waiting",
            "No customer with this name",
            "QuickBooks has no customer called “Alvarez Landscaping”.",
        ),
        _account(
            12,
            "Quintero Bakery",
            "Business · 1 invoice waiting",
            "Linked customer was deleted",
            "Someone deleted “Quintero Bakery Inc” in QuickBooks on Aug 12.",
            closest=quintero,
        ),
        _account(
            13,
            "Nora Whitfield",
            "Individual · 2 payments waiting",
            "Several customers could be this client",
            "We can’t tell which one is your client. Choose one.",
            chosen=nora,
        ),
        _account(
            14,
            "Tran Family LLC",
            "Business · 1 invoice waiting",
            "Customer is inactive",
            "“Tran Family LLC” was made inactive in QuickBooks.",
            locked="Tran Family LLC",
        ),
        _account(
            15,
            "Delgado Import",
            "Business · 1 invoice waiting",
            "No customer with this name",
            "QuickBooks has no customer called “Delgado”.",
            typed="Delga",
            error="Choose a customer from the list, or create a new one.",
        ),
    )


def service_rows() -> tuple[IssueRow, ...]:
    rows = []
    for issue_id, name, rate in (
        (21, "Tax prep, S corporation", 125000),
        (22, "Sales tax filing", 18000),
    ):
        delete = Action(
            "delete",
            "Delete",
            f"{BASE}/issues/{issue_id}/delete",
            "Deleting",
            "quiet-danger",
            "trash",
            question_url=f"{BASE}/issues/{issue_id}/delete",
        )
        rows.append(
            _row(
                issue_id,
                "Income account: Tax Income",
                "The income account was deleted",
                "“Tax Income” is no longer in QuickBooks.",
                "Choose another, or delete the service and create it again.",
                rate,
                71,
                title=name,
                kind="service",
                actions=(resync(issue_id), ignore(issue_id), delete),
            )
        )
    return tuple(rows)


def delete_question(issue_id: int) -> Question:
    delete = Action(
        "delete", "Delete service", f"{BASE}/issues/{issue_id}/delete", "Deleting", "danger"
    )
    return Question(
        "qb-question",
        "Delete “Tax prep, S corporation”?",
        "The service is removed from Cuadra. Nothing is deleted in QuickBooks.",
        delete,
        "Keep service",
        f"{BASE}/errors/services",
        facts=(
            ("Past invoices", "26 keep their lines"),
            ("Recurring invoices", "3 will need another service"),
        ),
        note_title="To replace it:",
        note="check the income account in Settings, Services. Create the service again. It then "
        "syncs to QuickBooks on its own.",
        row_id=issue_id,
    )


def error_list(kind: str, rows: tuple[IssueRow, ...], **more: object) -> ErrorList:
    url = f"{BASE}/errors/{kind}"
    bulk = (
        Action("resync", "Resync", "", "Syncing", icon="sync"),
        Action("ignore", "Ignore", "", "Ignoring", icon="ban"),
    )
    resync_all = Action("resync", f"Resync all {len(rows)}", f"{url}/resync-all", "Syncing")
    found = ErrorList(
        kind=kind,
        heading="Invoices that did not sync",
        column=kind[:-1].capitalize(),
        url=url,
        rows=rows,
        causes=(Choice("Any cause", "", True), Choice("Closed books", "closed")),
        states=(
            Choice("Open", "open", True, len(rows), url),
            Choice("Ignored", "ignored", False, 3, f"{url}?state=ignored"),
        ),
        search_label="Search account" if kind == "accounts" else "Search number or client",
        bulk_url=f"{url}/bulk",
        bulk=bulk,
        resync_all=None if kind == "accounts" else resync_all,
        hint="Linking an account also sends its waiting invoices and payments."
        if kind == "accounts"
        else "",
        first=1,
        last=len(rows),
        total=len(rows),
        clear_url=url,
        checked_at=NOW - timedelta(minutes=2),
        total_open=22,
    )
    return replace(found, **more)  # type: ignore[arg-type]


def tabs(current: str, counts: dict[str, int] = COUNTS) -> tuple[Tab, ...]:
    return tuple(
        Tab(kind.capitalize(), f"{BASE}/errors/{kind}", counts[kind], kind == current)
        for kind in KINDS
    )


def connection(**more: object) -> ConnectionCard:
    days = tuple((12 + (i * 5) % 9, 3 if i in (7, 12, 13) else 0) for i in range(14))
    card = ConnectionCard(
        state="connected",
        company="Hale & Ortiz CPAs, LLC",
        plan="QuickBooks Online Plus",
        realm_id="9341 4535 0214 7781",
        last_sync_at=NOW - timedelta(minutes=2),
        open_issues=22,
        synced_percent="97.8%",
        days=days,
        signed_in_until=date(2026, 11, 22),
        connected_by="Dana Hale",
        connected_on=date(2026, 3, 3),
        expand_url="?connection=show",
        sync_now=Action("sync-now", "Sync now", f"{BASE}/sync-now", "Syncing"),
        disconnect=Action(
            "disconnect", "Disconnect", f"{BASE}/disconnect", question_url=f"{BASE}/disconnect"
        ),
        quickbooks_url="https://app.qbo.intuit.com",
    )
    return replace(card, **more)  # type: ignore[arg-type]


def activity(**more: object) -> ActivityCard:
    counts = tuple(
        KindCount(label, text, complete)
        for label, text, complete in [
            ("Accounts", "214 / 214", True),
            ("Services", "38 / 38", True),
            ("Invoices", "812 / 1,190", False),
            ("Payments", "220 / 540", False),
            ("Refunds", "0 / 12", False),
            ("Expenses", "0 / 16", False),
        ]
    )
    events = (
        Event(NOW, "ok", "Invoice #1041 synced", "Rosa Quintero"),
        Event(NOW - timedelta(minutes=2), "ok", "12 payments synced", "Older records"),
        Event(
            NOW - timedelta(minutes=14),
            "bad",
            "Invoice #1042 failed: number already used",
            "Marlow Dental Group",
            url="/invoices/1042",
        ),
        Event(
            NOW - timedelta(minutes=19),
            "mute",
            "Resynced 11 invoices: 9 synced, 2 failed",
            "Dana Hale",
        ),
    )
    card = ActivityCard(
        state="running",
        counts=counts,
        events=events,
        done=1284,
        total=2010,
        title="Copying records since Jan 1, 2026",
        text="about 6 minutes left · you can leave this page",
        action=Action("pause", "Pause", f"{BASE}/pause", "Pausing", icon="pause"),
    )
    return replace(card, **more)  # type: ignore[arg-type]


def page(state: str = "connected", kind: str = "invoices", **more: object) -> QuickBooksPage:
    rows = {"invoices": invoice_rows, "accounts": account_rows, "services": service_rows}[kind]()
    found = QuickBooksPage(
        connection=connection(collapsed=kind == "accounts"),
        numbers=NumberSwitch(True, f"{BASE}/numbers", "1042", "1043"),
        activity=activity(),
        tabs=tabs(kind),
        errors=error_list(kind, rows),
        integrations=(
            Tab("QuickBooks", BASE, 22, True),
            Tab("Stripe", "/settings/integrations/stripe"),
        ),
        settings=(Tab("Firm", "/settings"), Tab("Integrations", BASE, current=True)),
    )
    return replace(found, **(STATES[state]() | more))  # type: ignore[arg-type]


def _not_connected() -> dict[str, object]:
    connect = Action("connect", "Connect to QuickBooks", f"{BASE}/connect", "Opening Intuit")
    return {
        "connection": ConnectionCard("none", connect=connect),
        "activity": None,
        "errors": None,
        "numbers": NumberSwitch(
            False, f"{BASE}/numbers", off_because="Available after you connect QuickBooks."
        ),
    }


def _expired() -> dict[str, object]:
    off = "Resync is off until you reconnect. You can still search, compare and ignore."
    reconnect = Action("connect", "Reconnect to QuickBooks", f"{BASE}/connect", "Opening Intuit")
    reason = (
        "This happens when someone removes Cuadra in "
        "QuickBooks, or the person who connected it loses admin rights. Your records are safe."
    )
    return {
        "connection": connection(
            state="sign_in_again",
            reason=reason,
            connect=reconnect,
            reason_title="QuickBooks no longer accepts our access.",
            sync_now=None,
            waiting="12 invoices, 25 payments",
        ),
        "activity": activity(
            state="paused",
            total=0,
            waiting=37,
            title="Paused",
            action=None,
            text="After you reconnect, we send them in order. Nothing is sent twice.",
        ),
        "errors": error_list(
            "invoices",
            invoice_rows(off)[:3],
            notice=off,
            resync_all=Action("resync", "Resync all 7", BASE, off_because=off),
        ),
    }


def _clear() -> dict[str, object]:
    clear = error_list(
        "invoices",
        (),
        total_open=0,
        total=0,
        ignored=3,
        ignored_url=f"{BASE}/errors/invoices?state=ignored",
    )
    return {
        "connection": connection(open_issues=0, synced_percent="100%"),
        "activity": activity(
            state="done",
            title="All 2,010 records are in QuickBooks.",
            text="Copy of older records done at 2:38 PM.",
        ),
        "errors": clear,
        "tabs": tabs("invoices", dict.fromkeys(KINDS, 0)),
    }


def _opened() -> dict[str, object]:
    first, *others = invoice_rows()
    return {"errors": error_list("invoices", (replace(first, detail=invoice_detail()), *others))}


STATES = {
    "connected": dict,
    "opened": _opened,
    "none": _not_connected,
    "expired": _expired,
    "clear": _clear,
}
