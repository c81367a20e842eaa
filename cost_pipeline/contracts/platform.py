"""The platform's own people and places: tenants, deployments, projects, profiles."""

from cost_pipeline.contracts.base import Contract
from cost_pipeline.contracts.columns import at, currency, flag, json, key, text

# How the manifest of all tables of one sync is filed.
ACCOUNT = "platform"
MANIFEST = "platform_tables_json"

CONTRACTS = (
    Contract(
        "raw.tenants",
        "Customers, and the names that stand on their documents.",
        (
            key("tenant_id", "The customer."),
            text("name", "Name on documents.", required=True),
            text("owner_name", "Who is greeted in messages."),
            text("owner_email", "Where messages go."),
            flag("email_notifications", "Whether messages are wanted.", default="true"),
            currency(),
            text("timezone", "IANA zone; periods are UTC all the same.", default="UTC"),
            text("tax_code", "Which tax applies; empty = none."),
            at("created_at", "When the customer signed up.", required=True),
        ),
        key=("tenant_id",),
        subject="platform",
    ),
    Contract(
        "raw.deployments",
        "What a customer runs: the unit that usage and margin are shown by.",
        (
            key("deployment_id", "The deployment."),
            text("tenant_id", "Whose it is.", required=True),
            text("name", "Name on documents."),
            at("created_at", "Start.", required=True),
            at("ended_at", "End; empty = running."),
        ),
        key=("deployment_id",),
        subject="platform",
    ),
    Contract(
        "raw.project_links",
        "Which tenant and deployment a provider project belongs to, and when.",
        (
            key("provider_project_id", "The provider's project."),
            text("tenant_id", "Who pays for what is in it."),
            text("deployment_id", "Which deployment it serves."),
            text(
                "role",
                "Whether its cost is a tenant's, shared out, or ours.",
                required=True,
                one_of=("tenant", "shared", "internal"),
            ),
            at("valid_from", "First instant of the link.", required=True),
            at("valid_to", "First instant after the link; empty = open."),
        ),
        key=("provider_project_id", "valid_from"),
        subject="platform",
    ),
    Contract(
        "raw.desired_state",
        "What was asked of the provider, to be compared with what is there.",
        (
            text("kind", "Resource kind.", required=True),
            text("provider_id", "The provider's id.", required=True),
            json("spec", "Field by field what was asked for.", required=True),
            at("recorded_at", "When it was asked.", required=True),
        ),
        key=("kind", "provider_id", "recorded_at"),
        subject="drift",
    ),
    Contract(
        "raw.payment_profiles",
        "How a tenant pays; credentials stay encrypted.",
        (
            key("tenant_id", "The customer."),
            text("nwc_url", "Encrypted wallet link."),
            text("stripe_customer_id", "Customer at the card processor."),
        ),
        key=("tenant_id",),
        subject="platform",
    ),
)
