"""Another site in the same browser cannot do anything here (SEC-15)."""

import http.server
import threading

import pytest

from company import contents
from sights import kind_of, pages_of


@pytest.fixture
def foreign_site():
    """A page of somebody else's, on another port."""

    class Page(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(b"<!doctype html><title>A nice page</title><iframe name=hidden></iframe>")

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Page)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server.server_address[1]
    server.shutdown()
    server.server_close()
    thread.join(10)


ATTACK = """async ([address, actions]) => {
  for (const { action, inputs } of actions) {
    const fields = new URLSearchParams(inputs), parts = new FormData();
    for (const [name, value] of fields) parts.append(name, value);
    for (const body of [fields, JSON.stringify(inputs), parts]) {
      await fetch(address + action, { method: "POST", mode: "no-cors", credentials: "include", body }).catch(() => {});
    }
  }
}"""

SUBMIT = """([address, { action, inputs }]) => {
  const form = document.body.appendChild(document.createElement("form"));
  Object.assign(form, { method: "post", action: address + action });
  for (const [name, value] of Object.entries(inputs)) {
    form.append(Object.assign(document.createElement("textarea"), { name, value }));
  }
  HTMLFormElement.prototype.submit.call(form);
}"""


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_another_site_changes_nothing_even_if_it_knows_the_token(company, stranger, browser, foreign_site, host):
    clerk, server = company.clerk, company.server
    actions = {}
    for page in dict.fromkeys(["/", *company.campaigns, *pages_of(clerk, ["/", *company.campaigns])[0]]):
        for form in clerk.get(page).forms:
            if form["method"] == "post":
                inputs = {**form["inputs"], "sure": "yes", "do": "send", "theme": "dark"}
                actions.setdefault(kind_of(form["action"]), {"action": form["action"] or page, "inputs": inputs})
    assert len(actions) > 30
    before = contents(server)
    context = browser.new_context()
    try:
        context.add_cookies([{"name": n, "value": v, "url": server.address} for n, v in clerk.cookies.items()])
        page = context.new_page()
        statuses, unread = [], []
        page.on("response", lambda answer: statuses.append(answer.status) if answer.request.method == "POST" else None)
        # Answers that the browser keeps from the other site, because we ask it to.
        page.on("requestfailed", lambda request: unread.append(request.failure) if request.method == "POST" else None)
        page.goto(f"http://{host}:{foreign_site}/")
        page.evaluate(ATTACK, [server.address, list(actions.values())])
        for action in list(actions.values())[:12]:
            # A form as such, too: the browser shows the answer as a page.
            with page.expect_navigation(url=f"{server.address}/**"):
                page.evaluate(SUBMIT, [server.address, action])
            page.goto(f"http://{host}:{foreign_site}/")
    finally:
        context.close()
    assert len(statuses) + len(unread) >= 3 * len(actions) + 12
    assert set(statuses) == {403} and set(unread) <= {"net::ERR_BLOCKED_BY_RESPONSE.NotSameOrigin"}, (statuses, unread)
    assert contents(server) == before
    assert clerk.is_in
