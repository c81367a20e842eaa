"""What customers did and hold: subscriptions, activity, events, machines, credits."""

from cost_pipeline.contracts.base import INSTANT, TEXT, Column, Contract
from cost_pipeline.contracts.columns import at, flag, key, number, quantity, text, whole

CONTRACTS = (
    Contract(
        "raw.subscriptions",
        "Who is on which plan version, from when to when.",
        (
            key("subscription_id", "The subscription."),
            text("tenant_id", "Whose it is.", required=True),
            text("deployment_id", "Which deployment it is for; empty = the tenant."),
            text("plan_version_id", "The version it is pinned to.", required=True),
            at("started_at", "Start.", required=True),
            at("ended_at", "End; empty = running.", rule="ended_at >= started_at"),
        ),
        key=("subscription_id",),
        subject="usage",
    ),
    Contract(
        "raw.subscription_addons",
        "Add-ons of a subscription.",
        (
            key("subscription_id", "The subscription."),
            key("addon_code", "The add-on."),
            quantity("quantity", "How many.", required=True),
            at("started_at", "Start.", required=True),
            at("ended_at", "End; empty = running.", rule="ended_at >= started_at"),
        ),
        key=("subscription_id", "addon_code", "started_at"),
        subject="usage",
    ),
    Contract(
        "raw.activities",
        "The activity log that subscriptions to relays are billed from.",
        (
            key("activity_id", "The event."),
            whole("sequence", "Order of events of the same second.", required=True),
            text("tenant_id", "Whose relay.", required=True),
            text("resource_id", "The relay.", required=True),
            text("activity_type", "What happened.", required=True),
            text("plan_code", "The plan it names, if any."),
            # Periods are counted from the first one, for a hundred years.
            at(
                "created_at",
                "When it happened.",
                required=True,
                rule="year(created_at) between 2000 and 2099",
            ),
        ),
        key=("activity_id",),
        subject="subscriptions",
        append_only=True,
    ),
    Contract(
        "raw.usage_events",
        "Usage of kinds that no inventory shows: bandwidth, tokens.",
        (
            key("event_id", "Given by the sender; retries repeat it."),
            text("tenant_id", "Who used it.", required=True),
            text("deployment_id", "Where.", required=True),
            text("billing_kind", "What.", required=True),
            # A million times more does not fit a whole number, and stops everybody.
            quantity(
                "quantity",
                "How much.",
                required=True,
                rule="quantity between 0 and 1000000000000",
            ),
            # The days there are: one outside them would be metered by nobody.
            at(
                "occurred_at",
                "When.",
                required=True,
                rule="year(occurred_at) between 2010 and 2049",
            ),
        ),
        key=("event_id",),
        subject="usage",
        append_only=True,
    ),
    Contract(
        "raw.hosted_deployments",
        "Hosted machines as their platform knows them.",
        (
            key("deployment_id", "The machine."),
            text("tenant_id", "Whose it is.", required=True),
            text("instance_type", "Its type on the rate card.", required=True),
            text("status", "Its status now.", required=True),
            at("created_at", "Start.", required=True),
            Column(
                "deleted_at",
                INSTANT,
                "End; empty = it is there.",
                rule="deleted_at >= created_at",
            ),
        ),
        key=("deployment_id",),
        subject="spend",
    ),
    Contract(
        "raw.hosted_status_events",
        "Changes of status of hosted machines.",
        (
            key("deployment_id", "The machine."),
            text("status", "The status it took.", required=True),
            at("occurred_at", "When.", required=True),
        ),
        key=("deployment_id", "occurred_at"),
        subject="spend",
    ),
    Contract(
        "raw.installs",
        "Installs that spend credits.",
        (
            key("install_id", "The install."),
            text("tenant_id", "Who pays for it; empty = nobody known."),
            text("tier", "The tier it presents now.", required=True),
            flag(
                "has_hardware",
                "Whether it may fall back to own hardware.",
                default="false",
            ),
            at("first_seen_at", "First sight; its periods start here.", required=True),
            at("tier_changed_at", "When the tier last changed."),
        ),
        key=("install_id",),
        subject="credits",
    ),
    Contract(
        "raw.credit_events",
        "One spent credit each.",
        (
            key("event_id", "Given by the sender; retries repeat it."),
            text("install_id", "Who spent it.", required=True),
            at("occurred_at", "When.", required=True),
            text("tier", "The tier presented.", required=True),
            text(
                "backend",
                "What answered.",
                required=True,
                one_of=("gemini", "hardware"),
            ),
        ),
        key=("event_id",),
        subject="credits",
        append_only=True,
    ),
    Contract(
        "raw.credit_quotas",
        "Quotas by tier; empty = no cap.",
        (
            key("tier", "The tier."),
            whole("lifetime", "Credits for ever.", rule="lifetime >= 0"),
            whole("gemini_cap_lifetime", "Of them by gemini."),
            whole("monthly", "Credits a period.", rule="monthly >= 0"),
            whole("gemini_cap_monthly", "Of them by gemini."),
        ),
        key=("tier",),
        subject="credits",
        has_seed=True,
    ),
    Contract(
        "raw.credit_ledger_import",
        "Rows of the old credit ledger, read whole or not at all.",
        (
            key("install_id", "The install."),
            text("tier_snapshot", "Tier last seen.", default="core"),
            whole(
                "lifetime_consumed", "Credits ever used.", rule="lifetime_consumed >= 0"
            ),
            whole(
                "lifetime_gemini_consumed",
                "Of them by gemini.",
                rule="lifetime_gemini_consumed between 0 and lifetime_consumed",
            ),
            whole(
                "monthly_consumed",
                "Credits of the period.",
                rule="monthly_consumed >= 0",
            ),
            whole(
                "monthly_gemini_consumed",
                "Of them by gemini.",
                rule="monthly_gemini_consumed between 0 and monthly_consumed",
            ),
            Column(
                "last_renewal_at",
                INSTANT,
                "Start of the period (newer rows).",
                rule="year(last_renewal_at) between 2000 and 2099",
            ),
            number("anniversary_day", "bigint", "Day of month periods start on."),
            Column(
                "month",
                TEXT,
                "Calendar month (older rows), as YYYY-MM.",
                rule="regexp_full_match(month, '20[0-9]{2}-(0[1-9]|1[0-2])')",
            ),
            at("last_active_at", "Last use."),
        ),
        key=("install_id",),
        subject="credits",
        strict=True,
    ),
)
