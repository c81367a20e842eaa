"""An embedded account that answers like DigitalOcean, as a function of time.

The real client runs against it through `httpx.MockTransport`: no port, no network.
What happened is in the data files beside this one; the modules only serve them.
"""

from cost_pipeline.providers.demo.account import (
    DEMO_NOW,
    DemoAccount,
    change_instants,
    changes,
    demo_transport,
)

__all__ = [
    "DEMO_NOW",
    "DemoAccount",
    "change_instants",
    "changes",
    "demo_transport",
]
