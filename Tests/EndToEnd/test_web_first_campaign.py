"""The first campaign by a person with a browser: from the console's link to the report and the inbox."""

import re
import time
from datetime import datetime

import pytest
from playwright.sync_api import expect

from browsing import Window
from contact_files import table
from counterparts.recording_sink import RecordingSink
from program import wait_until
from reading import Elements, html_of, strictly, text_of
from walking import Person

USER, SMTP_PASSWORD = "ada", "smtp secret öß"
PEOPLE = 240
ATTACHED = bytes(range(256)) * 23 + b"\r\n.\r\n"
ATTACHED_AS = "Preisliste für Zürich – 価格表.pdf"
SUBJECT = "Grüße an {{ first_name }} von {{ company }}"
BODY = "Liebe/r {{ first_name }},\n\ndie Wörter „schön“ und “größer” kommen an.\n"
PAGE = """<!doctype html>
<html><body><p>Hello <b id="name">{{ first_name }}</b>!</p>
<script>top.document.title = "taken over"</script>
<p>Regards</p></body></html>
"""


def guests(count: int) -> tuple[bytes, list[dict[str, str]]]:
    """A file with what people have in theirs, and the rows that are good."""
    good = [
        {"first_name": f"Zoë {number}", "company": "Söhne, Töchter & Co", "E-Mail": f"guest{number}@example.com"}
        for number in range(count)
    ]
    rows = [["first_name", "company", "E-Mail"], *(list(row.values()) for row in good)]
    rows += [["Nobody", "Nowhere", "no address"], ["Twice", "Twice", "guest0@example.com"]]
    return table(rows), good


@pytest.fixture
def letterbox(tmp_path, authority):
    """A mail server that asks for STARTTLS and a password, and takes its time."""
    arguments = ["--tls", "starttls", *authority.good().arguments]
    arguments += ["--user", USER, "--password", SMTP_PASSWORD, "--delay-ms", "500"]
    with RecordingSink(tmp_path / "letterbox", *arguments) as sink:
        yield sink


@pytest.fixture
def installation(serve, authority):
    return serve(SSL_CERT_FILE=str(authority.certificate))


def add_sender(person: Person, letterbox: RecordingSink) -> None:
    """Adds a sender, at first with a wrong password, and puts it right when the test explains it."""
    person.visit("Senders")
    person.follow("New sender")
    person.follow("Gmail")
    person.see("app password")
    expect(person.page.get_by_label("Server", exact=True)).to_have_value("smtp.gmail.com")
    person.follow("Your own server")
    person.write_sender("Post office", "localhost", letterbox.port, "required", USER, "not this one")
    refusal = person.test_sender()
    expect(refusal).to_contain_text("The sender does not work.")
    expect(refusal).to_contain_text("535")
    expect(refusal).to_contain_text("user name or the password")
    person.fill(password=SMTP_PASSWORD)
    person.press("Save sender")
    person.see("Not tested since the last change.")
    praise = person.test_sender(to="myself@example.com")
    expect(praise).to_contain_text("The sender works.")
    assert letterbox.recipients() == ["myself@example.com"]
    assert letterbox.accepted()[0].tls and letterbox.accepted()[0].login == USER


def choose_sender(person: Person, name: str) -> None:
    option = person.page.locator("select[name=sender] option", has_text=name)
    person.page.locator("select[name=sender]").select_option(option.first.get_attribute("value"))


def write_letter(person: Person, attachment) -> None:
    person.fill(subject=SUBJECT, body=BODY)
    person.page.get_by_role("checkbox", name="Personalise").check()
    person.choose("attach", "yes")
    person.pick("attachment", attachment)
    person.fill(attachment_name=ATTACHED_AS)


