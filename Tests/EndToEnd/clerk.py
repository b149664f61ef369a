"""Somebody who works through plain forms, for what a test needs and is not about."""

import re

from program import wait_until
from served import Answer, Client
from walking import PASSWORD

SIGNED = "Kind regards\n"


class Clerk(Client):
    """Signs in and out, makes senders, lists and campaigns; every step must succeed."""

    def set_up(self, email: str = "ada@example.com") -> Answer:
        page = self.get(self.server.link.removeprefix(self.server.address))
        fields = {"name": "Ada", "email": email, "password": PASSWORD, "workspace": "Engines"}
        return self._good(self.submit(page, "/setup", fields))

    def register(self, email: str, **changes: str) -> Answer:
        fields = {"name": email.split("@")[0].title(), "email": email, "password": PASSWORD, **changes}
        return self._good(self.submit(self.get("/register"), "/register", fields))

    def sign_in(self, email: str, password: str = PASSWORD) -> Answer:
        return self.submit(self.get("/login"), "/login", {"email": email, "password": password})

    @property
    def is_in(self) -> bool:
        return self.get("/account", follow=False).status == 200

    def allow_registration(self, choice: str) -> None:
        page = self.get("/settings")
        self._good(self.submit(page, "/settings/registration", {"registration": choice}))

    def add_sender(self, name: str = "Trial", **changes: str) -> str:
        """Makes a sandbox sender, or what `changes` say; its address."""
        fields = {"kind": "sandbox", "name": name, "from_address": "ada@example.com", **changes}
        page = self._good(self.submit(self.get("/senders/new"), "/senders", fields))
        return page.address.split("?")[0]

    def add_list(self, content: bytes, name: str = "people.csv") -> str:
        page = self.get("/lists/new")
        form = page.form("/lists")
        return self._good(self.upload("/lists", form["inputs"], {"file": (name, content)})).address

    def add_template(self, name: str = "Letter") -> str:
        fields = {"name": name, "subject": "Hello {{ first_name }}", "body": f"<p>{SIGNED}</p>"}
        page = self._good(self.submit(self.get("/templates/new"), "/templates", fields))
        return page.address

    def campaign(self, what: str, sender: str = "", files: dict | None = None, **changes: str) -> Answer:
        """Hands the campaign form in; `what` is its button: send or save."""
        page = self.get("/campaigns/new")
        fields = {**page.form("/campaigns")["inputs"], "subject": "News", "body": SIGNED, "do": what, **changes}
        if sender:
            fields["sender"] = sender.rsplit("/", 1)[1]
        return self.upload("/campaigns", fields, files or {})

    def add_campaign(self, what: str, sender: str = "", files: dict | None = None, **changes: str) -> str:
        """Makes a campaign; its address."""
        return self._good(self.campaign(what, sender, files, **changes)).address

    def press(self, address: str, action: str, **fields: str) -> Answer:
        """Presses a button of a page."""
        return self._good(self.submit(self.get(address), f"{address}/{action}", fields))

    def state(self, campaign: str) -> str:
        badge = re.search(r'<p class="lede"><span class="badge[^"]*">([^<]*)', self.get(campaign).text)
        return badge[1] if badge else ""

    def wait_for(self, campaign: str, state: str, seconds: float = 60) -> None:
        assert wait_until(lambda: self.state(campaign) == state, seconds), f"{campaign} is {self.state(campaign)}"

    def _good(self, answer: Answer) -> Answer:
        assert answer.status < 300, answer.says
        return answer
