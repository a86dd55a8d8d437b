"""The demo firm of ``make run``: real work, already synced, with one problem of every kind left.

It goes the way any firm goes: records through intake, the connection through OAuth, objects through
the sync engine. Only what "someone in QuickBooks" did is told to the local QuickBooks directly.
"""

from __future__ import annotations

from webapp.demo.load import load

__all__ = ["load"]
