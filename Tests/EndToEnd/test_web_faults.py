"""What goes wrong in a browser: a clear sentence, nothing lost, and nothing changed by strangers."""

import http.client
import re
from urllib.parse import quote

import pytest
from playwright.sync_api import expect

from browsing import Window
from clerk import Clerk
from company import contents
from contact_files import table
from served import Client
from sights import IDENTIFIER, kind_of, pages_of
from test_bad_input import PNG, workbook
from walking import PASSWORD, Person

# Mistakes.


def test_a_wrong_password_and_an_unknown_account_get_the_same_sentence(served):
    clerk = Clerk(served)
    clerk.set_up("ada@example.com")
    answers = []
    for email, password in (
        ("ada@example.com", "not her password"), ("nobody@example.com", PASSWORD), ("ada@example.com", PASSWORD.upper())
    ):
        stranger = Clerk(served)
        answer = stranger.sign_in(email, password)
        assert not stranger.is_in
        answers.append((answer.status, answer.words))
    assert len(set(answers)) == 1
    assert "do not belong together" in answers[0][1]
    assert Clerk(served).sign_in("Ada@Example.com").status == 200


def missing_column(_) -> bytes:
    return table([["name", "city"], ["Ada", "London"], ["Grace", "New York"]])


BAD_FILES = {
    "no address column": (missing_column, "name.*city"),
    "nothing at all": (lambda _: b"", "empty"),
    "a workbook": (workbook, "Excel|workbook"),
    "a picture": (lambda _: PNG, "PNG|picture|image"),
    "octets": (lambda _: bytes(range(256)) * 9, "NUL|text|CSV"),
    "a header alone": (lambda _: b"email,name\r\n", "no contact"),
}


