"""Several limits at once, through kill -9 and restart (X-05): by the mail server's own clock no span of time
sees more messages than allowed, no more connections are open, and none takes more messages."""

import os

from contact_files import people
from crash.town import Town, most_within, under_way
from office import Office, assert_adds_up
from program import wait_until

PER_SECOND, PER_MINUTE, CONNECTIONS, PER_CONNECTION = 25, 120, 3, 7
# Two minutes' messages are due. The second's are waited for with MARTLET_LIMIT_WHOLE=1 alone.
IS_WHOLE = os.environ.get("MARTLET_LIMIT_WHOLE") == "1"


def assert_within(town: Town, per_second: int, per_minute: int, connections: int, per_connection: int) -> None:
    """Every limit holds in the server's record."""
    moments = town.moments()
    assert most_within(moments, 1) <= per_second
    assert most_within(moments, 60) <= per_minute
    assert town.most_open() <= connections
    assert max(town.per_connection().values()) <= per_connection
    assert max(town.copies.values()) == 1


def test_all_limits_of_a_sender_hold_through_a_kill(martlet, tmp_path):
    limits = ["--limit", f"{PER_SECOND}/s", "--limit", f"{PER_MINUTE}/m", "--connections", str(CONNECTIONS)]
    limits += ["--per-connection", str(PER_CONNECTION)]
    with Town(tmp_path / "town", "0..0.02") as town:
        with under_way(martlet, people(PER_MINUTE * 2), town, *limits) as process:
            # In the middle of the second second.
            assert wait_until(lambda: len(town.read().moments()) > PER_SECOND * 3 // 2, 30)
            process.kill()
            process.wait()
        killed = len(town.read().moments())
        # The second life ends by itself where it would have to wait for longer than it is told to.
        wait = ["--resume", "--wait", "65s" if IS_WHOLE else "5s"]
        run = martlet.send(martlet.folder / "contacts.csv", "--smtp", town.url, *limits, *wait)
        assert run.code == (0 if IS_WHOLE else 75), run.err[-2000:]
        moments = town.read().moments()
        assert_within(town, PER_SECOND, PER_MINUTE, CONNECTIONS, PER_CONNECTION)
        assert run.counts["unknown"] <= CONNECTIONS and run.counts["failed"] == 0
        # And what may go goes, as fast as the second allows; those in doubt count as sent.
        due = PER_MINUTE * (2 if IS_WHOLE else 1)
        print(f"{killed} before the kill, {len(moments)} in all; {most_within(moments, 1)} in a second at most")
        assert killed < len(moments) and due - CONNECTIONS <= len(moments) <= due
        assert most_within(moments, 1) > PER_SECOND // 2 and town.most_open() == CONNECTIONS


def test_a_workspaces_hour_holds_over_two_senders_through_a_kill(house, tmp_path):
    hour, raised, per_second, connections, per_connection = 60, 80, 10, 2, 5
    with Town(tmp_path / "first") as first, Town(tmp_path / "second") as second:
        office = Office(house)
        limit_the_hour(office, hour)
        own = {
            "messages_per_second": str(per_second), "most_connections": str(connections),
            "messages_per_connection": str(per_connection),
        }  # fmt: skip
        senders = [office.sender(town.port, **own) for town in (first, second)]
        campaigns = [office.send(people(90, [f"c{number}.example"]), senders[number]) for number in range(2)]

        def taken() -> int:
            return sum(len(town.read().moments()) for town in (first, second))

        assert wait_until(lambda: taken() > hour // 2, 30)
        house.kill()
        house.start()
        for campaign in campaigns:
            campaign.wait_for(lambda now: f"{hour} messages an hour" in now["message"], 30)
        assert hour - 2 * connections <= taken() <= hour
        # What is new after a restart can be seen at a limit that is raised.
        limit_the_hour(office, raised)
        for campaign in campaigns:
            now = campaign.wait_for(lambda now: f"{raised} messages an hour" in now["message"], 30)
            assert_adds_up(now)
        assert raised - 2 * connections <= taken() <= raised
        print(f"{len(first.moments())} and {len(second.moments())} of {raised} in an hour")
        for town in (first, second):
            assert town.moments(), "one sender had nothing of it"
            assert_within(town, per_second, raised, connections, per_connection)


def limit_the_hour(office: Office, count: int) -> None:
    page = office.client.submit(office.client.get("/settings"), "/settings", {"messages_per_hour": str(count)})
    assert page.status == 200 and "saved" in page.text, page.says
