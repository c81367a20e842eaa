"""What the report tells, section by section: a question, a query, what to say of none.

Queries read published tables and `shown`, one row with the month the report is about.
How values are written is `report_values.py`; putting the page together is
`report.py`.
"""

from dataclasses import dataclass

ROWS = 15


@dataclass(frozen=True)
class Section:
    """One question of the report, answered by one query.

    A `chapter` opens before it; `{month}` in it is the month the report is about.
    """

    id: str
    title: str
    purpose: str
    tables: tuple[str, ...]
    query: str
    nothing: str
    drawn: str | None = None
    chapter: str = ""


SECTIONS = (
    Section(
        "tenants",
        "Margin by tenant",
        "What each customer brought and cost, the worst first.",
        ("marts.cost_vs_revenue",),
        """
        select tenant_id as tenant,
            sum(revenue_cents) as revenue_cents, sum(cost_cents) as cost_cents,
            sum(margin_cents) as margin_cents,
            share(sum(margin_cents), sum(revenue_cents)) as of_revenue_pct, currency
        from marts.cost_vs_revenue join shown using (month)
        group by tenant_id, currency
        having bool_or(revenue_cents <> 0 or cost_cents <> 0)
        order by margin_cents, tenant
        """,
        "Nothing was earned or spent in this month.",
        drawn="margin_cents",
        chapter="{month}",
    ),
    Section(
        "deployments",
        "Margin by deployment",
        "The same money, one step closer to the machines.",
        ("marts.cost_vs_revenue",),
        """
        select if(deployment_id = 'unattributed' and tenant_id <> 'unattributed',
                'all of the tenant', deployment_id) as deployment,
            tenant_id as tenant,
            sum(revenue_cents) as revenue_cents, sum(cost_cents) as cost_cents,
            sum(margin_cents) as margin_cents, currency
        from marts.cost_vs_revenue join shown using (month)
        group by deployment_id, tenant_id, currency
        having bool_or(revenue_cents <> 0 or cost_cents <> 0)
        order by margin_cents, deployment, tenant
        """,
        "Nothing was earned or spent in this month.",
        drawn="margin_cents",
    ),
    Section(
        "kinds",
        "Cost by kind",
        "What the provider was paid for, beside the month before.",
        ("marts.cost_vs_revenue",),
        """
        with kinds as (
            select kind, currency,
                sum(cost_cents) filter (where margins.month = shown.month) as shown,
                sum(cost_cents) filter (where margins.month <> shown.month) as before
            from marts.cost_vs_revenue as margins
            join shown on margins.month in (shown.month, shown.month_before)
            group by kind, currency
        )
        select kind, coalesce(shown, 0) as cost_cents,
            coalesce(before, 0) as month_before_cents,
            coalesce(shown, 0) - coalesce(before, 0) as change_cents, currency
        from kinds where coalesce(shown, 0) <> 0 or coalesce(before, 0) <> 0
        order by cost_cents desc, kind
        """,
        "The provider charged nothing in this month.",
        drawn="cost_cents",
    ),
    Section(
        "documents",
        "What was billed",
        "Invoices and drafts whose period began in this month or after it.",
        ("marts.tenant_invoices",),
        """
        select number, tenant_id as tenant, document_type as document, status,
            cast(period_start as date) as "from", total_cents, currency,
            cast(due_at as date) as due
        from marts.tenant_invoices join shown on period_start >= shown.month
        order by period_start, tenant, number
        """,
        "No document is due for this month.",
    ),
    Section(
        "bill",
        "Where the provider's bill went",
        "Every part of a cent has one place, so these rows sum to the bill.",
        ("marts.cost_allocation", "marts.provider_invoices"),
        """
        select
            case bucket when 'tenant' then 'customers' when 'shared'
                then 'shared out by a rule' when 'internal' then 'ourselves'
                when 'tax' then 'tax, which comes back'
                when 'provider_rounding' then 'the provider''s rounding'
                else 'nobody known' end as borne_by,
            cast(count(*) as bigint) as lines,
            sum(allocation.amount_micros) as amount_micros,
            share(sum(allocation.amount_micros), sum(sum(allocation.amount_micros))
                over (partition by allocation.currency)) as share_pct,
            allocation.currency
        from marts.cost_allocation as allocation
        join marts.provider_invoices as invoices using (invoice_uuid)
        join shown on invoices.period = strftime(shown.month, '%Y-%m')
        group by borne_by, allocation.currency order by amount_micros desc, borne_by
        """,
        "No provider invoice of this month has been accepted.",
        drawn="amount_micros",
        chapter="The provider's bill of {month}",
    ),
    Section(
        "unmatched",
        "Unmatched money",
        "Paid for something the inventory does not know, or that nobody owns.",
        ("marts.unmatched_costs", "marts.provider_invoices"),
        """
        select
            case unmatched_reason when 'destroyed_historic'
                then 'gone before anybody looked' when 'tax' then 'tax'
                when 'account_level' then 'bought for the whole account'
                when 'name_variance' then 'the bill uses another name'
                when 'ambiguous' then 'several resources fit'
                when '' then 'known, but owned by nobody'
                else 'nobody knows: look into it' end as reason,
            cast(count(*) as bigint) as lines,
            sum(unmatched.amount_micros) as amount_micros,
            min(unmatched.description) as for_example, unmatched.currency
        from marts.unmatched_costs as unmatched
        join marts.provider_invoices as invoices using (invoice_uuid)
        join shown on invoices.period = strftime(shown.month, '%Y-%m')
        group by reason, unmatched.currency order by amount_micros desc, reason
        """,
        "Every line of this month has a resource and an owner.",
        drawn="amount_micros",
    ),
    Section(
        "burn",
        "Burn and projection",
        "Where the month is heading, without tax, if it goes on as it went so far. "
        "Earlier months show what the same guess said as far into them, and how far "
        "off the invoice it was.",
        ("marts.monthly_burn",),
        """
        select burn.month, provider_account as account,
            coalesce(backtest_as_of, as_of) as guessed_at,
            if(burn.month = running_month, month_to_date_micros, null)
                as so_far_micros,
            coalesce(backtest_projected_micros, projected_micros) as guess_micros,
            invoiced_micros, error_pct as off_by_pct, currency
        from marts.monthly_burn as burn join shown
            on burn.month between running_month - interval 5 month and running_month
        order by burn.month desc, account
        """,
        "No balance of the provider has been seen yet.",
    ),
    Section(
        "alerts",
        "Spend alerts",
        "Customers whose cost reached, or will reach, its limit: a share of the "
        "plan's price, or a fixed amount where the plan has none.",
        ("marts.spend_over_threshold",),
        """
        select tenant_id as tenant, period_start as month, plan_code as plan,
            threshold_cents as limit_cents,
            if(plan_price_cents > 0, threshold_pct, null) as of_price_pct, spend_cents,
            projected_cents, currency, crossed_at,
            case when alerted_at is not null then 'crossed, told'
                when crossed_at is not null or is_over then 'crossed'
                else 'heading there' end as state
        from marts.spend_over_threshold
        join shown on period_start >= shown.month
        where is_over or crossed_at is not null or projected_cents >= threshold_cents
        order by period_start desc, state, spend_cents desc, tenant
        """,
        "Nobody reached a limit.",
        chapter="To look into",
    ),
    Section(
        "drift",
        "Open drift",
        "Resources that are not as they were asked for.",
        ("marts.open_drift",),
        """
        select kind, provider_id as resource, field, desired, actual,
            monthly_cost_delta_cents as more_a_month_cents, currency, opened_at
        from marts.open_drift
        order by abs(coalesce(more_a_month_cents, 0)) desc, opened_at, resource, field
        """,
        "Everything is as it was asked for.",
    ),
    Section(
        "quality",
        "Data quality",
        "What was found odd on the way, the most frequent first.",
        ("marts.data_quality",),
        """
        select replace(finding, '_', ' ') as finding, area,
            cast(count(*) as bigint) as cases, min(detail) as for_example,
            max(happened_at) as last_at
        from marts.data_quality group by all
        order by cases desc, finding, area
        """,
        "Nothing odd was found.",
    ),
    Section(
        "quarantine",
        "Rows set aside",
        "Rows that could not be used; they wait until their source is mended.",
        ("marts.quarantine",),
        """
        select table_name, reason, cast(count(*) as bigint) as rows,
            min(raw_text) as for_example
        from marts.quarantine group by table_name, reason
        order by rows desc, table_name, reason
        """,
        "No row had to be set aside.",
    ),
    Section(
        "reissued",
        "Provider invoices that changed",
        "Bills that were replaced after they had been read, and the lines that differ.",
        ("marts.invoice_changes", "marts.provider_invoices"),
        """
        select cast(invoices.period_start as date) as month, changes.description,
            nullif(cast(changes.end_at as date), date '1970-01-01') as until,
            changes.previous_micros as before_micros,
            changes.amount_micros as now_micros, changes.change_micros,
            changes.currency, changes.received_at as seen_at
        from marts.invoice_changes as changes
        join marts.provider_invoices as invoices using (invoice_uuid)
        where changes.change_micros <> 0
        order by seen_at desc, month desc, abs(changes.change_micros) desc,
            changes.description, changes.start_at, changes.end_at, changes.version
        """,
        "No provider invoice was replaced.",
        chapter="What changed",
    ),
    Section(
        "adjustments",
        "Adjustments and voids",
        "An issued document is never edited: another one corrects it.",
        ("marts.tenant_invoices",),
        """
        select number, tenant_id as tenant, document_type as document, status,
            cast(period_start as date) as "from", total_cents, currency,
            corrects_invoice_id as corrects, issued_at
        from marts.tenant_invoices
        where document_type = 'adjustment' or status = 'void'
        order by period_start desc, number
        """,
        "No issued document was corrected.",
    ),
    Section(
        "corrections",
        "Corrected months",
        "Final months that changed, each change by a row of its own.",
        ("marts.margin_corrections",),
        """
        select month, tenant_id as tenant, kind, revision,
            delta_revenue_cents as revenue_cents, delta_cost_cents as cost_cents,
            currency, reason
        from marts.margin_corrections
        order by month desc, tenant, kind, revision
        """,
        "No final month was corrected.",
    ),
)

# Where the newest fact of each input stands, and after how many hours it is late.
INPUTS = (
    ("Inventory", "marts.resources", "last_seen_at", 1),
    ("Provider balance", "marts.balances", "generated_at", 26),
    ("Provider invoices", "marts.provider_invoices", "received_at", 24 * 35),
    ("Exchange rates", "marts.fx_rates", "rate_date", 24 * 5),
    ("Metered usage", "marts.usage_daily", "day", 24 * 2),
    ("Activity log", "marts.subscription_items", "created_at", 24 * 35),
    ("Credit events", "marts.credit_balances", "last_active_at", 24 * 7),
)
