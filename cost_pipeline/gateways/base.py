"""What every way of delivering a message has in common, and how it can fail.

A gateway sends one letter and says what became of it. Which letters are due, and what
is remembered of the attempts, is `books/outbox.py`.
"""

from dataclasses import dataclass
from typing import Protocol

from cost_pipeline.domain.messages import Letter


class NotDelivered(Exception):
    """The message was not taken; it is certain that nobody received it."""


class GatewayDown(NotDelivered):
    """The server cannot be reached, so the next message would not be taken either."""


class DeliveryUnknown(Exception):
    """The message was handed over and the answer was lost; it may have arrived."""


@dataclass(frozen=True)
class Envelope:
    """A letter on its way: to whom, under which lasting name."""

    message_id: str
    recipient: str
    letter: Letter
    is_possible_duplicate: bool = False


class MessageGateway(Protocol):
    """Something that delivers letters, or shows what it would deliver."""

    @property
    def is_dry_run(self) -> bool:
        """Whether nothing leaves: what it took is still due."""

    def send(self, envelope: Envelope) -> str:
        """Deliver, and return what the provider calls the message."""
