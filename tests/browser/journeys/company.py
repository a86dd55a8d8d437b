"""What stops the whole company or lies in its set-up → how it comes about → the clicks that end it.

Each of these holds up everything of its kind, so they are walked one after the other, and each
leaves the company in order for the next.

``wrong_company`` is shown in part: it never gets as far as a record, since it is refused on the way
back from Intuit, with a sentence of its own. The reset comes last of the stops, because it takes
what those before it have left in the books.
"""

from __future__ import annotations

import urllib.error
from collections.abc import Callable
from dataclasses import dataclass

from playwright.sync_api import Page, expect

from tests.browser.journeys.hand import Hand
from tests.browser.journeys.scene import DAY, Scene
from tests.browser.journeys.table import Journey, paid_there, pressing
from tests.browser.live import Json

PAGE = "/settings/integrations/quickbooks"

PageClicks = Callable[[Page, Scene], object]


@dataclass(frozen=True)
class Stop:
    """Nothing is sent until it is over; no record is to blame, so none is in the lists."""

    cause: str
    says: str
    """On the page, in English."""
    breaks: Callable[[Scene], object]
    clicks: PageClicks
    mends: Callable[[Scene], object] = Scene.mend
    """What somebody does in QuickBooks before the clicks."""
    signed_out: bool = True


# -- the sign-in -----------------------------------------------------------------------------------


def reconnect(page: Page, scene: Scene, realm: str = "") -> None:
    """From the banner of any page to Intuit, and back."""
    page.goto("/invoices")
    page.locator(".qb-banner a").click()
    page.locator(f'#qb-connection a[href$="{PAGE}/connect"]').click()
    chosen = realm or scene.live.sandbox.announced["realm_id"]
    page.locator(f"[name=realm_id][value='{chosen}']").check()
    page.locator("button[value=connect]").click()
    page.wait_for_url(lambda address: address.startswith(f"{scene.live.url}{PAGE}"))


def _other_company_first(page: Page, scene: Scene) -> None:
    """Refused, with the name of the right one; nothing of ours is in it."""
    other = scene.do("companies", name="Another firm's books")["realm_id"]
    reconnect(page, scene, other)
    expect(page.locator("#toasts .toast")).to_contain_text(scene.live.company_name)
    assert scene.live.api("sync")["connection"] == "sign_in_again"
    reconnect(page, scene)
    found = scene.live.sandbox.control(f"objects?entity=Invoice&realm={other}")
    assert found["objects"] == []


def status(value: str) -> Callable[[Scene], Json]:
    return lambda scene: scene.do("companies/status", status=value)


def disconnected_there(scene: Scene) -> None:
    scene.do("disconnect")


def refused(code: str, **rule: object) -> Callable[[Scene], None]:
    def refuse(scene: Scene) -> None:
        scene.refuse("Invoice", code, contains=f'"{scene.number}"', **rule)

    return refuse


def emptied(scene: Scene) -> None:
    scene.live.settle()
    scene.do("companies/reset", signs_out=True)
    scene.do("preferences", CustomTxnNumbers=True)
    scene.customer("Somebody else")


def set_up_again_and_resync(page: Page, scene: Scene) -> None:
    """What the company lost is not made again until somebody presses Resync all."""
    reconnect(page, scene)
    expect(page.locator("main .notice.is-warn").first).to_be_visible()
    page.locator("[name=unmatched][value=create]").check()
    page.locator("button.is-primary:visible").first.click()
    page.wait_for_url(f"**{PAGE}")
    scene.live.settle()
    lost = scene.open_issues("invoice")
    assert {issue["cause"] for issue in lost} == {"lost_in_reset"}
    assert len(scene.live.sandbox.control("objects?entity=Invoice")["objects"]) == 1
    page.goto(f"{PAGE}/errors/invoices")
    page.locator("#qb-resync-all").click()
    scene.live.wait(lambda: not scene.open_issues("invoice"), "what was lost to be made again")
    made = scene.live.sandbox.control("objects?entity=Invoice")["objects"]
    assert len(made) == len(lost) + 1


def sync_now(page: Page, _scene: Scene) -> None:
    page.goto(PAGE)
    page.locator(f'#qb-connection form[action$="{PAGE}/sync-now"] button').click()


NO_ACCESS = "QuickBooks no longer accepts our access."

STOPS = (
    Stop("signed_out", NO_ACCESS, disconnected_there, reconnect),
    Stop("wrong_company", NO_ACCESS, disconnected_there, _other_company_first),
    Stop(
        "access_lost", "Whoever connected QuickBooks has no access to the company any more",
        status("no_access"), reconnect, status("active"),
    ),
    Stop(
        "permission_missing", "Whoever connected QuickBooks may not change this there",
        refused("3100", status=403), reconnect,
    ),
    Stop(
        "subscription_lapsed", "The QuickBooks subscription has lapsed",
        status("lapsed"), sync_now, status("active"), signed_out=False,
    ),
    Stop(
        "company_reset", "The QuickBooks company was reset", emptied, set_up_again_and_resync,
    ),
)  # fmt: skip


# -- the set-up, and what QuickBooks keeps ---------------------------------------------------------


def _choose(scene: Scene, role: str, quickbooks_id: str | None) -> None:
    """As soon as Cuadra has heard of what is chosen."""

    def chosen() -> bool:
        try:
            scene.live.api("settings", {"accounts": {role: quickbooks_id}}, "PATCH")
        except urllib.error.HTTPError as error:
            return error.code != 422
        return True

    scene.live.wait(chosen, f"{quickbooks_id} to be known")


def _no_clearing_account(scene: Scene) -> None:
    scene.theirs("PaymentMethod", Name="Credit Card", Type="CREDIT_CARD")
    _choose(scene, "clearing", None)


def _deposits_closed(scene: Scene) -> None:
    savings = str(scene.find("Account", Name="Savings")["Id"])
    _choose(scene, "deposit", savings)
    scene.do("objects/inactivate", entity="Account", id=savings)


def _vendor_closed(scene: Scene) -> None:
    scene.theirs("Vendor", DisplayName="New processor")
    vendor = scene.theirs("Vendor", DisplayName="Old processor")
    _choose(scene, "fee_vendor", vendor)
    scene.do("objects/inactivate", entity="Vendor", id=vendor)


def _by_card(scene: Scene) -> int:
    return scene.payment(method="credit_card")


def _fee(scene: Scene) -> int:
    return scene.make("expense", payment=_by_card(scene), amount="3.10", date=DAY)


def choosing_in_set_up(role: str, entity: str, **named: str) -> Callable[[Hand, Scene], None]:
    def choose(hand: Hand, scene: Scene) -> None:
        hand.follow()
        hand.save(**{role: str(scene.find(entity, **named)["Id"])})

    return choose


def _cut_down(scene: Scene) -> int:
    """A QuickBooks that takes a payment of more than is open, and applies less than was asked."""
    scene.do("switches", over_application="cap")
    return paid_there(200)(scene)


SET_UP = (
    Journey(
        "set_up_missing", "payment", _by_card,
        choosing_in_set_up("clearing", "Account", Name="Checking"), before=_no_clearing_account,
    ),
    Journey(
        "account_inactive", "payment", lambda scene: scene.payment(),
        choosing_in_set_up("deposit", "Account", Name="Undeposited Funds"),
        before=_deposits_closed,
    ),
    Journey(
        "vendor_inactive", "expense", _fee,
        choosing_in_set_up("fee_vendor", "Vendor", DisplayName="New processor"),
        before=_vendor_closed,
    ),
    Journey("differs", "payment", _cut_down, pressing("keep-theirs")),
)  # fmt: skip
