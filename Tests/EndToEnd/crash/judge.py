"""What must be true of a ledger and of the mail server's own record, after each death and at the end.

A judge collects breaches in words and does not stop at the first: one flaw shows in several ways.
"""

from dataclasses import dataclass, field

from .ledger import UNDER_WAY, Ledger, tally
from .senders import Sender
from .sink import Sink


@dataclass
class Judge:
    """One campaign's figures."""

    sender: Sender
    sink: Sink
    kills: int = 0
    # In doubt at each kill; those of them that the server had taken may get another copy.
    doubts: list[int] = field(default_factory=list)
    breaches: list[str] = field(default_factory=list)
    # How often each person's message was in doubt.
    doubted: dict[str, int] = field(default_factory=dict)
    named: set[str] = field(default_factory=set)
    lost: set[str] = field(default_factory=set)
    silent: set[str] = field(default_factory=set)
    extra: int = 0
    unnamed: set[str] = field(default_factory=set)

    def breach(self, sentence: str) -> None:
        if sentence not in self.breaches:
            self.breaches.append(sentence)

    def after_kill(self, point: str) -> Ledger | None:
        """To be called when the process is dead and the sink has heard all it will hear."""
        self.kills += 1
        sink, found = self.sink.settle(), self.sender.ledger()
        if found is None or not found.people:
            # Killed before anybody was planned, so nobody may have been written to.
            self.doubts.append(0)
            if sink.copies:
                self.breach(f"{len(sink.copies)} were written to before anybody stood in the ledger")
            return found
        self.doubts.append(len(found.intended))
        if len(found.intended) > self.sender.connections:
            self.breach(
                f"a kill at {point} left {len(found.intended)} messages in doubt with {self.sender.connections} connections"
            )
        for email in found.intended:
            self.doubted[email] = self.doubted.get(email, 0) + 1
        # In doubt, and so named as soon as the sender goes on.
        self.named |= found.intended | found.people["unknown"]
        self._agree(found, f"after a kill at {point}")
        self._copies(found)
        return found

    def at_end(self, found: Ledger) -> None:
        """To be called when the sender says that it is done."""
        sink = self.sink.settle()
        self.named |= found.people["unknown"]
        if found.campaign != "sent":
            self.breach(f"the campaign ended as {found.campaign}")
        self._agree(found, "at the end")
        self._copies(found)
        everybody = self.sender.everybody
        missing = everybody - set().union(*found.people.values())
        if missing:
            self.breach(f"lost: {len(missing)} people stand nowhere, such as {min(missing)}")
        # Lost: neither written to nor named.
        self.lost = {email for email in everybody if email not in sink.copies and email not in found.people["unknown"]}
        if self.lost:
            self.breach(f"lost: {len(self.lost)} got nothing and are not named unknown, such as {min(self.lost)}")
        if self.sender.in_doubt == "resend":
            # Held in any case: what has been in doubt time and again.
            held = {email for email in found.people["unknown"] if self.doubted.get(email, 0) < 2}
            if held:
                self.breach(f"{len(held)} were in doubt once and were not sent again, such as {min(held)}")
        told = self.sender.report()
        if told is not None and told != {state: n for state, n in found.counted.items() if n}:
            self.breach(f"the report says {told}, the rows say {tally(found)}")

    def _agree(self, found: Ledger, when: str) -> None:
        """The ledger agrees with itself, and claims nothing that the sink does not know."""
        if found.counters != found.counted:
            wrong = {s: (n, found.counted[s]) for s, n in found.counters.items() if n != found.counted[s]}
            self.breach(f"counters and rows differ {when}: {wrong}")
        if found.campaign == "sent" and any(found.people[state] for state in UNDER_WAY):
            self.breach(f"“sent” was said with people under way {when}: {tally(found)}")
        false = {email for email in found.people["sent"] if email not in self.sink.copies}
        if false:
            self.lost |= false
            self.breach(f"lost: {len(false)} stand as sent {when} and the server never had them, such as {min(false)}")
        # Whoever has a copy stands as sent, is in doubt, or was in doubt and will be sent to again.
        known = found.people["sent"] | found.people["unknown"] | found.intended
        if self.sender.in_doubt == "resend":
            known |= set(self.doubted)
        unnamed = set(self.sink.copies) - known
        if unnamed:
            self.unnamed |= unnamed
            self.breach(f"unnamed: {len(unnamed)} have a copy {when} that the ledger does not know of, such as {min(unnamed)}")

    def _copies(self, found: Ledger) -> None:
        """Nobody has more copies than were announced, and all copies are one message."""
        again = self.sender.in_doubt == "resend"
        self.extra = self.sink.taken - len(self.sink.copies)
        many, torn = [], []
        for email, copies in self.sink.copies.items():
            if copies == 1:
                continue
            allowed = 1 + self.doubted.get(email, 0) if again else 1
            if copies > allowed:
                self.silent.add(email)
            if copies > 3:
                many.append(email)
            if len(self.sink.identifiers[email]) > 1:
                torn.append(email)
        if many:
            self.breach(f"{len(many)} have more than 3 copies, such as {min(many)}")
        if torn:
            self.breach(f"the copies of {len(torn)} bear different Message-IDs, such as those of {min(torn)}")
        if self.silent:
            self.breach(f"duplicate: {len(self.silent)} were sent to again in silence, such as {min(self.silent)}")
        if not again and found.people["deferred"] & self.named:
            self.breach("somebody in doubt is due again, though what is in doubt is to be held")
