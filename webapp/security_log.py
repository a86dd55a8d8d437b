"""What an auditor looks for: who signed in, or failed to, and who changed what guards the firm.

Ids and addresses only: no name, no e-mail, no secret.
"""

from __future__ import annotations

import structlog
from flask import has_request_context, request

from webapp.models.digest import digest
from webapp.rights import current_firm, current_person

log = structlog.get_logger("cuadra.security")


def note(event: str, **facts: object) -> None:
    """One line at level warning for what was refused (``…_refused``), else info."""
    if has_request_context():
        person, firm = current_person(), current_firm()
        facts = {
            "address": request.remote_addr,
            "person_id": person.id if person else None,
            "firm_id": firm.id if firm else None,
            **facts,
        }
    level = log.warning if event.endswith("_refused") else log.info
    level(event, security=True, **facts)


def account_tag(email: str) -> str:
    """Tells attempts at one account apart from others without naming it."""
    return digest(email.strip().lower())[:12]
