"""Every page as people see it: light and dark, wide and narrow, by axe and by keyboard."""

import re

import pytest
from playwright.sync_api import Page, expect

from browsing import NARROW, PHONE, WIDE, Window
from contact_files import table
from program import Martlet
from served import Served
from sights import FILES, pages_of
from walking import PASSWORD, Person

SIGHTS = [("light", WIDE), ("dark", WIDE), ("dark", PHONE), ("light", PHONE)]


@pytest.fixture
def window(company, browser):
    with Window(browser, company.server.address) as window:
        window.adopt(company.clerk)
        yield window


def looked_at(window: Window) -> list[str]:
    """What is wrong with the page that is shown, in any light and at any width."""
    faults = []
    for scheme, size in SIGHTS:
        window.page.emulate_media(color_scheme=scheme)
        window.page.set_viewport_size(size)
        found = window.axe(colours_alone=scheme == "dark")
        faults += [f"{scheme}, {size['width']}: {fault}" for fault in found]
    window.page.set_viewport_size(NARROW)
    if (excess := window.sideways()) > 0:
        faults.append(f"{window.page.url} is {excess} px too wide at 360 px: {widest(window.page)}")
    window.page.set_viewport_size(WIDE)
    return faults


def widest(page: Page) -> str:
    return page.evaluate(
        """() => [...document.querySelectorAll("main *, header *")]
          .filter((element) => element.getBoundingClientRect().right > innerWidth + 1)
          .slice(0, 3).map((element) => element.outerHTML.slice(0, 120)).join(" … ")"""
    )


def test_the_watchers_see_what_is_wrong(company, browser):
    with pytest.raises(AssertionError, match="elsewhere.test"):
        with Window(browser, company.server.address) as window:
            page = window.open("/login")
            assert not window.axe() and window.sideways() == 0
            page.evaluate("document.querySelector('main').append(document.createElement('input'))")
            assert any("label" in fault for fault in window.axe())
            page.locator("h1").evaluate("heading => { heading.style.color = '#eee'; heading.style.width = '3000px' }")
            assert any("color-contrast" in fault for fault in window.axe(colours_alone=True))
            assert window.sideways() > 0 and "<h1" in widest(page)
            # The page's own policy forbids it, and the console says so.
            page.evaluate("fetch('http://elsewhere.test/').catch(() => {})")
    with pytest.raises(AssertionError, match="for the console"):
        with Window(browser, company.server.address) as window:
            window.open("/login").evaluate("console.error('for the console')")


def test_every_page_of_someone_signed_in(company, window):
    pages, faults = pages_of(company.clerk, ["/", *company.campaigns])
    pages += [page for page in company.campaigns if page not in pages]
    assert len(pages) > 40, pages
    for path in pages:
        window.open(path)
        faults += looked_at(window)
    assert not faults, "\n".join(faults)


def test_names_without_a_space_to_break_at_fit_a_phone(company, window):
    clerk, long = company.clerk, "Unbreakable" * 5
    address = f"{'donaudampfschiff' * 4}@{'gesellschaft' * 4}.example.com"
    rows = [["email", long], [address, long * 2]]
    sandbox = next(link for link in clerk.get("/senders").links if "/senders/snd_" in link)
    campaign = clerk.add_campaign(
        "send", sandbox, {"file": (f"{long}.csv", table(rows)), "attachment": (f"{long}.pdf", b"%PDF")},
        subject=long, source="file", attach="yes",
    )
    clerk.wait_for(campaign, "Sent")
    clerk.add_list(table(rows), name=long)
    clerk.add_template(long)
    clerk.add_sender(long)
    clerk.submit(clerk.get("/queue/new"), "/queue", {"to": address, "subject": long, "body": long})
    begin = ["/queue", "/log", "/contacts", "/lists", "/templates", "/senders", "/sandbox", "/campaigns", "/", campaign]
    pages = [page for start in begin for page in [start, *clerk.get(start).links]]
    about = [page for page in dict.fromkeys(pages) if page in begin or re.search(r"/\w{3}_\w+|/deliveries/", page)]
    pages = [page for page in about if not FILES.search(page)]
    pages = [page for page in pages if long in clerk.get(page).text or address in clerk.get(page).text]
    assert len(pages) > 12, pages
    window.page.set_viewport_size(NARROW)
    faults = []
    for path in pages:
        window.open(path)
        if (excess := window.sideways()) > 0:
            faults.append(f"{path} is {excess} px too wide at 360 px: {widest(window.page)}")
    assert not faults, "\n".join(faults)


