"""Mail over SMTP, with the standard library.

What is said is `domain/messages.py`. A mail keeps one Message-ID for ever, so that a
receiver can drop the second of two; a mail that may be the second says so itself.
"""

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from urllib.parse import unquote, urlsplit

from cost_pipeline.domain.amounts import one_line
from cost_pipeline.gateways.base import (
    DeliveryUnknown,
    Envelope,
    GatewayDown,
    NotDelivered,
)
from cost_pipeline.gateways.rendering import render

TIMEOUT_S = 10.0
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
PORTS = {"smtp": 25, "smtps": 465}


class WrongMailSettings(Exception):
    """SMTP_URL or MAIL_FROM cannot be used; the message never shows the value."""


@dataclass(frozen=True)
class EmailGateway:
    """One SMTP server. `smtps://` speaks TLS at once, `smtp://` when it is offered."""

    host: str
    port: int
    sender: Address
    operator: str | None = None
    is_tls: bool = False
    user: str = ""
    password: str = field(default="", repr=False)
    timeout_s: float = TIMEOUT_S

    @classmethod
    def from_url(
        cls,
        url: str,
        *,
        sender: str,
        operator: str | None,
        timeout_s: float = TIMEOUT_S,
    ) -> "EmailGateway":
        """Read `smtp[s]://user:password@host:port`."""
        try:
            parts = urlsplit(url)
            port = parts.port or PORTS[parts.scheme]
        except (ValueError, KeyError):
            raise WrongMailSettings(
                "SMTP_URL: not smtp://host or smtps://host"
            ) from None
        if not parts.hostname:
            raise WrongMailSettings("SMTP_URL: names no host")
        try:
            address = parse_address(sender)
        except NotDelivered as error:
            raise WrongMailSettings(f"MAIL_FROM: {error}") from None
        return cls(
            parts.hostname,
            port,
            address,
            operator,
            parts.scheme == "smtps",
            unquote(parts.username or ""),
            unquote(parts.password or ""),
            timeout_s,
        )

    @property
    def is_dry_run(self) -> bool:
        return False

    def send(self, envelope: Envelope) -> str:
        """Send one mail; the answer to its last line decides what became of it."""
        mail = self.compose(envelope)
        with _session(self._connect()) as server:
            recipient = mail["To"].addresses[0].addr_spec
            _offer(server, self.sender.addr_spec, recipient)
            _hand_over(server, mail)
        return str(mail["Message-ID"])

    def compose(self, envelope: Envelope) -> EmailMessage:
        """Make the mail; foreign text cannot add a header, an address or markup."""
        recipient = (
            self.operator if envelope.recipient == "operator" else (envelope.recipient)
        )
        if not recipient:
            raise NotDelivered("no address: OPERATOR_EMAIL is not set")
        rendered = render(
            envelope.letter, is_possible_duplicate=envelope.is_possible_duplicate
        )
        mail = EmailMessage()
        mail["From"] = self.sender
        mail["To"] = parse_address(recipient)
        mail["Subject"] = one_line(envelope.letter.subject, 180)
        mail["Message-ID"] = f"<{envelope.message_id}@{self.sender.domain}>"
        mail["Auto-Submitted"] = "auto-generated"
        if envelope.is_possible_duplicate:
            mail["X-Possible-Duplicate"] = "yes"
        mail.set_content(rendered.text)
        mail.add_alternative(rendered.html, subtype="html")
        return mail

    def _connect(self) -> smtplib.SMTP:
        context = ssl.create_default_context()
        try:
            server: smtplib.SMTP
            if self.is_tls:
                server = smtplib.SMTP_SSL(
                    self.host, self.port, timeout=self.timeout_s, context=context
                )
            else:
                server = smtplib.SMTP(self.host, self.port, timeout=self.timeout_s)
                server.ehlo_or_helo_if_needed()
                if server.has_extn("starttls"):
                    server.starttls(context=context)
                    server.ehlo()
            self._log_in(server)
        except (OSError, smtplib.SMTPException) as error:
            raise GatewayDown(_said(error)) from None
        return server

    def _log_in(self, server: smtplib.SMTP) -> None:
        if not self.user:
            return
        if self.host not in LOOPBACK and not isinstance(server.sock, ssl.SSLSocket):
            server.close()
            raise GatewayDown("the server offers no TLS, so no password is sent")
        server.login(self.user, self.password)


def parse_address(text: str) -> Address:
    """Read exactly one address; a list or a line break would reach somebody else."""
    try:
        address = Address(addr_spec=text.strip())
    except (ValueError, IndexError, MessageError):
        raise NotDelivered("the address is not one") from None
    plain = address.username.isprintable() and address.domain.isprintable()
    if not (plain and address.username and address.domain and text.isascii()):
        raise NotDelivered("the address is not one")
    return address


@contextmanager
def _session(server: smtplib.SMTP) -> Iterator[smtplib.SMTP]:
    """Leave politely if the server still listens, and without complaint if not."""
    try:
        yield server
        # The mail is taken by now: a farewell that fails changes nothing.
        with suppress(OSError, smtplib.SMTPException):
            server.quit()
    finally:
        server.close()


def _offer(server: smtplib.SMTP, sender: str, recipient: str) -> None:
    """Name sender and recipient: until the text is sent nobody can receive it."""
    try:
        for code, answer in (server.mail(sender), server.rcpt(recipient)):
            if code not in (250, 251):
                raise NotDelivered(_answer(code, answer))
    except (OSError, smtplib.SMTPException) as error:
        raise GatewayDown(_said(error)) from None


def _hand_over(server: smtplib.SMTP, mail: EmailMessage) -> None:
    """Send the text. A lost answer means that the mail may have been taken."""
    try:
        code, answer = server.data(
            mail.as_bytes(policy=mail.policy.clone(linesep="\r\n"))
        )
    except smtplib.SMTPDataError as error:
        raise NotDelivered(_said(error)) from None
    except (OSError, smtplib.SMTPException) as error:
        raise DeliveryUnknown(_said(error)) from None
    if code != 250:
        raise NotDelivered(_answer(code, answer))


def _said(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        return _answer(error.smtp_code, error.smtp_error)
    return one_line(f"{type(error).__name__}: {error}")


def _answer(code: int, answer: bytes | str) -> str:
    text = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer
    return one_line(f"{code} {text}")
