"""A column says which columns it is computed from, however its query is nested."""

from cost_pipeline.models.library import all_models
from cost_pipeline.models.lineage import trace_columns
from cost_pipeline.models.parse import declared_in


def traced(query):
    return trace_columns(query, declared_in(all_models()))


def test_provenance_is_followed_through_ctes_joins_and_unions():
    query = """
        with shares as (
            select invoices.month, allocation.amount_micros
            from core.cost_allocation as allocation
            join core.invoices as invoices using (invoice_uuid)
        ),
        both_sides as (
            select month, amount_micros from shares
            union all
            select month, amount_micros from core.corrections
        )
        select month, cast(sum(amount_micros) as bigint) as cost_micros
        from both_sides group by month
    """
    assert traced(query) == {
        "month": "corrections.month, invoices.month",
        "cost_micros": "corrections.amount_micros, cost_allocation.amount_micros",
    }


def test_provenance_is_that_of_every_part_of_a_union():
    parts = [f"select day, {n} as cents from core.{t}" for n, t in enumerate("abc")]
    whole = " union all ".join(parts)
    assert traced(whole) == {"day": "a.day, b.day, c.day"}
    inside = f"with days as ({whole}) select day as first_day from days"
    assert traced(inside) == {"first_day": "a.day, b.day, c.day"}


def test_a_bare_name_is_of_the_table_that_declares_it():
    query = """
        select plan_code, cast(base_price_cents as bigint) as cents, now_at
        from raw.activities join core.plan_prices using (plan_code) cross join ref.clock
    """
    assert traced(query) == {
        "plan_code": "activities.plan_code, plan_prices.plan_code",
        "cents": "plan_prices.base_price_cents",
        "now_at": "clock.now_at",
    }
