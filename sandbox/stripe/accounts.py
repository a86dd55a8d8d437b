"""Which Stripe accounts are there, and what are they told to do?"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from sandbox.clock import Clock
from sandbox.storage import Storage
from sandbox.stripe.account import Account
from sandbox.stripe.deliveries import Deliveries
from sandbox.stripe.shapes import Body

Act = Callable[[Account, Body, int], Body]


class Accounts:
    def __init__(self, storage: Storage, clock: Clock) -> None:
        self.storage, self.clock = storage, clock
        self.deliveries = Deliveries()
        self._accounts = {key: Account(**kept) for key, kept in storage.all("stripe")}

    def __iter__(self) -> Iterator[Account]:
        return iter(self._accounts.values())

    def open(self, name: str, target: str, live: bool = False) -> Account:
        return self.keep(Account.opened(name, target, live))

    def keep(self, account: Account) -> Account:
        self._accounts[account.id] = account
        self.storage.put("stripe", account.id, account.as_dict)
        return account

    def called(self, account_id: str) -> Account:
        """Raises KeyError; without an id, the first one."""
        return self._accounts[account_id or next(iter(self._accounts))]

    def with_key(self, api_key: str) -> Account | None:
        return next((one for one in self if one.api_key == api_key), None)

    def do(self, account: Account, act: Act, given: Body) -> Body:
        """Let it happen and tell of it, unless the account's events are held."""
        told = len(account.events)
        made = act(account, given, int(self.clock.timestamp()))
        self.keep(account)
        if not account.held:
            self.deliveries.send(account, account.events[told:])
        return made
