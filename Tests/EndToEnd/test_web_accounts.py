"""Who may come in, as whom, for how long; and what an operator sets about it."""

import re

from playwright.sync_api import expect

from browsing import Window
from clerk import Clerk
from contact_files import people, table
from counterparts.recording_sink import RecordingSink
from program import wait_until
from served import Client
from walking import OTHER_PASSWORD, PASSWORD, Person


def link_of(answer, kind: str) -> str:
    """The one-time link that a page shows."""
    return re.search(rf"http://[^\"/]+(/{kind}/[\w-]+)", answer.text)[1]


def make_user(admin: Clerk, email: str) -> str:
    """Makes an account with a workspace of its own; its page."""
    fields = {"name": "Grace", "email": email, "password": PASSWORD}
    return admin.submit(admin.get("/users/new"), "/users/new", fields).address


# The ways in.


def test_the_set_up_link_works_once_and_for_its_holder_alone(served, browser):
    path = served.link.removeprefix(served.address)
    stranger = Client(served)
    assert stranger.get("/setup").status == 403 and stranger.get("/setup?token=guess").status == 403
    assert stranger.get("/", follow=False).status == 303
    with Window(browser, served.address) as window:
        Person(window).set_up(served.link)
        assert window.page.request.get("/users").ok
    assert stranger.get(path).address.startswith("/login")
    # Whoever starts the program again gets no second first account.
    served.stop()
    served.start()
    assert "token=" not in served.out.read_text()
    assert Clerk(served).sign_in("ada@example.com").status == 200


def test_registration_is_closed_until_an_administrator_opens_it(served, ada):
    visitor = Client(served)
    closed = visitor.get("/register")
    assert closed.status == 403 and "closed" in closed.words and not closed.forms
    assert "/register" not in visitor.get("/login").text
    grace = Clerk(served)
    make_user(ada, "grace@example.com")
    grace.sign_in("grace@example.com")
    assert grace.get("/invitations").status == 403
    ada.allow_registration("invite")
    assert visitor.get("/register").status == 403 and "invitation" in visitor.get("/register").words
    assert grace.get("/invitations").status == 200
    ada.allow_registration("open")
    assert "/register" in visitor.get("/login").text
    edsger = Clerk(served)
    assert edsger.register("edsger@example.com").address == "/"
    assert edsger.is_in
    # What may be left to administrators is.
    assert edsger.get("/users").status == 403 and edsger.get("/users/new").status == 403
    assert "/settings/registration" not in edsger.get("/settings").text
    token = edsger.get("/account").form("/account/name")["inputs"]["csrf"]
    assert edsger.post("/settings/registration", {"csrf": token, "registration": "closed"}).status == 403
    assert visitor.get("/register").status == 200


def test_an_invited_person_joins_the_workspace(served, ada):
    ada.add_list(people(3), "Friends of Ada.csv")
    note = ada.submit(ada.get("/invitations"), "/invitations", {"email": "grace@example.com"})
    link = link_of(note, "invitation")
    assert "grace@example.com" in ada.get("/invitations").words
    grace = Clerk(served)
    page = grace.get(link)
    assert page.status == 200 and "Engines" in page.words
    joined = grace.post(link, {**page.forms[0]["inputs"], "name": "Grace", "email": "eve@example.com", "password": PASSWORD})
    assert joined.status == 200 and grace.is_in
    assert "Friends of Ada" in grace.get("/lists").words
    assert "grace@example.com" in grace.get("/account").words
    assert grace.get("/users").status == 403
    # It has been used.
    assert Client(served).get(link).status == 410
    assert "grace@example.com" not in ada.get("/invitations").words


def test_an_invitation_can_be_accepted_with_a_browser(served, ada, browser):
    link = link_of(ada.submit(ada.get("/invitations"), "/invitations"), "invitation")
    with Window(browser, served.address) as window:
        person, page = Person(window), window.open(link)
        person.title("Join Engines")
        person.fill(name="Grace Hopper", email="grace@example.com", password=PASSWORD)
        person.press("Join")
        expect(page).to_have_url(re.compile("/$"))
        expect(page.get_by_role("navigation", name="Main")).to_contain_text("Engines")


# Two people.


