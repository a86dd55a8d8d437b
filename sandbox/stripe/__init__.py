"""A stand-in for Stripe: charges, refunds and disputes, its API for reading them, and its webhooks.

Built to Stripe's API reference and "Receive Stripe events in your webhook endpoint". It lives in
the same process as the local QuickBooks and shares its clock, storage and fault rules.
"""
