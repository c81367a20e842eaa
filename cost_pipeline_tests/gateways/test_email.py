"""Mail: what a server may do to it, and what foreign text may not."""

import pytest

from cost_pipeline.domain.messages import Letter
from cost_pipeline.gateways.base import (
    DeliveryUnknown,
    Envelope,
    GatewayDown,
    NotDelivered,
)
from cost_pipeline.gateways.demo import DryRunGateway
from cost_pipeline.gateways.email import EmailGateway, WrongMailSettings
from cost_pipeline_tests.gateways.mail_server import mail_server, part

LETTER = Letter(
    "Spend",
    "Hello Ada,",
    ("Spend is $80.64.",),
    ("Machine", "Cost"),
    (("m1", "$26.88"),),
)


def envelope(recipient="ada@example.com", letter=LETTER, **more):
    return Envelope("spend-1", recipient, letter, **more)


def gateway(url="smtp://127.0.0.1:1", operator="ops@example.com", timeout_s=0.3):
    return EmailGateway.from_url(
        url, sender="billing@example.com", operator=operator, timeout_s=timeout_s
    )


def test_a_mail_has_text_and_html_and_a_lasting_name():
    with mail_server() as server:
        named = gateway(server.url, timeout_s=5).send(envelope())
    mail = server.taken[0]
    assert mail["Message-ID"] == named == "<spend-1@example.com>"
    assert mail["To"] == "ada@example.com"
    assert mail["X-Possible-Duplicate"] is None
    text = part(mail, "plain")
    html = part(mail, "html")
    assert "Machine: m1\nCost: $26.88" in text.replace("\r\n", "\n")
    assert "<td>m1</td>" in html


def test_a_mail_that_may_be_the_second_says_so():
    mail = gateway().compose(envelope(is_possible_duplicate=True))
    assert mail["X-Possible-Duplicate"] == "yes"
    assert "may have reached you before" in part(mail, "plain")


@pytest.mark.parametrize(
    ("mood", "error"),
    [
        pytest.param("refuses the address", NotDelivered, id="rejected"),
        pytest.param("refuses the text", NotDelivered, id="rejected late"),
        pytest.param("stalls", DeliveryUnknown, id="no answer in time"),
        pytest.param("hangs up", DeliveryUnknown, id="taken, then the line is cut"),
    ],
)
def test_a_failure_says_whether_the_mail_may_have_arrived(mood, error):
    with mail_server(mood) as server, pytest.raises(error):
        gateway(server.url).send(envelope())


def test_a_server_that_is_not_there_is_down():
    with pytest.raises(GatewayDown):
        gateway().send(envelope())


@pytest.mark.parametrize(
    "recipient",
    [
        pytest.param("a@example.com\r\nBcc: b@example.com", id="a header"),
        pytest.param("a@example.com, b@example.com", id="two addresses"),
        pytest.param("a@example.com> RCPT TO:<b@example.com", id="a command"),
        pytest.param("Ada <a@example.com>", id="a name"),
        pytest.param("no address", id="none"),
        pytest.param("", id="empty"),
        pytest.param("ä@example.com", id="not ASCII"),
    ],
)
def test_only_one_plain_address_is_a_recipient(recipient):
    with pytest.raises(NotDelivered):
        gateway().compose(envelope(recipient))


def test_a_hostile_name_adds_no_header_no_markup_and_runs_no_template():
    hostile = "x\r\nBcc: eve@example.com\n<script>alert(1)</script>{{ 7 * 7 }}"
    letter = Letter(hostile, hostile, (hostile,), ("Machine",), ((hostile,),))
    mail = gateway().compose(envelope(letter=letter))
    assert mail["Bcc"] is None
    html = part(mail, "html")
    assert "<script>" not in html
    assert "{{ 7 * 7 }}" in html
    assert b"\nBcc:" not in mail.as_bytes().split(b"\n\n", 1)[0]


def test_the_operator_is_whoever_is_configured_and_nobody_is_an_error():
    mail = gateway().compose(envelope("operator"))
    assert mail["To"] == "ops@example.com"
    with pytest.raises(NotDelivered, match="OPERATOR_EMAIL"):
        gateway(operator=None).compose(envelope("operator"))


@pytest.mark.parametrize("url", ["http://mail", "smtp://", "smtp://host:port", "mail"])
def test_a_wrong_setting_is_named_and_not_shown(url):
    with pytest.raises(WrongMailSettings, match=r"^SMTP_URL") as caught:
        gateway(url)
    assert url not in str(caught.value).replace("smtp://host or smtps://host", "")


def test_a_password_is_neither_shown_nor_sent_in_the_clear():
    secret = gateway("smtp://user:EXAMPLE-PASSWORD@mail.example.com")
    assert "EXAMPLE-PASSWORD" not in repr(secret)


def test_a_dry_run_shows_the_whole_letter_and_sends_nothing():
    dry = DryRunGateway()
    assert dry.send(envelope()) == ""
    assert "Spend is $80.64." in dry.shown[0][1].text