def test_forms_that_come_back_and_questions(company, window):
    page, faults = window.page, []
    window.expected = ("status of 422", "status of 404")
    for path, button in (
        ("/senders/new", "Save sender"), ("/campaigns/new", "Send"), ("/queue/new", "Send"),
        ("/templates/new", "Save template"), ("/users/new", "Make the account"), ("/lists/new", "Upload"),
    ):
        window.open(path)
        page.locator("main form[method=post]").first.get_by_role("button", name=button, exact=True).click()
        expect(page.locator(".error:visible").first).to_be_visible()
        faults += looked_at(window)
        # And once more as the server says it.
        window.open(path)
        page.evaluate("for (const form of document.forms) form.setAttribute('novalidate', '')")
        page.evaluate(
            """() => {
              const form = document.querySelector("main form[method=post]");
              for (const control of form.querySelectorAll("[name=subject], [name=name], [name=email]")) control.value = " ";
              form.append(Object.assign(document.createElement("input"), { type: "hidden", name: "do", value: "send" }));
              HTMLFormElement.prototype.submit.call(form);
            }"""
        )
        expect(page.locator(".error-summary")).to_be_visible()
        expect(page.locator(".error-summary")).to_be_focused()
        faults += looked_at(window)
    window.open("/nowhere")
    faults += looked_at(window)
    window.open(company.scheduled)
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    faults += looked_at(window)
    page.keyboard.press("Escape")
    window.open("/invitations")
    page.get_by_role("button", name="Make a link").click()
    expect(page.locator("#link, .copy input").first).to_be_visible()
    faults += looked_at(window)
    page.set_viewport_size(PHONE)
    page.get_by_role("button", name="Menu").click()
    expect(page.get_by_role("link", name="Sandbox inbox")).to_be_visible()
    faults += window.axe()
    assert not faults, "\n".join(faults)


def test_every_page_of_someone_who_has_not_signed_in(company, browser, tmp_path):
    clerk, faults = company.clerk, []
    note = clerk.submit(clerk.get("/invitations"), "/invitations")
    invitation = re.search(r"http://[^\"]+(/invitation/[\w-]+)", note.text)[1]
    user = next(
        link for link in (clerk.submit(clerk.get("/users/new"), "/users/new", {
            "name": "Grace", "email": "grace@example.com", "password": PASSWORD}) and clerk.get("/users")).links
        if "/users/usr_" in link and "Make a link for a new password" in clerk.get(link).text
    )
    password = re.search(r"http://[^\"]+(/password/[\w-]+)", clerk.press(user, "password").text)[1]
    with Window(browser, company.server.address) as window:
        window.expected = ("status of 403", "status of 404", "status of 410", "status of 422")
        for path in ("/login", "/register", "/nowhere", "/enter?token=none", invitation, "/invitation/none", password):
            window.open(path)
            faults += looked_at(window)
        for choice in ("invite", "open"):
            clerk.allow_registration(choice)
            window.open("/register")
            faults += looked_at(window)
        window.page.get_by_role("button", name="Create the account").click()
        expect(window.page.locator(".error:visible").first).to_be_visible()
        faults += looked_at(window)
        Person(window).sign_in("grace@example.com", "not her password")
        expect(window.page.get_by_role("alert")).to_be_visible()
        faults += looked_at(window)
    with Served(Martlet(tmp_path)) as fresh, Window(browser, fresh.address) as window:
        window.expected = ("status of 403",)
        for path in ("/login", "/setup", fresh.link.removeprefix(fresh.address)):
            window.open(path)
            faults += looked_at(window)
    assert not faults, "\n".join(faults)


# Keys.

FOCUSED = """() => {
  const element = document.activeElement;
  if (!element || element === document.body) return null;
  const style = getComputedStyle(element), box = element.getBoundingClientRect();
  const carrier = getComputedStyle(element.closest(".drop, .choice, .affix, .search") || element);
  const isDrawn = (style) => (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 1) || style.boxShadow !== "none";
  return {
    name: (element.getAttribute("aria-label") || element.innerText || element.name || element.id).trim(),
    isShown: element.matches(":focus-visible") && (isDrawn(style) || isDrawn(carrier)),
    isInside: box.bottom > 0 && box.top < innerHeight && box.width > 0 && box.right > 0 && box.left < innerWidth,
    html: element.outerHTML.slice(0, 120),
  };
}"""