def assert_report_agrees(person: Person, letterbox: RecordingSink, good: list[dict[str, str]]) -> None:
    """The report says of every row of the file what the mail server says."""
    name, rows = person.report()
    assert name.endswith("report.csv")
    taken = {mail.recipient: strictly(mail.raw) for mail in letterbox.accepted()[1:]}
    assert len(letterbox.accepted()) == 1 + len(good) == 1 + len(taken)
    assert len(rows) == len(good) + 2
    for row, person_of_file in zip(rows, good):
        message = taken[row["email"]]
        assert row["email"] == person_of_file["E-Mail"]
        assert (row["status"], row["state"], row["attempts"], row["code"]) == ("Sent", "sent", "1", "250")
        assert row["message_id"] == message["message-id"]
        assert datetime.fromisoformat(row["sent_at"]).tzinfo
        assert message["subject"] == f"Grüße an {person_of_file['first_name']} von Söhne, Töchter & Co"
        assert f"Liebe/r {person_of_file['first_name']},\n\ndie Wörter „schön“ und “größer”" in text_of(message)
        assert message["from"].addresses[0].display_name == "Ada Größer"
        [file] = message.iter_attachments()
        assert file.get_filename() == ATTACHED_AS and file.get_payload(decode=True) == ATTACHED
    for row in rows[len(good) :]:
        assert row["status"] == "Failed" and row["state"] != "sent" and row["reason"], row


def test_a_person_sends_a_first_campaign_and_watches_it(installation, letterbox, browser, tmp_path):
    attachment = tmp_path / "list.pdf"
    attachment.write_bytes(ATTACHED)
    content, good = guests(PEOPLE)
    with Window(browser, installation.address) as window:
        person, page = Person(window), window.page
        person.set_up(installation.link)
        add_sender(person, letterbox)

        page.get_by_role("link", name="New campaign").first.click()
        person.drop("file", "guests.csv", content)
        expect(page.locator(".drop-text").first).to_contain_text("guests.csv")
        column = page.get_by_label("Column with the addresses")
        expect(column).to_have_value("E-Mail")
        assert column.locator("option").all_inner_texts() == ["first_name", "company", "E-Mail"]
        preview = page.get_by_role("region", name="First rows of guests.csv")
        expect(preview.get_by_role("row").nth(1)).to_contain_text("Söhne, Töchter & Co")
        expect(preview.locator("td.chosen").first).to_have_text("guest0@example.com")
        choose_sender(person, "Post office")
        write_letter(person, attachment)
        person.press("Send")
        expect(page).to_have_url(re.compile(r"/campaigns/cmp_\w+$"))
        person.see("The campaign is on its way.")

        person.state("Sending")
        assert_grows_by_itself(person)
        assert re.match(r"\d+% ", page.title())
        person.press("Pause")
        person.state("Paused")
        paused = time.time()
        person.see("Messages that are under way still come to their end.")
        # What was under way may still arrive within a second; then nothing does, by the sink's clock.
        assert wait_until(lambda: time.time() > paused + 2.5, 5)
        assert 1 < len(letterbox.accepted()) < PEOPLE
        assert wait_until(lambda: person.number("sent") == len(letterbox.accepted()) - 1, 10)
        resumed = time.time()
        person.press("Resume")
        person.state("Sent")
        assert not [mail for mail in letterbox.accepted() if paused + 1 < mail.at < resumed]
        assert (person.number("sent"), person.number("queued")) == (PEOPLE, 0)
        assert_report_agrees(person, letterbox, good)


def assert_grows_by_itself(person: Person) -> None:
    """Three new figures without the page being loaded again."""
    person.page.evaluate("window.isTheSame = true")
    seen = {person.number("sent")}

    def has_grown() -> bool:
        seen.add(person.number("sent"))
        return len(seen) >= 4

    assert wait_until(has_grown, 20), seen
    assert person.page.evaluate("window.isTheSame"), "the page was loaded again"
    assert person.number("total") == PEOPLE + 2
    assert 0 < person.page.locator("progress.big").evaluate("bar => bar.value / bar.max") < 1


