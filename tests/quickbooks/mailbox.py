"""The letters that tests wrote into files, read back as the messages they are."""

from __future__ import annotations

import email
import email.policy
from email.message import EmailMessage
from pathlib import Path


def letters_in(folder: Path) -> list[EmailMessage]:
    found = []
    for file in sorted(folder.iterdir()):
        for text in file.read_bytes().split(b"-" * 79):
            if text.strip():
                message = email.message_from_bytes(text.strip(), policy=email.policy.default)
                assert isinstance(message, EmailMessage)
                found.append(message)
    return found