def tabbed_through(page: Page, most: int = 150) -> list[dict]:
    """What has the focus after each press of Tab, until it leaves the page."""
    stops = []
    for _ in range(most):
        page.keyboard.press("Tab")
        stop = page.evaluate(FOCUSED)
        if stop is None or (stops and stop["html"] == stops[0]["html"]):
            break
        stops.append(stop)
    return stops


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_keyboard_reaches_everything_and_shows_where_it_is(company, window, scheme):
    page = window.page
    page.emulate_media(color_scheme=scheme)
    wanted = {
        "/campaigns": ["Skip to content", "New campaign", "Campaigns", "Senders", "Dark", "Sign out", "Search"],
        "/campaigns/new": ["file", "subject", "body", "Save as draft", "Send"],
        company.running: ["Pause", "Cancel", "Download the report"],
    }
    for path, names in wanted.items():
        window.open(path)
        stops = tabbed_through(page)
        assert stops[0]["name"] == "Skip to content" and stops[0]["isInside"], stops[0]
        reached = [stop["name"] for stop in stops]
        assert not [name for name in names if name not in reached], reached
        assert not [stop for stop in stops if not stop["isShown"]], [stop for stop in stops if not stop["isShown"]]
        assert not [stop for stop in stops if not stop["isInside"]], [stop for stop in stops if not stop["isInside"]]


def test_the_skip_link_leads_past_the_navigation(company, window):
    page = window.open("/campaigns")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
    page.keyboard.press("Tab")
    assert page.evaluate("document.querySelector('main').contains(document.activeElement)")


def test_single_keys_go_places_but_never_out_of_a_field(company, window):
    page = window.open("/")
    page.keyboard.press("n")
    expect(page).to_have_url(re.compile("/campaigns/new$"))
    page.locator("#subject").press_sequentially("ng c?/")
    expect(page.locator("#subject")).to_have_value("ng c?/")
    expect(page).to_have_url(re.compile("/campaigns/new$"))
    window.open("/log")
    page.keyboard.press("g")
    page.keyboard.press("c")
    expect(page).to_have_url(re.compile("/campaigns$"))
    page.keyboard.press("/")
    expect(page.get_by_role("searchbox")).to_be_focused()
    page.keyboard.type("gcn")
    expect(page.get_by_role("searchbox")).to_have_value("gcn")
    window.open("/log")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_contain_text("New campaign")
    page.keyboard.press("n")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page).to_have_url(re.compile("/log$"))


def test_single_keys_can_be_switched_off(company, window):
    page = window.open("/account")
    page.get_by_role("checkbox", name="Single keys do things").uncheck()
    page.get_by_role("button", name="Save the keyboard").click()
    expect(page.get_by_text("Keyboard shortcuts are off.")).to_be_visible()
    for key in "n?gc":
        page.keyboard.press(key)
    window.open("/account")
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert page.evaluate("document.documentElement.dataset.shortcuts") == "off"


# Colours.


def background(page: Page) -> str:
    return page.evaluate("getComputedStyle(document.documentElement).backgroundColor")


def test_the_theme_follows_the_system_until_one_is_chosen_and_is_remembered(company, window):
    page = window.open("/")
    light = background(page)
    page.emulate_media(color_scheme="dark")
    dark = background(page)
    assert light != dark
    page.emulate_media(color_scheme="light")
    page.evaluate("window.isTheSame = true")
    with page.expect_response(re.compile("/theme$")):
        page.get_by_role("button", name="Dark", exact=True).click()
    assert background(page) == dark and page.evaluate("window.isTheSame")
    # The server draws it so, before any script has run.
    answer = page.goto("/campaigns")
    assert 'data-theme="dark"' in answer.text().split("<head>")[0]
    assert background(page) == dark
    [cookie] = [cookie for cookie in window.context.cookies() if cookie["name"] == "theme"]
    assert cookie["value"] == "dark" and cookie["expires"] > 0
    with page.expect_response(re.compile("/theme$")):
        page.get_by_role("button", name="Light", exact=True).click()
    page.emulate_media(color_scheme="dark")
    page.reload()
    assert background(page) == light
    with page.expect_response(re.compile("/theme$")):
        page.get_by_role("button", name="As the system", exact=True).click()
    answer = page.reload()
    assert "data-theme=" not in answer.text().split("<head>")[0]
    assert background(page) == dark


def test_the_theme_is_chosen_without_javascript_too(company, browser):
    with Window(browser, company.server.address, javascript=False) as window:
        window.adopt(company.clerk)
        page = window.open("/lists")
        page.get_by_role("button", name="Dark", exact=True).click()
        expect(page).to_have_url(re.compile("/lists$"))
        expect(page.locator("html")).to_have_attribute("data-theme", "dark")
