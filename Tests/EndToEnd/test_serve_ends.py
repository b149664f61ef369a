"""How campaigns end that cannot go on, and where their files are then."""

import os
import re
import time

from contact_files import people
from counterparts.processes import free_port
from counterparts.recording_sink import RecordingSink
from office import Office, addresses, assert_agree, moment
from program import wait_until


# -- A server that turns us away


def test_a_wrong_password_ends_the_campaign_in_plain_words(house, tmp_path):
    """S0-21, and the attachment of S0-23: kept while the rest can be sent, gone after."""
    attachments = house.martlet.data / "attachments"
    with RecordingSink(tmp_path / "sink", "--user", "ada", "--password", "right password") as sink:
        office = Office(house)
        sender = office.sender(sink.port, user="ada", password="wrong password")
        campaign = office.send(people(40), sender, attachment=b"%PDF-1.7 prices")
        end = campaign.wait_for_end(30)
        assert end["status"] == "failed" and end["sent"] == 0 and end["cancelled"] == 40, end
        page = campaign.page().text
        for text in (end["message"], page):
            assert "refused the user name or the password" in text and "535" in text, text[-3000:]
        assert "wrong password" not in page
        states = assert_agree(campaign, sink.recipients(), addresses(40))
        assert states == {"cancelled": addresses(40)}
        rows = campaign.report()
        assert all(row["status"] == "Failed" and "not sent" in row["reason"] for row in rows), rows[0]
        assert len(list(attachments.iterdir())) == 1

        office.change_sender(sender, user="ada", password="right password")
        campaign.press("retry?what=cancelled")
        end = campaign.wait_for_end(30)
        assert end["status"] == "sent" and end["sent"] == 40, end
        assert_agree(campaign, sink.recipients(), addresses(40))
        assert all(b"price list.pdf" in message.raw for message in sink.accepted())
        assert wait_until(lambda: not list(attachments.iterdir()), 10)


def test_a_server_that_is_not_there_is_waited_for(house, tmp_path):
    """Nothing is failed while nobody answers; the page says so, and it goes on once somebody does."""
    port = free_port()
    office = Office(house)
    campaign = office.send(people(20), office.sender(port))
    now = campaign.wait_for(lambda now: "refused" in now["message"], 40)
    assert now["status"] == "sending" and now["queued"] + now["sending"] == 20, now
    assert "Nobody answers" in campaign.page().text
    with RecordingSink(tmp_path / "sink") as sink:
        sender = office.sender(sink.port)
        # Correcting the sender's port is what the page advises.
        first = [link for link in campaign_senders(office) if link != sender]
        office.change_sender(first[0], port=str(sink.port))
        assert campaign.wait_for_end(30)["sent"] == 20
        assert_agree(campaign, sink.recipients(), addresses(20))


def campaign_senders(office: Office) -> list[str]:
    text = office.client.get("/senders").text
    return [
        sender
        for sender in dict.fromkeys(re.findall(r"/senders/(snd_\w+)", text))
        if 'value="127.0.0.1"' in office.client.get(f"/senders/{sender}").text
    ]


# -- Files


def test_files_go_when_nothing_needs_them(house, sink):
    """S0-23."""
    uploads, attachments = house.martlet.data / "uploads", house.martlet.data / "attachments"

    def held() -> tuple[int, int]:
        return len(list(uploads.iterdir())), len(list(attachments.iterdir()))

    office = Office(house)
    sender = office.sender(sink.port)
    draft = office.send(people(30), sender, attachment=b"prices", do="save")
    assert draft.state() == "draft" and held() == (1, 1)
    # A restart removes orphans, and nothing else.
    for folder in (uploads, attachments):
        orphan = folder / "orphan"
        orphan.write_bytes(b"left by a crash")
        os.utime(orphan, (time.time() - 60, time.time() - 60))
    house.kill()
    house.start()
    assert held() == (1, 1) and not (uploads / "orphan").exists() and not (attachments / "orphan").exists()

    draft.press("send")
    assert draft.wait_for_end(30)["sent"] == 30
    assert wait_until(lambda: held() == (0, 0), 10), held()
    assert all(b"price list.pdf" in message.raw for message in sink.accepted())

    # A cancelled campaign can not be sent again, so its attachment goes as well.
    later = office.send(people(30), sender, attachment=b"prices", **moment(3_600))
    assert held()[1] == 1
    office.client.submit(later.press("cancel"), f"{later.path}/cancel", {"sure": "yes"})
    assert later.state() == "cancelled"
    assert wait_until(lambda: held() == (0, 0), 10), held()

    # A deleted draft takes its files along.
    draft = office.send(people(30), sender, attachment=b"prices", do="save")
    assert held() == (1, 1)
    office.client.submit(draft.press("delete"), f"{draft.path}/delete", {"sure": "yes"})
    assert wait_until(lambda: held() == (0, 0), 10), held()

    # A file that cannot be read to its end fails the campaign, in words, and is gone.
    broken = people(3_000) + b'"never closed@example.com,"x"y"z\r\n' + b"\xff\xfe\x00" * 50
    campaign = office.send(broken, sender, attachment=b"prices")
    end = campaign.wait_for_end(30)
    if end["status"] == "failed":
        assert held()[0] == 0
    assert wait_until(lambda: held()[0] == 0, 10), held()
