"""A gateway that sends nothing and keeps what it would have sent.

It is what a run has while no mail server is configured; tests use it as well.
"""

from dataclasses import dataclass, field

from cost_pipeline.gateways.base import Envelope
from cost_pipeline.gateways.rendering import Rendered, render


@dataclass
class DryRunGateway:
    """Renders every letter, so that a broken wording is found without a server."""

    shown: list[tuple[Envelope, Rendered]] = field(default_factory=list)

    @property
    def is_dry_run(self) -> bool:
        return True

    def send(self, envelope: Envelope) -> str:
        rendered = render(
            envelope.letter, is_possible_duplicate=envelope.is_possible_duplicate
        )
        self.shown.append((envelope, rendered))
        return ""
