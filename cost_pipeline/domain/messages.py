"""What messages say: the facts of a ledger row become a letter.

Put the wording of a kind of message here. How a letter looks as text and HTML, and how
it is sent, is `gateways/`; which messages exist is SQL (`core/messages/`).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from cost_pipeline.domain.amounts import (
    format_amount,
    format_hours,
    format_rate,
    one_line,
)
from cost_pipeline.domain.amounts import format_dollars as format_dollars
from cost_pipeline.domain.amounts import (
    summarize_error_message as summarize_error_message,
)

Facts = Mapping[str, Any]

METRICS = {
    "fly_compute_spend": "Estimated compute spend",
    "invoiced_cost": "Invoiced provider cost",
}

LEAKS = {
    "unknown_instance_type": "A machine type has no price",
    "unknown_status": "A machine has an unknown status",
    "negative_margin": "A deployment costs more than it earns",
    "cost_without_revenue": "A deployment costs money and earns none",
    "unbilled_usage": "Usage that nobody is billed for",
    "cap_hit": "Usage went beyond a hard cap",
    "unknown_product": "The provider bills a product that no rule knows",
}


class UnknownMessage(Exception):
    """A kind of message that nobody wrote a wording for."""


@dataclass(frozen=True)
class Letter:
    """A message as its parts; text and HTML are made of the same ones."""

    subject: str
    greeting: str
    paragraphs: tuple[str, ...]
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    closing: tuple[str, ...] = field(default=())


def word(kind: str, facts: Facts) -> Letter:
    """Word a message of a kind."""
    if kind not in WORDINGS:
        raise UnknownMessage(f"no wording for messages of kind {one_line(kind, 60)}")
    return WORDINGS[kind](facts)


def word_spend(facts: Facts) -> Letter:
    """Spend over a threshold: how much, against what, and which machines did it."""
    currency = facts["currency"]
    used = format_amount(facts["spend_cents"], currency)
    limit = format_amount(facts["threshold_cents"], currency)
    metric = METRICS.get(facts["metric"], one_line(facts["metric"], 60))
    plan = one_line(facts["plan"], 60)
    tenant = one_line(facts["tenant"], 80)
    month = facts["month"][:7]
    owner = one_line(facts["owner"], 80)
    return Letter(
        subject=f"{metric} of {tenant} reached {limit} in {month}",
        greeting=f"Hello {owner}," if owner else "Hello,",
        paragraphs=(
            f"{metric} of {tenant} in {month} is {used}. That has reached {limit}: "
            f"{_limit_reason(facts, plan)}. It was reached at "
            f"{facts['crossed_at'][:19]} UTC.",
            _spend_outlook(facts),
        ),
        columns=("Machine", "Type", "Ran", "Price", "Cost") * bool(facts["machines"]),
        rows=tuple(_machine_row(machine) for machine in facts["machines"]),
        closing=_spend_closing(facts),
    )


def _limit_reason(facts: Facts, plan: str) -> str:
    if not facts["plan_price_cents"]:
        return f"the limit of a plan without a price ({plan})"
    price = format_amount(facts["plan_price_cents"], facts["currency"])
    return f"{facts['threshold_pct']}% of the price of plan {plan} ({price} a month)"


def _spend_outlook(facts: Facts) -> str:
    if facts["metric"] != "fly_compute_spend":
        rate = facts["fx_rate"]
        converted = f", converted at {rate}" if set(rate) - set("1.0") else ""
        return (
            "It is the tenant's share of the provider's invoices of that month, "
            f"without tax{converted}; marts.cost_allocation names the lines."
        )
    projected = format_amount(facts["projected_cents"], facts["currency"])
    return f"If what runs now goes on, the month will end at {projected}."


def _machine_row(machine: Facts) -> tuple[str, ...]:
    return (
        one_line(machine["machine"], 60),
        one_line(machine["type"], 40),
        format_hours(machine["seconds"]),
        format_rate(
            machine["price_cents"], machine["per_seconds"], machine["currency"]
        ),
        format_amount(machine["cost_cents"], machine["currency"]),
    )


def _spend_closing(facts: Facts) -> tuple[str, ...]:
    closing = []
    if facts["other_machines"]:
        closing.append(f"And {facts['other_machines']} more machine(s).")
    if any(row["currency"] != facts["currency"] for row in facts["machines"]):
        closing.append(
            f"Converted at {facts['fx_rate']} {facts['currency']} per "
            f"{facts['machines'][0]['currency']}."
        )
    if facts["metric"] == "fly_compute_spend":
        closing.append(
            f"This is an estimate from running time and the list prices of card "
            f"{one_line(facts['rate_card'], 40)}; traffic and storage are not in it. "
            "Nothing was stopped."
        )
    return tuple(closing)


def word_leak(facts: Facts) -> Letter:
    """Money that leaks: what, whose, since when."""
    title = LEAKS.get(facts["alert"], one_line(facts["alert"], 60))
    subject = one_line(facts["subject"], 80)
    return Letter(
        subject=f"{title}: {subject}",
        greeting="Hello,",
        paragraphs=(f"{title}.", f"{subject}: {one_line(facts['detail'], 400)}."),
        columns=("Tenant", "Since (UTC)"),
        rows=((one_line(facts["tenant"], 80), facts["since"][:19]),),
    )


def word_notice(facts: Facts) -> Letter:
    """A notice whose text was written where it arose: a failed run, a digest."""
    lines = (one_line(line, 1000) for line in facts["text"].splitlines())
    return Letter(
        subject=one_line(facts["subject"], 150),
        greeting="Hello,",
        paragraphs=tuple(line for line in lines if line),
    )


WORDINGS: dict[str, Callable[[Facts], Letter]] = {
    "spend_over_threshold": word_spend,
    "leak": word_leak,
    "run_failed": word_notice,
    "data_quality": word_notice,
    "payment_due": word_notice,
    "notice": word_notice,
}
