"""A quote is what the invoice would be, and a question about the unknown is refused."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from cost_pipeline.load.reference import seeded
from cost_pipeline.publish.quotes import (
    NotInCatalog,
    QuoteRequest,
    catalog_tables,
    quote,
)
from cost_pipeline_tests.usage_world import UsageWorld

APRIL = datetime(2026, 4, 1, tzinfo=UTC)
NOW = datetime(2026, 5, 2, tzinfo=UTC)


def amounts(**asked) -> list[tuple[str, str | None, int]]:
    request = QuoteRequest(
        asked.pop("plan", "studio"), asked.pop("start", APRIL), **asked
    )
    with seeded(catalog_tables()) as catalog:
        lines = quote(request, NOW, catalog)
    return [(line.line_kind, line.resource_kind, line.amount_cents) for line in lines]


def test_the_quoted_price_is_the_invoiced_price():
    world = UsageWorld()
    world.give_pilot()
    world.exist(*[(f"d{n}", "droplet", None, "2026-04-01", None) for n in range(3)])
    world.run("2026-05-02")
    invoiced = world.rows(
        "select line_kind, resource_kind, quantity, unit_price_cents, amount_cents, "
        "currency, description from core.calendar_lines "
        "where invoice_id = 'INV-2026-04-pilot-AUD' order by line_number"
    )
    request = QuoteRequest(
        "studio",
        APRIL,
        addons={"storage_50gb": Decimal(1)},
        usage={"droplet_hours": Decimal(2160)},
        tax_code="AU_GST",
    )
    lines = quote(request, NOW, world.connection)
    assert [tuple(vars(line).values()) for line in lines] == invoiced


@pytest.mark.parametrize(
    ("asked", "line"),
    [
        pytest.param(
            {"usage": {"llm_tokens": Decimal(2_000_001)}},
            ("overage", "llm_tokens", 0),
            id="a begun block of a third of a cent rounds to nothing",
        ),
        pytest.param(
            {"usage": {"llm_tokens": Decimal(2_001_001)}},
            ("overage", "llm_tokens", 1),
            id="two begun blocks",
        ),
        pytest.param(
            {"plan": "starter", "usage": {"droplet_hours": Decimal(5000)}},
            ("overage", "droplet_hours", 56),
            id="a hard cap stops the charge",
        ),
        pytest.param(
            {
                "usage": {"spaces_gb_month": Decimal(110)},
                "addons": {"storage_50gb": Decimal(1)},
            },
            ("overage", "spaces_gb_month", 160),
            id="an add-on extends the allowance",
        ),
        pytest.param(
            {
                "start": datetime(2026, 4, 16, tzinfo=UTC),
                "usage": {"bandwidth_gb": Decimal(1100)},
            },
            ("overage", "bandwidth_gb", 150),
            id="half of a month has half of the allowance by days",
        ),
        pytest.param(
            {"plan": "starter", "usage": {"llm_tokens": Decimal(123_456)}},
            ("overage", "llm_tokens", 49),
            id="a kind outside the plan has the price of the day",
        ),
        pytest.param(
            {"start": datetime(2026, 4, 16, tzinfo=UTC)},
            ("plan_base", None, 2500),
            id="half of a month is half of the price",
        ),
    ],
)
def test_a_quote_follows_the_plan(asked, line):
    assert line in amounts(**asked)


@pytest.mark.parametrize(
    ("asked", "named"),
    [
        ({"plan": "gold"}, "no plan gold; there are basic, free"),
        ({"addons": {"extra": Decimal(1)}}, "no add-on extra; there are llm_1m"),
        ({"usage": {"cpu": Decimal(1)}}, "no billing kind cpu"),
    ],
)
def test_what_the_catalog_does_not_name_is_refused_by_name(asked, named):
    with pytest.raises(NotInCatalog, match=named):
        amounts(**asked)


@pytest.mark.parametrize(
    ("kind", "used", "allowance"),
    [
        ("bandwidth_gb", 1100, "1000 included (2000 by days, 15 of 30 days)"),
        ("dns_zones", 6, "5 included (5 in full, 15 of 30 days)"),
    ],
)
def test_a_part_of_a_month_says_what_became_of_the_allowance(kind, used, allowance):
    usage = {kind: Decimal(used)}
    request = QuoteRequest("studio", APRIL.replace(day=16), usage=usage)
    with seeded(catalog_tables()) as catalog:
        (text,) = [line.description for line in quote(request, NOW, catalog)][1:]
    assert text.endswith(allowance)


def test_a_version_can_be_quoted_before_it_is_published():
    assert amounts(plan="studio-v2") == [("plan_base", None, 5500)]