def test_the_whole_walk_without_javascript(installation, letterbox, browser, tmp_path):
    attachment = tmp_path / "list.pdf"
    attachment.write_bytes(ATTACHED)
    content, good = guests(40)
    contacts = tmp_path / "guests.csv"
    contacts.write_bytes(content)
    with Window(browser, installation.address, javascript=False) as window:
        window.expected = ("Blocked script execution",)
        person, page = Person(window), window.page
        person.set_up(installation.link)
        add_sender(person, letterbox)
        page.get_by_role("link", name="New campaign").first.click()
        person.pick("file", contacts)
        choose_sender(person, "Post office")
        write_letter(person, attachment)
        person.press("Send")
        expect(page).to_have_url(re.compile(r"/campaigns/cmp_\w+$"))
        person.see("The campaign is on its way.")
        page.reload()
        # The page asks to be loaded again every few seconds.
        person.state("Sent")
        assert person.number("sent") == len(good)
        assert_report_agrees(person, letterbox, good)
        send_to_sandbox(person, tmp_path)
        assert_inbox_shows(person)


def test_the_sandbox_inbox_shows_what_people_would_get(installation, browser, tmp_path):
    with Window(browser, installation.address) as window:
        # What the framed page must not do is complained of on the console.
        window.expected = ("Blocked script execution",)
        person = Person(window)
        person.set_up(installation.link)
        send_to_sandbox(person, tmp_path)
        assert_inbox_shows(person)


def send_to_sandbox(person: Person, folder) -> None:
    """An HTML letter with an attachment, to three people of a file chosen by the button."""
    (folder / "sandbox.csv").write_bytes(guests(3)[0])
    (folder / "plan.bin").write_bytes(ATTACHED)
    person.page.get_by_role("link", name="New campaign").first.click()
    if person.page.locator("input[name=source]").count():
        person.choose("source", "file")
    person.pick("file", folder / "sandbox.csv")
    choose_sender(person, "Sandbox")
    person.choose("format", "html")
    person.fill(subject=SUBJECT, body=PAGE)
    person.page.get_by_role("checkbox", name="Personalise").check()
    person.choose("attach", "yes")
    person.pick("attachment", folder / "plan.bin")
    person.fill(attachment_name=ATTACHED_AS)
    person.press("Send")
    person.state("Sent")
    assert person.number("sent") == 3


def assert_inbox_shows(person: Person) -> None:
    page = person.page
    person.visit("Sandbox inbox")
    subjects = [f"Grüße an Zoë {number} von Söhne, Töchter & Co" for number in range(3)]
    assert sorted(page.locator("tbody a.title").all_inner_texts()) == subjects
    for number, subject in enumerate(subjects):
        person.follow(subject)
        person.title(subject)
        person.see(f"guest{number}@example.com")
        frame = page.locator("iframe.mail")
        assert frame.get_attribute("sandbox") == ""
        expect(frame.content_frame.locator("#name")).to_have_text(f"Zoë {number}")
        assert "taken over" not in page.title()
        person.follow("Text")
        expect(page.locator("pre.mail-text")).to_contain_text(f"Hello Zoë {number}!")
        person.follow("Headers")
        expect(page.locator("dl.facts").last).to_contain_text("List-Unsubscribe")
        person.follow("Source")
        shown = page.locator("pre.source code").text_content()
        _, raw = person.download(page.get_by_role("link", name="Download"))
        assert shown.replace("\r\n", "\n") == raw.decode().replace("\r\n", "\n")
        message = strictly(raw)
        assert message["subject"] == subject and Elements(html_of(message)).found["name"] == f"Zoë {number}"
        page.locator("nav.tabs").get_by_role("link", name=re.compile("Attachments")).click()
        name, octets = person.download(page.locator("a.file"))
        assert octets == ATTACHED
        assert name == ATTACHED_AS
        person.visit("Sandbox inbox")


def test_the_demo_campaign_is_three_clicks_from_the_start(serve, browser):
    """What `make run` promises: under a minute from the end of the build."""
    began = time.monotonic()
    server = serve("--demo")
    with Window(browser, server.address) as window:
        person = Person(window)
        window.open(server.link.removeprefix(server.address))
        person.press("Sign in to the demo")
        window.page.get_by_role("link", name="Open the draft").click()
        person.press("Send")
        person.state("Sent")
        assert person.number("sent") == 240
    assert time.monotonic() - began < 60
