"""Bad input: a clear sentence that says what to do, the right exit code, nothing half-created."""

import subprocess
import zipfile

import pytest

from contact_files import people
from counterparts.processes import free_port, is_root
from counterparts.recording_sink import RecordingSink

USAGE = 64
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89"


def workbook(folder) -> bytes:
    path = folder / "book.zip"
    with zipfile.ZipFile(path, "w") as book:
        book.writestr("[Content_Types].xml", "<Types/>")
        book.writestr("xl/workbook.xml", "<workbook/>")
    return path.read_bytes()


CONTACT_FILES = {
    "a picture": (lambda folder: PNG, r"CSV|picture|PNG|image"),
    "a workbook": (workbook, r"xlsx|workbook|Excel"),
    "a wrong encoding": (lambda folder: b"email,first_name\r\nada@example.com,\xff\xfe\x9d\x81 Ad\xe4\r\n", r"encod|UTF-8"),
    "no address column": (lambda folder: b"name,city\nAda,London\nGrace,New York\n", r"e-?mail|address|--column"),
    "nothing at all": (lambda folder: b"", r"empty|no rows|nothing"),
    "a header alone": (lambda folder: b"email,first_name\r\n", r"no rows|empty|nobody|no contacts|0 rows"),
    "a line of 10 MB": (lambda folder: b"email,first_name\r\nada@example.com," + b"x" * 10_000_000 + b"\r\n", r"long|MB|line 2|large"),
    "NUL octets": (lambda folder: b"email,first_name\r\nada@example.com,A\0da\r\n", r"NUL|zero|binary|character"),
}


@pytest.mark.parametrize("kind", CONTACT_FILES)
def test_a_contact_file_that_is_none(martlet, sink, tmp_path, kind):
    content, sentence = CONTACT_FILES[kind]
    contacts = martlet.write("contacts.csv", content(tmp_path))
    run = martlet.send(contacts, "--smtp", sink.url)
    if kind in ("a wrong encoding", "a line of 10 MB", "NUL octets") and run.code == 0:
        # A file may also be read with the one bad row refused, if the report says why.
        [row] = martlet.report_rows()
        assert row["state"] != "sent" and row["reason"], row
    else:
        run.complains(sentence)
    assert sink.recipients() == []
    # The folder is as good as new: a right file goes through.
    run = martlet.send(martlet.write("right.csv", people(3)), "--smtp", sink.url)
    assert run.code == 0 and run.counts["sent"] == 3, run.err
    assert len(sink.recipients()) == 3


def test_an_unknown_column_lists_the_columns(martlet, sink):
    contacts = martlet.write("contacts.csv", "name,Mail,city\nAda,ada@example.com,London\n")
    run = martlet.send(contacts, "--smtp", sink.url, "--column", "post")
    run.complains(r"post", codes=(1, USAGE))
    assert all(column in run.err for column in ("name", "Mail", "city")), run.err
    assert martlet.send(contacts, "--smtp", sink.url, "--column", "Mail").counts["sent"] == 1


USAGE_ERRORS = {
    "no command": ([], r"usage|commands?"),
    "an unknown command": (["fly"], r"fly"),
    "an unknown option": (["send", "--fly"], r"--fly"),
    "no contacts": (["send", "--subject", "x"], r"--contacts"),
}

WRONG_VALUES = {
    "a number that is none": (["--connections", "many"], r"--connections|many"),
    "no connections": (["--connections", "0"], r"--connections"),
    "an unknown policy": (["--in-doubt", "maybe"], r"hold|resend"),
    "a rate that is none": (["--rate", "fast"], r"--rate|fast"),
    "an address of no mail server": (["--smtp", "https://example.com"], r"smtp"),
    "two servers at once": (["--smtp", "smtp://localhost"], r"--smtp|--sandbox"),
}


@pytest.mark.parametrize("kind", USAGE_ERRORS)
def test_a_wrong_call_creates_nothing(martlet, kind):
    arguments, sentence = USAGE_ERRORS[kind]
    martlet.run(*arguments).complains(sentence, codes=(2, USAGE))
    assert not martlet.data.exists()


@pytest.mark.parametrize("kind", WRONG_VALUES)
def test_a_wrong_value_creates_nothing(martlet, kind):
    arguments, sentence = WRONG_VALUES[kind]
    sandbox = [] if kind == "an address of no mail server" else ["--sandbox"]
    run = martlet.send(martlet.write("contacts.csv", people(1)), *sandbox, *arguments)
    run.complains(sentence, codes=(USAGE,))
    assert not (martlet.data / "martlet.db").exists()


