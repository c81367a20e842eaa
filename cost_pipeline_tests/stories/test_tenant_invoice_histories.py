"""Whatever happens to issued months, issued and adjusted is what they should cost."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from cost_pipeline.books.decisions import void_invoice
from cost_pipeline_tests.reference import usage as reference
from cost_pipeline_tests.usage_world import UsageWorld

TENANTS = 6
APRIL_S = 30 * 86400
RATES = {"AU_GST": Decimal("0.1"), None: Decimal(0)}
# Bandwidth on a Studio plan, as the seed sells it.
BANDWIDTH = reference.Item(
    Decimal(2000), Decimal(1), "none", Decimal("1.5"), None, "by_days"
)

EVENTS = st.one_of(
    st.tuples(st.just("use"), st.decimals("0", "3000", places=3)),
    st.tuples(st.just("end"), st.integers(10, 30)),
    st.tuples(st.just("tax"), st.sampled_from(sorted(RATES, key=str))),
    st.tuples(st.just("void"), st.none()),
    st.tuples(st.just("rest"), st.none()),
)
ROUNDS = st.lists(
    st.tuples(
        st.sampled_from([750, 751, 0]),
        st.lists(EVENTS, min_size=TENANTS, max_size=TENANTS),
    ),
    min_size=3,
    max_size=3,
)


@dataclass
class Customer:
    """What one customer's April should come to, by the reference."""

    name: str
    used_gb: Decimal = Decimal(0)
    days: int = 30
    tax_code: str | None = "AU_GST"
    charged_tax: str | None = "AU_GST"
    voids: int = 0

    @property
    def invoice_id(self) -> str:
        revision = f"-R{self.voids + 1}" if self.voids else ""
        return f"INV-2026-04-{self.name}-AUD{revision}"

    def owes(self, addon_cents: int) -> tuple[int, int]:
        seconds = self.days * 86400
        included = reference.allowance(BANDWIDTH, Decimal(0), self.days, 30, 30)
        subtotal = (
            reference.share(5000, Decimal(1), seconds, APRIL_S)
            + reference.share(addon_cents, Decimal(1), seconds, APRIL_S)
            + reference.overage(BANDWIDTH, Fraction(self.used_gb), included)
        )
        return subtotal, reference.tax(subtotal, RATES[self.charged_tax])


def befall(
    world: UsageWorld, customer: Customer, event: str, stated: object, known_as: str
) -> None:
    """Let one thing happen to a customer, in the tables and in the reference."""
    name = customer.name
    if isinstance(stated, Decimal):
        customer.used_gb += stated
        world.connection.execute(
            "insert into raw.usage_events by name select ? as event_id, "
            "? as tenant_id, ? as deployment_id, 'bandwidth_gb' as billing_kind, "
            "? as quantity, timestamp '2026-04-02' as occurred_at, "
            "'test' as source_file, 1 as source_row",
            [known_as, name, name, stated],
        )
    elif isinstance(stated, int):
        customer.days = stated
        world.connection.execute(
            "update raw.subscriptions set ended_at = ? where tenant_id = ?",
            [datetime(2026, 4, 1) + timedelta(days=stated), name],
        )
    elif event == "tax":
        customer.tax_code = stated if isinstance(stated, str) else None
        world.connection.execute(
            "update raw.tenants set tax_code = ? where tenant_id = ?", [stated, name]
        )
    elif event == "void":
        void_invoice(
            world.connection, None, invoice_id=customer.invoice_id, reason=event
        )
        customer.voids += 1
        customer.charged_tax = customer.tax_code


def world_of(customers: list[Customer]) -> UsageWorld:
    world = UsageWorld(date(2026, 4, 1))
    rows = {
        "raw.tenants": ("tenant_id | currency | tax_code", "{0} | AUD | AU_GST"),
        "raw.deployments": ("deployment_id | tenant_id", "{0} | {0}"),
        "raw.subscriptions": (
            "subscription_id | tenant_id | deployment_id | plan_version_id "
            "| started_at",
            "{0} | {0} | {0} | studio-v1 | 2026-04-01",
        ),
        "raw.subscription_addons": (
            "subscription_id | addon_code | quantity | started_at",
            "{0} | storage_50gb | 1 | 2026-04-01",
        ),
    }
    for table, (head, row) in rows.items():
        lines = [row.format(customer.name) for customer in customers]
        world.give(table, "\n".join([head, *lines]))
    return world


@settings(max_examples=3, deadline=None)
@given(rounds=ROUNDS)
def test_issued_and_adjusted_is_what_the_month_should_cost(rounds):
    customers = [Customer(f"c{number}") for number in range(TENANTS)]
    world = world_of(customers)
    now = datetime(2026, 5, 1, 3)
    assert world.run(now.isoformat()).new == TENANTS
    for number, (addon_cents, events) in enumerate(rounds):
        written = world.rows("from ledger.documents"), world.rows("from ledger.lines")
        now += timedelta(days=1)
        world.at(now.isoformat())
        world.connection.execute("update raw.addons set price_cents = ?", [addon_cents])
        for customer, (event, value) in zip(customers, events, strict=True):
            befall(world, customer, event, value, f"{customer.name}-{number}")
        world.run(now.isoformat())
        assert set(written[0]) <= set(world.rows("from ledger.documents"))
        assert set(written[1]) <= set(world.rows("from ledger.lines"))
        found = world.rows(
            "select tenant_id, "
            "any_value(invoice_id) filter (document_type = 'invoice'), "
            "count(*) filter (document_type = 'invoice'), "
            "cast(sum(subtotal_cents) as int), cast(sum(tax_cents) as int) "
            "from core.calendar_documents "
            "where status = 'issued' and period_start = '2026-04-01' group by all "
            "order by all"
        )
        assert found == [
            (customer.name, customer.invoice_id, 1, *customer.owes(addon_cents))
            for customer in customers
        ]
    assert world.run(now.isoformat()).new == 0
