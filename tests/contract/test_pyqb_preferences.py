"""Preferences, as upstream's tests/integration/test_preferences.py uses them."""

from __future__ import annotations

from quickbooks import QuickBooks
from quickbooks.objects import Preferences


def test_get(qb: QuickBooks) -> None:
    preferences = Preferences.get(qb=qb)
    assert preferences.Id == "1"
    assert preferences.AccountingInfoPrefs.TaxYearMonth == "January"
    assert preferences.ProductAndServicesPrefs.ForPurchase is True
    assert preferences.VendorAndPurchasesPrefs.BillableExpenseTracking is True
    assert preferences.TimeTrackingPrefs.WorkWeekStartDate == "Monday"
    named = preferences.OtherPrefs.NameValue[0].Name
    assert named == "SalesFormsPrefs.DefaultCustomerMessage"


def test_update(qb: QuickBooks) -> None:
    preferences = Preferences.get(qb=qb)
    preferences.EmailMessagesPrefs.EstimateMessage.Subject = "What it would cost"
    preferences.save(qb=qb)
    after = Preferences.get(qb=qb)
    assert after.EmailMessagesPrefs.EstimateMessage.Subject == "What it would cost"
