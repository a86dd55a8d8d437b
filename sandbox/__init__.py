"""A QuickBooks Online company on your own machine, over HTTP, with no Intuit account.

The road of a request: `server` (sockets) -> `app` (which part answers) -> `api` (gates: token,
limits) -> `writes`, `query`, `batch`, `cdc` (what QuickBooks does) -> `company` (one realm's
objects) -> `storage`. Beside it stand `oauth` (sign-in), `webhooks` (what the realm tells the
app), `faults` (what goes wrong on purpose), `control` (a JSON API for tests) and `pages` (a
person using QuickBooks in a browser).
"""
