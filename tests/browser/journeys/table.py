"""Cause → how it comes about in QuickBooks → the clicks that end it.

A journey has up to three steps before its clicks: what is in QuickBooks ``before``, the record that
the firm makes, and what happens once that has settled (``after``). Texts of refusals that the local
QuickBooks does not bring about by itself are given to it as a fault, which lasts: until somebody
over there has put it right (``mended``), or for as long as what is refused is sent.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tests.browser.journeys.hand import Hand
from tests.browser.journeys.scene import DAY, Scene

INACTIVE = "Object Not Found : Something you're trying to use has been made inactive."
LENGTH = "String length does not match. Min:0 Max:{} supported. Supplied length:{}"
BUSINESS = "Business Validation Error: {}"

Before = Callable[[Scene], object]
Make = Callable[[Scene], int]
After = Callable[[Scene, int], object]
Clicks = Callable[[Hand, Scene], object]


@dataclass(frozen=True)
class Journey:
    cause: str
    kind: str
    make: Make
    clicks: Clicks
    before: Before = lambda _scene: None
    after: After = lambda _scene, _record: None
    ends: str = "synced"
    variant: str = ""
    mended: bool = True

    @property
    def id(self) -> str:
        return f"{self.cause}-{self.variant}" if self.variant else self.cause


def resync(hand: Hand, _scene: Scene) -> None:
    hand.press("resync")


def pressing(action: str) -> Clicks:
    return lambda hand, _scene: hand.press(action)


def choosing(suffix: str = "") -> Clicks:
    return lambda hand, scene: hand.choose(scene.word + suffix)


def renaming(hand: Hand, scene: Scene) -> None:
    hand.fill("rename", f"{scene.word} (Customer)")


def filling(action: str) -> Clicks:
    return lambda hand, _scene: hand.fill(action)


def editing(**fields: str) -> Clicks:
    def edit(hand: Hand, _scene: Scene) -> None:
        hand.follow()
        hand.save(**fields)

    return edit


# -- records ---------------------------------------------------------------------------------------


def account(scene: Scene) -> int:
    return scene.account()


def service(scene: Scene) -> int:
    return scene.sold()


def invoice(scene: Scene) -> int:
    return scene.invoice()


def payment(scene: Scene) -> int:
    return scene.payment()


def own_customer(scene: Scene) -> None:
    scene.customer(scene.word)


def create_it(scene: Scene, record: int) -> None:
    scene.ask_api("account", record, "create-customer")


def rename_it(scene: Scene, record: int) -> None:
    """A change that QuickBooks hears of."""
    scene.change("account", record, email="new@client.example")


def refused_on_create(
    cause: str, kind: str, make: Make, entity: str, code: str, detail: str = "",
    clicks: Clicks = resync, after: After = lambda _scene, _record: None, element: str = "",
) -> Journey:  # fmt: skip
    def before(scene: Scene) -> None:
        name = f'"DisplayName":"{scene.word}"' if clicks is renaming else f'"{scene.word}"'
        scene.refuse(entity, code, detail, operation="create", element=element, contains=name)

    return Journey(cause, kind, make, clicks, before, after, mended=clicks is not renaming)


def refused_later(
    cause: str, kind: str, make: Make, entity: str, code: str, detail: str,
    change: After, clicks: Clicks = resync, ends: str = "synced",
) -> Journey:  # fmt: skip
    """Synced at first; a later change is refused."""

    def after(scene: Scene, record: int) -> None:
        scene.refuse(entity, code, detail, contains=f'"{scene.counterpart(kind, record)}"')
        change(scene, record)

    before = own_customer if kind == "account" else (lambda _scene: None)
    return Journey(cause, kind, make, clicks, before, after, ends)


# -- accounts --------------------------------------------------------------------------------------


def _two_spellings(scene: Scene) -> None:
    """To QuickBooks these are two names; folded they are one."""
    scene.customer(scene.word)
    scene.customer(scene.word.replace("u", "\uff55"))


def _same_name_other_email(scene: Scene) -> None:
    scene.customer(scene.word, PrimaryEmailAddr={"Address": "theirs@client.example"})


def _second_of_a_name(scene: Scene) -> int:
    scene.account()
    return scene.account()


def _and_another(scene: Scene) -> None:
    scene.customer(scene.word)
    scene.customer(f"{scene.word} Two")


def _merge(scene: Scene, record: int) -> None:
    kept = scene.find("Customer", DisplayName=f"{scene.word} Two")["Id"]
    gone = scene.counterpart("account", record)
    scene.do("objects/merge", entity="Customer", id=gone, into=kept)


def _inactivate(kind: str, entity: str) -> After:
    return lambda scene, record: scene.do(
        "objects/inactivate", entity=entity, id=scene.counterpart(kind, record)
    )


ACCOUNTS = (
    Journey(
        "no_customer", "account", account, choosing(" Inc"),
        before=lambda scene: scene.customer(f"{scene.word} Inc"), variant="link",
    ),
    Journey("no_customer", "account", account, pressing("create-customer"), variant="create"),
    Journey("customer_twice", "account", account, choosing(), before=_two_spellings),
    Journey(
        "account_conflict", "account",
        lambda scene: scene.account(email="ours@client.example"), choosing(),
        before=_same_name_other_email,
    ),
    Journey(
        "customer_linked_elsewhere", "account", _second_of_a_name, choosing(" Two"),
        before=_and_another,
    ),
    Journey(
        "customer_deleted", "account", account, pressing("reactivate"),
        before=own_customer, after=_inactivate("account", "Customer"),
    ),
    Journey(
        "customer_merged", "account", account, choosing(" Two"), before=_and_another, after=_merge
    ),
    Journey(
        "name_taken", "account", account, renaming,
        before=lambda scene: scene.theirs("Vendor", DisplayName=scene.word), after=create_it,
    ),
    refused_on_create(
        "name_colon", "account", account, "Customer", "2040", "Invalid String : colon",
        renaming, create_it,
    ),
    refused_on_create(
        "name_missing", "account", account, "Customer", "6080", "No Name", renaming, create_it
    ),
    refused_on_create(
        "illegal_character", "account", account, "Customer", "2040", "Invalid String",
        renaming, create_it,
    ),
    refused_on_create(
        "too_long", "account", account, "Customer", "2050", LENGTH.format(100, 120),
        renaming, create_it,
    ),
    refused_later(
        "email_invalid", "account", account, "Customer", "2210", "Supplied value:new@client",
        rename_it, editing(email="right@client.example"),
    ),
    refused_later("customer_inactive", "account", account, "Customer", "610", INACTIVE, rename_it,
                  pressing("reactivate")),
    refused_later("too_deep", "account", account, "Customer", "6180", "5 levels", rename_it),
    refused_later("parent_billing", "account", account, "Customer", "6130", "Conflict", rename_it),
)  # fmt: skip


# -- services --------------------------------------------------------------------------------------


def _other_item(scene: Scene) -> None:
    income = scene.find("Account", AccountType="Income")["Id"]
    scene.theirs(
        "Item", Name=scene.word, Type="NonInventory", IncomeAccountRef={"value": income}
    )  # fmt: skip


SERVICES = (
    Journey("service_name_taken", "service", service, renaming, before=_other_item),
    refused_on_create(
        "income_account", "service", service, "Item", "2500",
        "Invalid Reference Id : IncomeAccountRef", filling("set-income-account"),
    ),
    refused_on_create(
        "item_without_income_account", "service", service, "Item", "2390", "No income account",
        filling("set-income-account"),
    ),
    refused_on_create(
        "wrong_account_type", "service", service, "Item", "6430", "Wrong type",
        filling("set-income-account"),
    ),
    Journey(
        "inactive_service", "service", service, pressing("reactivate"),
        after=_inactivate("service", "Item"),
    ),
)  # fmt: skip


# -- invoices --------------------------------------------------------------------------------------


def _number_in_use(scene: Scene) -> None:
    scene.live.their_invoice(scene.number, scene.customer(f"{scene.word} holder"))


def _edit_there(scene: Scene, record: int) -> None:
    scene.do("objects/amount", entity="Invoice", id=scene.counterpart("invoice", record), amount=99)


def _there(path: str, kind: str, entity: str) -> After:
    return lambda scene, record: scene.do(
        f"objects/{path}", entity=entity, id=scene.counterpart(kind, record)
    )


def _of_a_service_that_goes(scene: Scene) -> int:
    """Its service never gets to QuickBooks, and is deleted here."""
    scene.refuse("Item", "2390", "No income account", operation="create")
    return scene.invoice(lines=[{"service": scene.sold(), "quantity": "1"}])


def _delete_its_service(scene: Scene, record: int) -> None:
    service = scene.record("invoice", record)["lines"][0]["service"]
    scene.remove("service", service if isinstance(service, int) else service["id"])


def _choose_a_service(hand: Hand, scene: Scene) -> None:
    hand.follow()
    hand.save(**{"lines-0-service": str(scene.service)})


def change_memo(scene: Scene, record: int) -> None:
    scene.change("invoice", record, memo="A word more")


def remove(kind: str) -> After:
    return lambda scene, record: scene.remove(kind, record)


def invoice_refused(cause: str, code: str, detail: str, clicks: Clicks = resync) -> Journey:
    def before(scene: Scene) -> None:
        scene.refuse("Invoice", code, detail, contains=f'"{scene.number}"', operation="create")

    return Journey(cause, "invoice", invoice, clicks, before)


INVOICES = (
    Journey("dup_number", "invoice", invoice, pressing("use-number"), before=_number_in_use),
    Journey(
        "dup_number", "invoice", invoice, pressing("link"), before=_number_in_use, variant="link"
    ),
    invoice_refused(
        "number_too_long", "2050", f"{LENGTH.format(21, 25)} DocNumber", filling("use-number")
    ),
    Journey("edited", "invoice", invoice, pressing("send-ours"), after=_edit_there),
    Journey(
        "edited", "invoice", invoice, pressing("keep-theirs"), after=_edit_there, variant="keep"
    ),
    Journey(
        "record_deleted", "invoice", invoice, pressing("recreate"),
        after=_there("delete", "invoice", "Invoice"),
    ),
    Journey(
        "voided", "invoice", invoice, pressing("leave-out"),
        after=_there("void", "invoice", "Invoice"), ends="off",
    ),
    Journey(
        "closed", "invoice", lambda scene: scene.invoice(date="2024-05-06"), editing(date=DAY)
    ),
    Journey(
        "line_without_service", "invoice", _of_a_service_that_goes, _choose_a_service,
        after=_delete_its_service,
    ),
    Journey(
        "currency", "invoice", lambda scene: scene.invoice(currency="EUR"),
        editing(currency="USD"),
    ),
    Journey(
        "currency", "invoice", lambda scene: scene.invoice(currency="EUR"), pressing("ignore"),
        ends="ignored", variant="ignore",
    ),
    invoice_refused("no_lines", "2020", "Required parameter Line is missing", editing(memo="x")),
    invoice_refused("amount_negative", "6000", BUSINESS.format("must be 0 or greater"),
                    editing(memo="x")),
    invoice_refused("currency_mismatch", "2220", "Currency mismatch"),
    invoice_refused("customer_missing", "2020", "Required parameter CustomerRef is missing"),
    invoice_refused("email_missing", "6420", "An email address is needed"),
    invoice_refused("inactive", "610", INACTIVE),
    invoice_refused("reference_gone", "2500", "Invalid Reference Id : ItemRef"),
    invoice_refused("tax_code", "6100", "Line TaxCode must be TAX or NON"),
    invoice_refused("tax_rate", "6000", BUSINESS.format("There is no tax rate for this date")),
    invoice_refused("feature_unsupported", "5030", "Requested feature is not supported"),
    invoice_refused("auto_apply", "6000", BUSINESS.format("A credit was automatically applied")),
    invoice_refused("unknown", "7777", "Something nobody has seen"),
    refused_later("void_paid", "invoice", invoice, "Invoice", "6000",
                  BUSINESS.format("It has payments applied"), remove("invoice"), ends="removed"),
)  # fmt: skip


# -- payments --------------------------------------------------------------------------------------


def paid_there(amount: int) -> Make:
    """Somebody over there recorded a payment of so much of the 240.00 before ours came."""

    def make(scene: Scene) -> int:
        made = scene.invoice()
        scene.live.settle()
        link = {"TxnId": scene.counterpart("invoice", made), "TxnType": "Invoice"}
        customer = scene.counterpart("account", scene.client)
        scene.theirs(
            "Payment", CustomerRef={"value": customer}, TotalAmt=amount,
            PaymentRefNum=scene.number, Line=[{"Amount": amount, "LinkedTxn": [link]}],
        )  # fmt: skip
        return scene.payment(made)

    return make


def _take_theirs_away(hand: Hand, scene: Scene) -> None:
    theirs = scene.find("Payment", PaymentRefNum=scene.number)["Id"]
    scene.do("objects/delete", entity="Payment", id=theirs)
    hand.press("resync")


def _deposit_it(scene: Scene, record: int) -> None:
    paid = {"TxnId": scene.counterpart("payment", record), "TxnType": "Payment", "TxnLineId": "0"}
    bank = scene.find("Account", AccountType="Bank")["Id"]
    scene.theirs(
        "Deposit", DepositToAccountRef={"value": bank},
        Line=[{"Amount": 100, "LinkedTxn": [paid]}],
    )  # fmt: skip
    scene.change("payment", record, amount="90.00")


def payment_refused(cause: str, code: str, detail: str) -> Journey:
    return refused_on_create(cause, "payment", payment, "Payment", code, detail)


def change_amount(scene: Scene, record: int) -> None:
    scene.change("payment", record, amount="90.00")


PAYMENTS = (
    Journey(
        "payment_method", "payment", lambda scene: scene.payment(method="credit_card"),
        pressing("enable-card-method"),
    ),
    Journey("exceeds_balance", "payment", paid_there(200), _take_theirs_away),
    Journey("invoice_paid", "payment", paid_there(240), _take_theirs_away),
    Journey(
        "deposited", "payment", payment, pressing("keep-theirs"), after=_deposit_it
    ),
    payment_refused("cannot_link", "620", "The transaction can't be linked"),
    payment_refused("method_inactive", "610", f"{INACTIVE} PaymentMethodRef"),
    payment_refused("reference_deleted", "610", "Another user has deleted this transaction."),
    refused_later("bank_matched", "payment", payment, "Payment", "6480", "Matched", change_amount),
    refused_later("settled", "payment", payment, "Payment", "6450", "It is settled",
                  remove("payment"), ends="removed"),
    refused_later("delete_blocked", "payment", payment, "Payment", "6220", "It has a balance",
                  remove("payment"), ends="removed"),
)  # fmt: skip

JOURNEYS = (*ACCOUNTS, *SERVICES, *INVOICES, *PAYMENTS)
