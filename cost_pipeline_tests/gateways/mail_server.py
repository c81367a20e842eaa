"""A mail server on loopback that can refuse, stall, or take a mail and hang up."""

import asyncio
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller


def part(mail: EmailMessage, kind: str) -> str:
    """What a mail says in its `plain` or its `html` part."""
    found = mail.get_body([kind])
    assert found is not None, f"the mail has no {kind} part"
    return str(found.get_content())


@dataclass
class MailServer:
    """Keeps what it took; `mood` says how it behaves from now on."""

    mood: str = "kind"
    taken: list[EmailMessage] = field(default_factory=list)
    on_data: Callable[[EmailMessage], None] | None = None
    port: int = 0

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    @property
    def ids(self) -> list[str]:
        return [
            str(mail["Message-ID"]).strip("<>").split("@")[0] for mail in self.taken
        ]

    async def handle_RCPT(  # noqa: N802
        self, server: Any, session: Any, envelope: Any, address: str, options: Any
    ) -> str:
        if self.mood == "refuses the address":
            return "550 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802
        self, server: Any, session: Any, envelope: Any
    ) -> str:
        if self.mood == "stalls":
            await asyncio.sleep(2)
            return "451 too late"
        if self.mood == "refuses the text":
            return "451 try again later"
        mail = message_from_bytes(envelope.content, policy=policy.default)
        if self.on_data:
            self.on_data(mail)
        self.taken.append(mail)
        if self.mood == "hangs up":
            server.transport.close()
        return "250 taken"


@contextmanager
def mail_server(mood: str = "kind") -> Iterator[MailServer]:
    """Serve on a free port of the loopback until the block ends."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = MailServer(mood, port=port)
    controller = Controller(server, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield server
    finally:
        controller.stop()
