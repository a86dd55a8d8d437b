"""Asking Stripe: an object, or a typed reason why there is none. Knows neither Flask nor database.

Only ever reads. Stripe's own library makes the calls; nothing is tried twice here, since whoever
asks tries again later.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import requests
import stripe
import structlog

TIMEOUT_S = (10.0, 30.0)
"""For connecting, and for each wait for the answer."""
EVENTS_PAGE = 100  # Stripe: the most of one list
LIST_EVENTS_EVERY = timedelta(hours=1)

stripe.enable_telemetry = False
log = structlog.get_logger(__name__)

Json = Mapping[str, Any]


class StripeError(Exception):
    """No object.

    StripeError
    ├── KeyRefused   401: the key is wrong, expired or revoked
    ├── MayNot       403: the key is good, but restricted and lacks this right
    ├── NotThere     404: this account has no such object, or not in this mode
    └── Unknown      no answer, a throttling or a failure at Stripe's: ask again later
    """


class KeyRefused(StripeError):
    pass


class MayNot(StripeError):
    pass


class NotThere(StripeError):
    pass


class Unknown(StripeError):
    pass


_of_thread = threading.local()


def _http() -> stripe.HTTPClient:
    """This thread's, kept: connections stay open, and certificates are loaded once. It follows no
    redirects and takes no proxy from the environment."""
    kept: stripe.HTTPClient | None = getattr(_of_thread, "http", None)
    if kept is None:
        session = requests.Session()
        session.max_redirects, session.trust_env = 0, False
        kept = _of_thread.http = stripe.RequestsClient(timeout=TIMEOUT_S, session=session)
    return kept


class Account:
    """One Stripe account, by an API key of it."""

    def __init__(self, api_url: str, api_key: str):
        parts = urlsplit(api_url)
        self._api = stripe.StripeClient(
            api_key,
            base_addresses={"api": f"{parts.scheme}://{parts.netloc}"},
            http_client=_http(),
            max_network_retries=0,
        ).v1

    def charge(self, charge_id: str) -> Json:
        """With its customer, its balance transaction and its refunds with theirs."""
        expand = ["customer", "balance_transaction", "refunds.data.balance_transaction"]
        return self._ask(lambda: self._api.charges.retrieve(charge_id, {"expand": expand}))

    def refund(self, refund_id: str) -> Json:
        """With its balance transaction."""
        expand = ["balance_transaction"]
        return self._ask(lambda: self._api.refunds.retrieve(refund_id, {"expand": expand}))

    def events(self, names: list[str], since: int, after: str | None) -> Json:
        """A page of events of these types from an instant (seconds) on, the newest first."""
        wanted: Any = {"types": names, "created": {"gte": since}, "limit": EVENTS_PAGE}
        if after:
            wanted["starting_after"] = after
        return self._ask(lambda: self._api.events.list(wanted))

    def check(self) -> None:
        """Whether the key may read what we need. Raises StripeError."""
        self._ask(lambda: self._api.charges.list({"limit": 1}))
        self._ask(lambda: self._api.balance_transactions.list({"limit": 1}))

    def _ask(self, call: Callable[[], Any]) -> Json:
        try:
            answer: dict[str, Any] = call().to_dict()
        except stripe.AuthenticationError as error:
            raise KeyRefused from error
        except stripe.PermissionError as error:
            raise MayNot from error
        except stripe.InvalidRequestError as error:
            log.warning("stripe_refused", status=error.http_status, request_id=error.request_id)
            raise (NotThere if error.http_status == 404 else Unknown) from error
        except (stripe.StripeError, ValueError, AttributeError) as error:
            # The library parses before it looks: a gateway's page in place of JSON ends here too.
            log.warning("stripe_unanswered", error=type(error).__name__)
            raise Unknown from error
        return answer
