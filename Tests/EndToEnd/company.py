"""A company that has one of everything, so that every page has something to show."""

import sqlite3
from datetime import datetime, timedelta

from clerk import Clerk
from contact_files import table
from served import Served


class Company:
    """The demo company with a campaign in each state; `clerk` is its administrator."""

    def __init__(self, server: Served):
        self.server = server
        self.clerk = clerk = Clerk(server)
        clerk.enter_demo()
        draft = next(link for link in clerk.get("/campaigns").links if "/campaigns/cmp_" in link)
        friends = next(link for link in clerk.get("/lists").links if "/lists/lst_" in link).rsplit("/", 1)[1]
        listed = {"source": "list", "list": friends}
        rows = [["email", "name"], ["grace@example.com", "Grace"], ["ada@nowhere", "Ada"], ["not an address", "Nobody"]]
        clerk.add_list(table(rows))
        sandbox = next(link for link in clerk.get("/senders").links if "/senders/snd_" in link)
        self.sent = clerk.add_campaign(
            "send", sandbox, {"file": ("few.csv", table(rows)), "attachment": ("plan.pdf", b"%PDF")},
            source="file", attach="yes", format="html", body="<p>Hello {{ name }}</p>",
        )
        slow = clerk.add_sender("Slow post", messages_per_hour="3")
        self.running = clerk.add_campaign("send", slow, subject="Running", **listed)
        self.paused = clerk.add_campaign("send", slow, subject="Paused", **listed)
        later = (datetime.now() + timedelta(days=3)).strftime("%Y-%m-%dT%H:%M")
        self.scheduled = clerk.add_campaign("send", sandbox, subject="Later", when="later", at=later, **listed)
        self.empty = clerk.add_campaign("save", sandbox, subject="Not ready", source="file")
        self.cancelled = clerk.add_campaign("send", slow, subject="Cancelled", **listed)
        clerk.add_template("With <angles> & a very-long-name-that-has-no-space-to-break-anywhere-at-all-in-it")
        clerk.submit(clerk.get("/queue/new"), "/queue", {"to": "one@example.com", "subject": "One", "body": "Hi"})
        clerk.press(sandbox, "test")
        clerk.press(self.paused, "pause")
        clerk.press(self.cancelled, "cancel", sure="yes")
        clerk.wait_for(self.running, "Sending")
        clerk.wait_for(self.sent, "Sent")
        self.campaigns = [draft, self.sent, self.running, self.paused, self.scheduled, self.empty, self.cancelled]


def contents(server) -> dict[str, list]:
    """What is stored, without the engine's own diary."""
    tables = {
        "campaigns": "hex(id), name, state, subject, html, text, hex(sender_id), hex(audience_id), archived_at, scheduled_at",
        "senders": "hex(id), name, host, from_address, removed_at, tested_at",
        "audiences": "hex(id), name, state, row_count",
        "templates": "hex(id), name, subject, html, text",
        "users": "hex(id), email, name, password_hash, is_administrator, is_disabled",
        "workspaces": "hex(id), name, time_zone, messages_per_hour",
        "settings": "*",
        "deliveries": "hex(campaign_id), number, state",
        "inbox_messages": "hex(id)",
        "one_time_links": "hex(token_digest), used_at",
    }
    database = sqlite3.connect(f"file:{server.martlet.data}/martlet.db?mode=ro", uri=True)
    try:
        return {name: sorted(database.execute(f"SELECT {columns} FROM {name}"), key=repr) for name, columns in tables.items()}
    finally:
        database.close()