@pytest.mark.parametrize("javascript", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_a_file_that_cannot_be_used_is_explained_and_nothing_is_lost(served, browser, tmp_path, javascript):
    clerk = Clerk(served)
    clerk.set_up()
    with Window(browser, served.address, javascript=javascript) as window:
        window.expected = ("status of 422",)
        window.adopt(clerk)
        person, page = Person(window), window.page
        for kind, (content, sentence) in BAD_FILES.items():
            path = tmp_path / "people.csv"
            path.write_bytes(content(tmp_path))
            window.open("/campaigns/new")
            person.fill(subject=f"About {kind}", body="Dear all,\n\nthis must not be lost.")
            person.pick("file", path)
            person.press("Send")
            expect(page.locator(".error:visible").first).to_be_visible()
            if page.get_by_label("Column with the addresses").evaluate("input => input.tagName") == "SELECT":
                # The script has found the columns and asks which it is.
                expect(page.locator("#column-error")).to_be_visible()
            told = person.main.inner_text()
            assert re.search(sentence, told, re.DOTALL), (kind, told)
            expect(page.locator("#subject")).to_have_value(f"About {kind}")
            assert page.locator("#body").input_value().replace("\r", "") == "Dear all,\n\nthis must not be lost."
        # A right file goes through from where the last mistake was made.
        path.write_bytes(table([["email"], ["grace@example.com"]]))
        person.pick("file", path)
        person.press("Send")
        person.state("Sent")


def test_the_column_can_be_put_right_without_another_upload(served, browser, tmp_path):
    clerk = Clerk(served)
    clerk.set_up()
    path = tmp_path / "people.csv"
    path.write_bytes(table([["name", "where"], ["Ada", "London"], ["Grace", "grace@example.com"]]))
    with Window(browser, served.address, javascript=False) as window:
        window.expected = ("status of 422",)
        window.adopt(clerk)
        person, page = Person(window), window.page
        window.open("/campaigns/new")
        person.fill(subject="Hello", body="Dear all", column="nowhere")
        person.pick("file", path)
        person.press("Send")
        expect(page.locator("#column-error")).to_contain_text("where")
        person.see("people.csv")
        page.locator("select[name=column]").select_option("where")
        person.press("Send")
        person.state("Sent")
        _, rows = person.report()
        assert [(row["email"], row["state"]) for row in rows if row["state"] == "sent"] == [("grace@example.com", "sent")]


def test_a_link_of_the_error_summary_leads_to_its_field_and_keeps_the_form(served, browser):
    clerk = Clerk(served)
    clerk.set_up()
    with Window(browser, served.address) as window:
        window.expected = ("status of 422",)
        window.adopt(clerk)
        person, page = Person(window), window.page
        window.open("/senders/new")
        person.fill(name="Post office", host="not a host!", from_address="ada@example.com")
        page.evaluate("document.querySelector('main form.form').submit()")
        expect(page.locator(".error-summary")).to_be_focused()
        page.locator(".error-summary a").first.click()
        expect(page.locator("#host")).to_be_focused()
        expect(page.locator("#host")).to_have_value("not a host!")
        expect(page.locator("#name")).to_have_value("Post office")


def test_weak_passwords_and_taken_addresses_are_refused_beside_their_fields(served, browser):
    clerk = Clerk(served)
    clerk.set_up("ada@example.com")
    clerk.allow_registration("open")
    with Window(browser, served.address) as window:
        window.expected = ("status of 422",)
        person, page = Person(window), window.page
        for email, password, field, sentence in (
            ("new@example.com", "short", "password", "at least 10"),
            ("new@example.com", "password123", "password", "first that anybody would try"),
            ("new@example.com", "new@example.com", "password", "not your e-mail address"),
            ("not an address", PASSWORD, "email", "e-mail address"),
            ("ADA@example.com", PASSWORD, "email", "another address"),
        ):
            window.open("/register")
            person.fill(name="Grace", email=email, password=password)
            person.press("Create the account")
            expect(page.locator(f"#{field}-error")).to_contain_text(sentence)
            expect(page.locator("#name")).to_have_value("Grace")
        assert not Clerk(served).sign_in("new@example.com").status == 200
    # The server says the same without the browser's help.
    stranger = Clerk(served)
    fields = {"name": "Grace", "email": "not an address", "password": "short"}
    answer = stranger.submit(stranger.get("/register"), "/register", fields)
    assert answer.status == 422 and "at least 10" in answer.words and "is not an e-mail address" in answer.words
    # Nobody's password is sent back.
    assert 'value="short"' not in answer.text


@pytest.mark.parametrize("javascript", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_one_question_is_enough(served, browser, javascript):
    clerk = Clerk(served)
    clerk.set_up()
    draft = clerk.add_campaign("save", subject="Not to be kept")
    with Window(browser, served.address, javascript=javascript) as window:
        window.adopt(clerk)
        page = window.open(draft)
        page.locator("main").get_by_role("button", name="Delete", exact=True).click()
        place = page.get_by_role("dialog") if javascript else page.locator("main")
        expect(place).to_contain_text("The draft cannot be brought back.")
        (place.get_by_role("button", name="Keep as it is") if javascript else place.get_by_role("link", name="No")).click()
        expect(page).to_have_url(re.compile(draft))
        page.locator("main").get_by_role("button", name="Delete", exact=True).click()
        place.get_by_role("button", name="Delete the draft").click()
        expect(page).to_have_url(re.compile("/campaigns$"))
        expect(page.get_by_text("Deleted “Not to be kept”.")).to_be_visible()


# Addresses.


def addresses_with_ids(clerk: Client, begin: list[str]) -> tuple[dict[str, str], dict[str, dict]]:
    """An address of each kind that names something by id, and each form of change that does, by kind."""
    asked: dict[str, str] = {}
    forms: dict[str, dict] = {}
    pages, _ = pages_of(clerk, begin)
    for page in [*begin, *pages]:
        answer = clerk.get(page)
        for link in [page, *re.findall(r'(?:href|src|data-live)="(/[^"#]*)', answer.text)]:
            if IDENTIFIER.search(link.partition("?")[0]):
                asked.setdefault(kind_of(link).partition("?")[0], link.replace("&amp;", "&"))
        for form in answer.forms:
            if form["method"] == "post" and IDENTIFIER.search(form["action"]):
                forms.setdefault(kind_of(form["action"]), form)
    return asked, forms


def test_what_belongs_to_others_is_not_there(company, stranger):
    letters = [f"{link}?view=attachments" for link in company.clerk.get("/sandbox").links if "/sandbox/msg_" in link]
    asked, forms = addresses_with_ids(company.clerk, ["/", *company.campaigns, *letters, *(letter.partition("?")[0] for letter in letters)])
    campaign, inbox = "/campaigns/cmp", "/sandbox/msg"
    assert set(asked) >= {
        campaign, f"{campaign}/edit", f"{campaign}/deliveries", f"{campaign}/deliveries/1", f"{campaign}/events",
        f"{campaign}/report.csv", inbox, f"{inbox}/html", f"{inbox}/source", f"{inbox}/attachments/1",
        "/lists/lst", "/templates/tpl", "/templates/tpl/preview", "/templates/tpl/example", "/senders/snd", "/users/usr",
    }, sorted(asked)
    assert set(forms) >= {
        f"{campaign}/{verb}"
        for verb in ("edit", "send", "pause", "resume", "cancel", "retry", "copy", "archive", "delete", "unschedule")
    } - {f"{campaign}/retry"} | {"/senders/snd", "/senders/snd/test", "/senders/snd/remove", "/lists/lst/remove"} | {
        "/templates/tpl", "/templates/tpl/copy", "/templates/tpl/remove"
    }, sorted(forms)
    token = stranger.get("/account").form("/account/name")["inputs"]["csrf"]
    before = contents(company.server)
    wrong = []
    for kind, address in asked.items():
        owner = company.clerk.get(address) if not address.endswith("/events") else None
        assert owner is None or owner.status == 200, owner.says
        status = stranger.get(address).status
        if status != (403 if kind.startswith("/users") else 404):
            wrong.append(f"GET {address}: {status}")
    for kind, form in forms.items():
        answer = stranger.post(form["action"], {**form["inputs"], "csrf": token, "sure": "yes", "do": "send"}, follow=False)
        if answer.status != (403 if kind.startswith("/users") else 404):
            wrong.append(f"POST {form['action']}: {answer.status}")
    assert not wrong, wrong
    assert contents(company.server) == before


def test_what_belongs_to_others_cannot_be_named_in_a_form(company, stranger):
    clerk = company.clerk
    listed = next(link for link in clerk.get("/lists").links if "/lists/lst_" in link).rsplit("/", 1)[1]
    template = next(link for link in clerk.get("/templates").links if "/templates/tpl_" in link).rsplit("/", 1)[1]
    sender = next(link for link in clerk.get("/senders").links if "/senders/snd_" in link)
    name = re.search(r"<option value=\"" + listed + r"\"[^>]*>([^<(]+)", clerk.get("/campaigns/new").text)[1].strip()
    assert stranger.campaign("send", source="list", list=listed).status == 422
    assert stranger.campaign("send", sender, {"file": ("a.csv", b"email\nada@example.com\n")}, source="file").status == 422
    assert name not in stranger.get(f"/campaigns/new?list={listed}").text
    answer = stranger.get(f"/campaigns/new?template={template}")
    assert "autumn workshop" not in answer.text.lower()
    single = {"to": "ada@example.com", "subject": "Hi", "body": "Hi", "sender": sender.rsplit("/", 1)[1]}
    assert stranger.submit(stranger.get("/queue/new"), "/queue", single).status == 422


def test_every_form_needs_its_token(company, stranger):
    # Whoever has not signed in has forms as well.
    visitor, clerk = Client(company.server), company.clerk
    begin = ["/", *company.campaigns]
    pages = [(clerk, page) for page in dict.fromkeys(begin + pages_of(clerk, begin)[0])]
    pages += [(visitor, page) for page in ("/login", "/register")]
    other = stranger.get("/account").form("/account/name")["inputs"]["csrf"]
    before, tried, wrong = contents(company.server), set(), []
    for client, page in pages:
        for form in client.get(page).forms:
            action = form["action"] or page
            if form["method"] != "post" or (kind_of(action), client) in tried:
                continue
            tried.add((kind_of(action), client))
            assert "csrf" in form["inputs"], f"{page}: the form to {action} has no token"
            fields = {**form["inputs"], "sure": "yes"}
            del fields["csrf"]
            answers = [client.post(action, fields, follow=False), client.post(action, {**fields, "csrf": other}, follow=False)]
            answers.append(client.upload(action, fields, {"file": ("a.csv", b"email\nada@example.com\n")}, follow=False))
            wrong += [f"{page} to {action}: {answer.status}" for answer in answers if answer.status != 403]
    assert len(tried) > 30, tried
    assert not wrong, wrong
    assert contents(company.server) == before


def test_an_unknown_host_is_refused(served, serve, tmp_path):
    def asked(host: str) -> int:
        connection = http.client.HTTPConnection("127.0.0.1", served.port, timeout=20)
        connection.request("GET", "/login", headers={"Host": host})
        status = connection.getresponse().status
        connection.close()
        return status

    assert asked(f"127.0.0.1:{served.port}") in (200, 303) and asked("localhost") in (200, 303)
    for host in ("evil.example", "evil.example:80", "127.0.0.1.evil.example", "localhost.evil.example", "", "a b"):
        assert asked(host) == 400, host
    served.stop()
    served.environment["ALLOWED_HOSTS"] = "mail.example.org,.example.net"
    served.start()
    assert asked("mail.example.org") in (200, 303) and asked("a.example.net") in (200, 303)
    assert asked("example.org") == 400 and asked("evilexample.net") == 400


def test_looking_at_the_way_out_signs_nobody_out(served):
    clerk = Clerk(served)
    clerk.set_up()
    page = clerk.get("/logout")
    assert page.status == 200 and clerk.is_in
    assert clerk.get("/accounts/logout/").status == 200 and clerk.is_in
    clerk.submit(page, "/logout")
    assert not clerk.is_in
    assert clerk.get("/", follow=False).header("Location") == "/login"


OLD = {
    "/recipients/": "/contacts", "/recipients/upload/": "/lists/new", "/templates/": "/templates",
    "/templates/create/": "/templates/new", "/emails/": "/queue", "/emails/create/": "/queue/new",
    "/campaigns/": "/campaigns", "/campaigns/create/": "/campaigns/new", "/logs/": "/log",
    "/profile/edit/": "/senders", "/accounts/login/": "/login", "/accounts/logout/": "/logout",
}


def test_the_old_addresses_lead_to_the_pages_of_today(company):
    clerk = company.clerk
    for old, new in OLD.items():
        answer = clerk.get(f"{old}?page=2", follow=False)
        assert (answer.status, answer.header("Location")) == (308, f"{new}?page=2"), old
        assert clerk.get(new).status == 200, new
        assert clerk.post(old, {}, follow=False).status == 308
    # One queued message sent now: a POST that keeps its method, and nothing by a GET.
    rows = clerk.get(f"{company.running}/deliveries?state=queued")
    row = next(link for link in rows.links if re.search(r"/deliveries/\d+$", link))
    campaign, number = row.split("/")[2], row.rsplit("/", 1)[1]
    old = f"/email_send_candidate/{campaign}-{number}/send_now/"
    answer = clerk.post(old, clerk.get(row).form(f"{row}/send-now")["inputs"], follow=False)
    assert (answer.status, answer.header("Location")) == (308, f"{row}/send-now")
    assert clerk.get(f"{row}/send-now").status in (404, 405)
    assert clerk.submit(clerk.get(row), f"{row}/send-now").status == 200
    assert clerk.get("/email_send_candidate/1/send_now/").status == 404


def test_whoever_is_not_signed_in_is_sent_to_sign_in_and_comes_back(company):
    for path in ["/", *(set(OLD.values()) - {"/login"}), "/settings", "/account", "/users", company.running]:
        answer = Client(company.server).get(path, follow=False)
        assert answer.status == 303 and answer.header("Location").startswith("/login"), path
    visitor = Client(company.server)
    for evil in ("//evil.example/", "https://evil.example/", "/\\evil.example", "javascript:alert(1)"):
        page = visitor.request("GET", "/login?next=" + quote(evil, safe=""))
        assert page.status == 200
        answer = company.clerk.get("/login?next=" + quote(evil, safe=""), follow=False)
        assert answer.status == 303 and answer.header("Location") == "/", evil


# Other sites.
