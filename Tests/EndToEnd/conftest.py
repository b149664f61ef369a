"""What the tests share: the program under test, and the servers it talks to."""

from contextlib import ExitStack

import pytest

from counterparts.certificates import Authority
from counterparts.processes import is_root
from counterparts.recording_sink import RecordingSink
from counterparts.relay import Relay
from counterparts.smtp_sink import SMTPSink
from playwright.sync_api import sync_playwright

from company import Company
from office import ADMINISTRATOR
from clerk import Clerk
from program import Martlet
from served import Served


@pytest.fixture
def martlet(tmp_path) -> Martlet:
    return Martlet(tmp_path)


@pytest.fixture
def sink(tmp_path):
    with RecordingSink(tmp_path / "sink") as sink:
        yield sink


@pytest.fixture
def smtp_sink(tmp_path):
    with SMTPSink(tmp_path / "smtp-sink") as sink:
        yield sink


@pytest.fixture(scope="session")
def authority(tmp_path_factory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def relay(authority):
    if not is_root():
        pytest.skip("a Postfix of one's own must be started by root")
    with Relay(authority.good()) as relay:
        yield relay


@pytest.fixture
def served(martlet):
    """An installation with nothing in it."""
    with Served(martlet) as server:
        yield server


@pytest.fixture
def demo(martlet):
    """An installation with the demo company."""
    with Served(martlet, "--demo") as server:
        yield server


@pytest.fixture
def serve(martlet):
    """Starts an installation with arguments and settings of one's own; what it started is stopped."""
    with ExitStack() as running:
        yield lambda *arguments, **settings: running.enter_context(Served(martlet, *arguments, **settings))


@pytest.fixture(scope="module")
def company(tmp_path_factory):
    """A server with one of everything, for the tests of one file."""
    with Served(Martlet(tmp_path_factory.mktemp("company")), "--demo") as server:
        yield Company(server)


@pytest.fixture
def house(martlet):
    """An installation with one account, that of `office.Office`."""
    with Served(martlet, **ADMINISTRATOR) as server:
        yield server


@pytest.fixture(scope="session")
def browser():
    """Debian's Chromium."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium",
            args=["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"],
        )
        yield browser
        browser.close()


@pytest.fixture
def ada(served) -> Clerk:
    """The first administrator."""
    clerk = Clerk(served)
    clerk.set_up("ada@example.com")
    return clerk


@pytest.fixture(scope="module")
def stranger(company) -> Clerk:
    """Somebody with an account and a workspace of their own."""
    company.clerk.allow_registration("open")
    clerk = Clerk(company.server)
    clerk.register("eve@example.com")
    return clerk