def test_two_users_send_by_their_own_servers_and_see_nothing_of_each_other(served, ada, tmp_path):
    make_user(ada, "grace@example.com")
    grace = Clerk(served)
    grace.sign_in("grace@example.com")
    with RecordingSink(tmp_path / "ada") as adas, RecordingSink(tmp_path / "grace") as graces:
        for clerk, name, sink in ((ada, "ada", adas), (grace, "grace", graces)):
            sender = clerk.add_sender(
                f"Post of {name}", kind="smtp", host="127.0.0.1", port=str(sink.port), security="none",
                user="", password="", from_address=f"{name}@example.com",
            )
            rows = [["email", "first_name"], *([f"{name}{number}@friends.example", f"Friend {number}"] for number in range(5))]
            campaign = clerk.add_campaign(
                "send", sender, {"file": (f"Friends of {name}.csv", table(rows))}, source="file", subject=f"Letter of {name}"
            )
            clerk.wait_for(campaign, "Sent")
            clerk.add_template(f"Template of {name}")
            sandbox = clerk.add_sender(f"Sandbox of {name}")
            single = {"to": f"{name}@single.example", "subject": f"Note of {name}", "body": "Hi", "sender": sandbox[9:]}
            clerk.submit(clerk.get("/queue/new"), "/queue", single)
            assert wait_until(lambda: f"Note of {name}" in clerk.get("/sandbox").words, 30)
        for name, sink in (("ada", adas), ("grace", graces)):
            assert sorted(sink.recipients()) == [f"{name}{number}@friends.example" for number in range(5)]
            assert {mail.sender for mail in sink.accepted()} == {f"{name}@example.com"}
    pages = ["/", "/campaigns", "/campaigns?state=sent", "/queue", "/queue?state=sent", "/contacts", "/lists", "/templates"]
    pages += ["/log", "/sandbox", "/senders", "/campaigns/new", "/queue/new"]
    found = {"/campaigns": "Letter", "/lists": "Friends", "/contacts": "friends.example", "/templates": "Template"}
    found |= {"/sandbox": "Note", "/senders": "Post of", "/log": "friends.example", "/queue?state=sent": "friends.example"}
    for clerk, own, other in ((ada, "ada", "grace"), (grace, "grace", "ada")):
        searches = [f"{page}?q={other}" for page in ("/campaigns", "/queue", "/contacts", "/lists", "/templates", "/sandbox")]
        for page in pages + searches:
            answer = clerk.get(page)
            assert answer.status == 200, page
            assert f"of {other}" not in answer.text and f"{other}0@" not in answer.text, page
        for page, words in found.items():
            assert words in clerk.get(page).text, page
    assert "grace" in ada.get("/users").words, "an administrator sees who is there"


def test_while_anybody_may_register_private_mail_servers_are_out_of_reach(serve, tmp_path):
    with RecordingSink(tmp_path / "sink") as sink:
        account = {"kind": "smtp", "host": "127.0.0.1", "port": str(sink.port), "security": "none", "user": "", "password": ""}
        server = serve()
        clerk = Clerk(server)
        clerk.set_up()
        sender = clerk.add_sender("Post", **account)
        assert "The sender works." in clerk.press(sender, "test").words
        clerk.allow_registration("open")

        def said() -> str:
            return clerk.press(sender, "test").words

        assert wait_until(lambda: "private address" in said(), 10), said()
        server.stop()
        server.environment["SMTP_PRIVATE_HOSTS"] = "127.0.0.0/8"
        server.start()
        assert "The sender works." in said()


def test_the_tick_gives_a_gmail_sender_that_is_ready(served, ada, browser):
    ada.allow_registration("open")
    app_password = "abcd efgh ijkl mnop"
    with Window(browser, served.address) as window:
        person, page = Person(window), window.open("/register")
        person.fill(name="Grace Hopper", email="grace@gmail.example", password=app_password)
        page.get_by_role("checkbox", name=re.compile("same password")).check()
        person.see("app password")
        person.press("Create the account")
        expect(page).to_have_url(re.compile("/$"))
        person.visit("Senders")
        person.follow("grace@gmail.example")
        for label, value in (
            ("Server", "smtp.gmail.com"), ("Port", "465"), ("User name", "grace@gmail.example"),
            ("From address", "grace@gmail.example"), ("From name", "Grace Hopper"), ("Password", ""),
        ):
            expect(page.get_by_label(re.compile(f"^{label}"))).to_have_value(value)
        expect(page.locator("input[name=security][value=implicit]")).to_be_checked()
        expect(page.get_by_text("Leave it empty to keep the one that is stored.")).to_be_visible()
        window.open("/campaigns/new")
        expect(page.locator("select[name=sender] option", has_text="grace@gmail.example").first).to_be_attached()
    # Its password is sealed, the account's is hashed: neither can be read in the files.
    stored = b"".join(file.read_bytes() for file in served.martlet.data.rglob("*") if file.is_file())
    assert b"grace@gmail.example" in stored
    assert app_password.encode() not in stored and app_password.replace(" ", "").encode() not in stored
    plain = Clerk(served)
    plain.register("plain@example.com")
    assert "smtp.gmail.com" not in plain.get("/senders").text


# Sessions.


def set_cookies(answer) -> dict[str, list[str]]:
    """The attributes of each cookie that an answer sets, by its name."""
    fields = [value.split("; ") for name, value in answer.headers if name.lower() == "set-cookie"]
    return {parts[0].split("=")[0]: parts for parts in fields}