def test_neither_server_nor_sandbox_is_a_wrong_call(martlet):
    run = martlet.send(martlet.write("contacts.csv", people(1)))
    run.complains(r"--smtp|--sandbox|SMTP_SERVER", codes=(1, USAGE))
    assert not (martlet.data / "martlet.db").exists()


def test_a_missing_file_is_named(martlet, sink):
    run = martlet.send(martlet.folder / "gone.csv", "--smtp", sink.url)
    run.complains(r"gone\.csv", codes=(1, USAGE))


@pytest.mark.parametrize("subject", ["Hello\r\nBcc: victim@example.com", "Hello\nthere", "Hello\rthere"])
def test_a_line_break_in_the_subject_is_refused(martlet, sink, subject):
    contacts = martlet.write("contacts.csv", people(1))
    martlet.send(contacts, "--smtp", sink.url, "--subject", subject).complains(r"subject", codes=(1, USAGE))
    assert sink.recipients() == []


def test_a_placeholder_that_is_broken_says_where(martlet, sink):
    contacts = martlet.write("contacts.csv", people(1))
    body = martlet.write("broken.html", "<p>one</p>\n<p>{{ first_name </p>\n")
    martlet.send(contacts, "--smtp", sink.url, "--body", body).complains(r"2:\d+|line 2", codes=(1, USAGE))
    assert sink.recipients() == []


def test_an_attachment_over_the_limit(martlet, sink):
    contacts = martlet.write("contacts.csv", people(1))
    path = martlet.write("big.bin", b"x" * (26 * 1024 * 1024))
    martlet.send(contacts, "--smtp", sink.url, "--attach", path).complains(r"25 MB|25 MiB|too large", codes=(1, USAGE))
    assert sink.recipients() == []


def test_a_from_that_is_no_address(martlet, sink):
    contacts = martlet.write("contacts.csv", people(1))
    martlet.send(contacts, "--smtp", sink.url, "--from", "nobody").complains(r"from|nobody", codes=(1, USAGE))


def test_a_closed_port(martlet):
    contacts = martlet.write("contacts.csv", people(5))
    port = free_port()
    run = martlet.send(contacts, "--smtp", f"smtp+unsafe://127.0.0.1:{port}", "--wait", "1")
    run.complains(rf"refused|connect|{port}", codes=(1, 75))
    assert len(martlet.report_rows()) == 5
    assert all(row["state"] != "sent" for row in martlet.report_rows())


@pytest.fixture
def small_disk(tmp_path):
    """A file system that fills up; its `grow` makes room."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=1500k", "tmpfs", str(folder)]
    if not is_root() or subprocess.run(mount, capture_output=True).returncode != 0:
        pytest.skip("a full disk needs a file system of its own, and this machine lets nobody mount one")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def test_a_full_disk_stops_and_goes_on_when_there_is_room(martlet, sink, small_disk):
    contacts = martlet.write("contacts.csv", people(20_000))
    where = ["--data", str(small_disk), "--smtp", sink.url]
    run = martlet.send(contacts, *where)
    run.complains(r"disk|space|full", codes=(1,))
    before = len(sink.recipients())
    assert before == len(set(sink.recipients()))
    subprocess.run(["mount", "-o", "remount,size=256m", str(small_disk)], check=True)
    run = martlet.send(contacts, *where, "--resume")
    if run.code != 0 and before == 0:
        # Nothing had been created yet, so there is nothing to resume, and a new start is right.
        run = martlet.send(contacts, *where)
    assert run.code == 0, run.err[-2000:]
    assert run.counts["sent"] + run.counts["unknown"] == run.counts["total"] == 20_000
    assert run.counts["unknown"] <= 8
    assert len(sink.recipients()) == len(set(sink.recipients()))


def test_a_server_that_takes_less_than_the_message(martlet, tmp_path):
    with RecordingSink(tmp_path / "sink", "--size", "1000") as sink:
        contacts = martlet.write("contacts.csv", people(2))
        path = martlet.write("a.bin", b"x" * 5000)
        run = martlet.send(contacts, "--smtp", sink.url, "--attach", path)
        assert run.counts["failed"] == 2
        assert all("5.3.4" in row["enhanced_code"] or "size" in row["reason"].lower() for row in martlet.report_rows())
        assert sink.recipients() == []
