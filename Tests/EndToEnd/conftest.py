"""What the tests share: the program under test, and the servers it talks to."""

import pytest

from counterparts.certificates import Authority
from counterparts.processes import is_root
from counterparts.recording_sink import RecordingSink
from counterparts.relay import Relay
from counterparts.smtp_sink import SMTPSink
from program import Martlet


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
