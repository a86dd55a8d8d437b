"""Which answers does the sandbox play where Intuit's are not known, or differ?

Every open question of the API is a switch, so that a client can be tested under each answer.
Settable with `--switch name=value` and at `/control/switches`.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from typing import Any


@dataclass
class Switches:
    """Times are in seconds unless the name says ms. Choices are listed in `CHOICES`."""

    # requestid
    requestid: str = "honoured"
    requestid_lasts_s: float = 86_400
    requestid_replays_failures: bool = False
    requestid_other_body: str = "replay"
    requestid_in_flight: str = "waits"
    batch_requestid: str = "honoured"
    # numbers and names
    docnumber_warning: bool = True
    docnumber_case_sensitive: bool = False
    docnumber_race_s: float = 0
    inactive_name_free: bool = True
    second_deletion: str = "numbered"
    inactive_reference: str = "610"
    # tokens
    refresh_policy: str = "overlap"
    refresh_overlap_s: float = 86_400
    refresh_rotation: str = "daily"
    access_token_s: int = 3_600
    refresh_token_s: int = 8_726_400
    wrong_realm: str = "403"
    auto_approve: bool = False
    auto_approve_realm: str = ""
    # what is seen when
    query_lag_s: float = 0
    cdc_lag_s: float = 0
    # limits and how they are told
    limits: bool = True
    requests_per_minute: int = 500
    requests_per_second: int = 10
    batches_per_minute: int = 40
    batches_per_minute_realm: int = 120
    throttle_body: str = "xml"
    retry_after: int = 0
    # latency
    latency_ms: float = 0
    latency_jitter_ms: float = 0
    batch_item_ms: float = 0
    # statuses nobody has written down
    lapsed_status: int = 400
    system_failure_status: int = 500
    over_application: str = "refuse"
    answer_without_accept: str = "xml"
    answers: str = "full"
    # webhooks
    webhook_format: str = "cloudevents"
    webhook_merge_field: str = "deletedId"
    webhook_time: str = "change"
    webhook_delay_s: float = 0.05
    webhook_drop_percent: float = 0
    webhook_duplicate_percent: float = 0
    webhook_shuffle: bool = False
    webhook_paused: bool = False
    webhook_retry_scale: float = 1

    def set(self, name: str, value: object) -> None:
        """Change one switch; text is read as the switch's type.

        Raises ValueError with a sentence for an unknown name or value."""
        kinds = {field.name: KINDS[str(field.type)] for field in fields(self)}
        if name not in kinds:
            raise ValueError(f"no switch is called {name!r}; there are: {', '.join(kinds)}")
        read = _read(kinds[name], value)
        if read is None or (name in CHOICES and read not in CHOICES[name]):
            allowed = ", ".join(CHOICES.get(name, (kinds[name].__name__,)))
            raise ValueError(f"switch {name} takes {allowed}, not {value!r}")
        setattr(self, name, read)

    def update(self, values: dict[str, object]) -> None:
        """All or nothing."""
        trial = Switches(**asdict(self))
        for name, value in values.items():
            trial.set(name, value)
        for name in values:
            setattr(self, name, getattr(trial, name))

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


KINDS: dict[str, type] = {"bool": bool, "int": int, "float": float, "str": str}
CHOICES: dict[str, tuple[str, ...]] = {
    "requestid": ("honoured", "ignored"),
    "requestid_other_body": ("replay", "refuse"),
    "requestid_in_flight": ("waits", "executes"),
    "batch_requestid": ("honoured", "ignored"),
    "second_deletion": ("numbered", "same"),
    "inactive_reference": ("610", "2500"),
    "refresh_policy": ("overlap", "single_use", "family_revoked"),
    "refresh_rotation": ("daily", "every_time"),
    "wrong_realm": ("401", "403"),
    "throttle_body": ("xml", "json"),
    "over_application": ("refuse", "cap"),
    "answer_without_accept": ("xml", "json"),
    "answers": ("full", "terse"),
    "webhook_format": ("cloudevents", "legacy"),
    "webhook_merge_field": ("deletedId", "none"),
    "webhook_time": ("change", "telling"),
}


def _read(kind: type, value: object) -> object | None:
    if kind is bool:
        return {"true": True, "on": True, "1": True, "false": False, "off": False, "0": False}.get(
            str(value).lower()
        )
    if isinstance(value, dict | list) or value is None:
        return None
    try:
        read = kind(str(value))
    except ValueError:
        return None
    return read if kind is str or read >= 0 else None