def test_the_session_cookie_keeps_to_this_site_and_away_from_scripts(served, ada):
    clerk = Clerk(served)
    page = clerk.get("/login")
    answer = clerk.submit(page, "/login", {"email": "ada@example.com", "password": PASSWORD}, follow=False)
    cookie = set_cookies(answer)["session"]
    assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= set(cookie) and "Secure" not in cookie
    first = clerk.cookies["session"]
    # Another sign-in is another session, and the one before is over.
    clerk.cookies = {name: value for name, value in clerk.cookies.items() if name != "session"}
    thief = Client(served)
    thief.cookies = {**clerk.cookies, "session": first}
    assert thief.get("/account", follow=False).status == 200
    clerk.cookies["session"] = first
    visitor = Clerk(served)
    fields = {**visitor.get("/login").form("/login")["inputs"], "email": "ada@example.com", "password": PASSWORD}
    visitor.cookies["session"] = first
    visitor.post("/login", fields)
    assert visitor.is_in and visitor.cookies["session"] != first
    assert thief.get("/account", follow=False).status == 303
    # Signing out ends it on the server, not only in the browser.
    kept = dict(visitor.cookies)
    visitor.submit(visitor.get("/account"), "/logout")
    assert "session" not in visitor.cookies
    visitor.cookies = kept
    assert not visitor.is_in


def test_behind_a_trusted_proxy_cookies_are_for_tls_alone(served, ada):
    https = {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "mail.example.org"}

    def sign_in() -> dict[str, list[str]]:
        client = Client(served)
        page = client.request("GET", "/login", headers=https)
        fields = {**page.form("/login")["inputs"], "email": "ada@example.com", "password": PASSWORD}
        origin = {"Origin": "https://mail.example.org"} if served.environment else {}
        return set_cookies(client.post("/login", fields, follow=False, headers={**https, **origin}))

    # From anybody else the proxy's words mean nothing.
    assert "Secure" not in sign_in()["session"]
    served.stop()
    served.environment |= {"TRUSTED_PROXIES": "127.0.0.1", "ALLOWED_HOSTS": "mail.example.org"}
    served.start()
    cookies = sign_in()
    assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= set(cookies["__Host-session"])
    assert "session" not in cookies


def test_disabling_a_user_ends_what_they_are_doing(served, ada):
    page = make_user(ada, "grace@example.com")
    grace = Clerk(served)
    grace.sign_in("grace@example.com")
    assert grace.is_in
    ada.press(page, "disable")
    assert wait_until(lambda: not grace.is_in, 1)
    assert Clerk(served).sign_in("grace@example.com").status == 422
    ada.press(page, "enable")
    assert not grace.is_in
    assert Clerk(served).sign_in("grace@example.com").status == 200
    # The last administrator stays.
    own = next(link for link in ada.get("/users").links if "/users/usr_" in link and "This is you" in ada.get(link).text)
    token = ada.get("/account").form("/account/name")["inputs"]["csrf"]
    ada.post(f"{own}/disable", {"csrf": token})
    assert ada.is_in and Clerk(served).sign_in("ada@example.com").status == 200


def test_a_new_password_ends_all_other_sessions(served, ada):
    laptop = Clerk(served)
    laptop.sign_in("ada@example.com")
    page = ada.get("/account")
    wrong = ada.submit(page, "/account/password", {"present": "not mine at all", "password": OTHER_PASSWORD})
    assert wrong.status == 422 and laptop.is_in
    before = ada.cookies["session"]
    ada.submit(page, "/account/password", {"present": PASSWORD, "password": OTHER_PASSWORD})
    assert ada.is_in and ada.cookies["session"] != before
    assert not laptop.is_in
    assert laptop.sign_in("ada@example.com").status == 422
    assert laptop.sign_in("ada@example.com", OTHER_PASSWORD).status == 200
    laptop.submit(laptop.get("/account"), "/account/sign-out", {"sure": "yes"})
    assert not laptop.is_in and not ada.is_in


def test_an_administrator_gives_a_link_for_a_new_password(served, ada):
    page = make_user(ada, "grace@example.com")
    grace = Clerk(served)
    grace.sign_in("grace@example.com")
    link = link_of(ada.press(page, "password"), "password")
    assert grace.is_in
    form = grace.get(link).forms[0]
    assert grace.post(link, {**form["inputs"], "password": "short"}).status == 422
    assert grace.post(link, {**form["inputs"], "password": OTHER_PASSWORD}).status == 200
    assert not grace.is_in
    assert grace.sign_in("grace@example.com").status == 422
    assert grace.sign_in("grace@example.com", OTHER_PASSWORD).status == 200
    assert Client(served).get(link).status == 410


def test_guessing_is_slowed_down_and_a_restart_forgets_nothing(served, ada):
    make_user(ada, "grace@example.com")
    guesser = Clerk(served)
    statuses = [guesser.sign_in("ada@example.com", f"guess number {number}").status for number in range(11)]
    assert statuses == [422] * 10 + [429]
    refused = Clerk(served).sign_in("ada@example.com")
    assert refused.status == 429 and 0 < int(refused.header("Retry-After")) <= 15 * 60
    assert "wait" in refused.words
    served.stop()
    served.start()
    assert Clerk(served).sign_in("ada@example.com").status == 429
    assert Clerk(served).sign_in("ADA@example.com").status == 429
    assert Clerk(served).sign_in("grace@example.com").status == 200
    assert ada.is_in, "who is in stays in"


# The operator.
