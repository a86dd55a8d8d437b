"""How does Stripe write its objects? After the API reference, version 2025-09-30.clover."""

from __future__ import annotations

from typing import Any

Body = dict[str, Any]

API_VERSION = "2025-09-30.clover"
CARD = {
    "brand": "visa",
    "checks": {
        "address_line1_check": None,
        "address_postal_code_check": "pass",
        "cvc_check": "pass",
    },
    "country": "US",
    "exp_month": 8,
    "exp_year": 2031,
    "fingerprint": "uKOwUEEUJhL6b4c0",
    "funding": "credit",
    "installments": None,
    "last4": "4242",
    "mandate": None,
    "network": "visa",
    "three_d_secure": None,
    "wallet": None,
}


def charge(
    charge_id: str, payment_intent: str, amount: int, currency: str, created: int, given: Body
) -> Body:
    """``given``: email, name, description, metadata, customer, captured, livemode."""
    captured = bool(given.get("captured", True))
    return {
        "id": charge_id,
        "object": "charge",
        "amount": amount,
        "amount_captured": amount if captured else 0,
        "amount_refunded": 0,
        "application": None,
        "application_fee": None,
        "application_fee_amount": None,
        "balance_transaction": None,
        "billing_details": {
            "address": {
                "city": None,
                "country": "US",
                "line1": None,
                "line2": None,
                "postal_code": "94110",
                "state": None,
            },
            "email": given.get("email"),
            "name": given.get("name"),
            "phone": None,
            "tax_id": None,
        },
        "calculated_statement_descriptor": "HALE ORTIZ CPAS",
        "captured": captured,
        "created": created,
        "currency": currency,
        "customer": given.get("customer"),
        "description": given.get("description"),
        "disputed": False,
        "failure_balance_transaction": None,
        "failure_code": None,
        "failure_message": None,
        "fraud_details": {},
        "livemode": bool(given.get("livemode", False)),
        "metadata": given.get("metadata") or {},
        "on_behalf_of": None,
        "outcome": {
            "network_status": "approved_by_network",
            "reason": None,
            "risk_level": "normal",
            "risk_score": 11,
            "seller_message": "Payment complete.",
            "type": "authorized",
        },
        "paid": True,
        "payment_intent": payment_intent,
        "payment_method": charge_id.replace("ch_", "pm_"),
        "payment_method_details": {"card": {**CARD, "amount_authorized": amount}, "type": "card"},
        "receipt_email": given.get("receipt_email"),
        "receipt_number": None,
        "receipt_url": None,
        "refunded": False,
        "review": None,
        "shipping": None,
        "source_transfer": None,
        "statement_descriptor": None,
        "statement_descriptor_suffix": None,
        "status": "succeeded",
        "transfer_data": None,
        "transfer_group": None,
    }


def payment_intent(charge: Body) -> Body:
    return {
        "id": charge["payment_intent"],
        "object": "payment_intent",
        "amount": charge["amount"],
        "amount_capturable": 0,
        "amount_received": charge["amount_captured"],
        "capture_method": "automatic_async",
        "created": charge["created"],
        "currency": charge["currency"],
        "customer": charge["customer"],
        "description": charge["description"],
        "latest_charge": charge["id"],
        "livemode": charge["livemode"],
        "metadata": charge["metadata"],
        "payment_method": charge["payment_method"],
        "payment_method_types": ["card"],
        "receipt_email": charge["receipt_email"],
        "status": "succeeded",
    }


def refund(refund_id: str, charge: Body, amount: int, created: int, reason: str | None) -> Body:
    return {
        "id": refund_id,
        "object": "refund",
        "amount": amount,
        "balance_transaction": None,
        "charge": charge["id"],
        "created": created,
        "currency": charge["currency"],
        "destination_details": {
            "card": {
                "reference_status": "pending",
                "reference_type": "acquirer_reference_number",
                "type": "refund",
            },
            "type": "card",
        },
        "metadata": {},
        "payment_intent": charge["payment_intent"],
        "reason": reason,
        "receipt_number": None,
        "source_transfer_reversal": None,
        "status": "succeeded",
        "transfer_reversal": None,
    }


def dispute(dispute_id: str, charge: Body, amount: int, created: int, reason: str) -> Body:
    return {
        "id": dispute_id,
        "object": "dispute",
        "amount": amount,
        "balance_transactions": [],
        "charge": charge["id"],
        "created": created,
        "currency": charge["currency"],
        "enhanced_eligibility_types": [],
        "evidence": {},
        "evidence_details": {
            "due_by": created + 7 * 86_400,
            "has_evidence": False,
            "past_due": False,
            "submission_count": 0,
        },
        "is_charge_refundable": False,
        "livemode": charge["livemode"],
        "metadata": {},
        "payment_intent": charge["payment_intent"],
        "reason": reason,
        "status": "needs_response",
    }


def transaction(
    transaction_id: str, source: Body, amount: int, fee: int, created: int, currency: str
) -> Body:
    """A balance transaction; ``amount`` is negative for what leaves the balance."""
    kind = {"charge": "charge", "refund": "refund", "dispute": "adjustment"}[source["object"]]
    details = {
        "amount": fee,
        "application": None,
        "currency": currency,
        "description": "Stripe processing fees",
        "type": "stripe_fee",
    }
    return {
        "id": transaction_id,
        "object": "balance_transaction",
        "amount": amount,
        "available_on": created + 2 * 86_400,
        "balance_type": "payments",
        "created": created,
        "currency": currency,
        "description": source.get("description"),
        "exchange_rate": None,
        "fee": fee,
        "fee_details": [details] if fee else [],
        "net": amount - fee,
        "reporting_category": source["object"],
        "source": source["id"],
        "status": "pending",
        "type": kind,
    }


def customer(customer_id: str, given: Body, created: int) -> Body:
    return {
        "id": customer_id,
        "object": "customer",
        "created": created,
        "email": given.get("email"),
        "livemode": False,
        "metadata": {},
        "name": given.get("name"),
    }


def event(event_id: str, name: str, thing: Body, created: int, before: Body | None = None) -> Body:
    """``before``: what the changed fields of an ``updated`` event held."""
    return {
        "id": event_id,
        "object": "event",
        "api_version": API_VERSION,
        "created": created,
        "data": {"object": thing, **({"previous_attributes": before} if before else {})},
        "livemode": bool(thing.get("livemode", False)),
        "pending_webhooks": 1,
        "request": {"id": None, "idempotency_key": None},
        "type": name,
    }


def listed(url: str, data: list[Body], has_more: bool = False) -> Body:
    return {"object": "list", "data": data, "has_more": has_more, "url": url}


def error(kind: str, message: str, code: str | None = None) -> Body:
    said = {"message": message, "type": kind, **({"code": code} if code else {})}
    return {"error": said}
