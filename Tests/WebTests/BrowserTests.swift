import HTTP
import Testing

@testable import Web

@Suite("The tests' own browser")
struct BrowserTests {
  @Test("A page's form is read with all that it holds")
  func form() throws {
    let html = """
      <main><form method="get"><input name="q" value="no"></form>
      <form method="post" action="/x" enctype="multipart/form-data">
      <input type="hidden" name="csrf" value="a&amp;b"><input name="empty">
      <input type="checkbox" name="on" value="yes" checked><input type="checkbox" name="off" value="yes">
      <input type="radio" name="r" value="1"><input type="radio" name="r" value="2" checked>
      <textarea name="t" rows="3">
      &lt;b&gt;
      two</textarea><select name="s"><option value="1">A</option><option value="2" selected>B</option></select>
      <button name="do" value="send">Send</button></form></main>
      """
    let page = Page(address: "/", response: .html(html), octets: Array(html.utf8))
    let form = try #require(page.form())
    #expect(form.action == "/x")
    #expect(form.isMultipart)
    let expected = [
      "csrf=a&b", "empty=", "on=yes", "r=2", "t=<b>\ntwo", "s=2",
    ]
    #expect(form.values.map { "\($0.0)=\($0.1)" } == expected)
  }

  @Test("Somebody signed in sees pages, and a form of theirs is taken")
  func signedIn() async throws {
    try await Scene.set { scene in
      let browser = try await scene.signIn()
      let page = try await browser.get("/no-such-page")
      #expect(page.status == .notFound)
      #expect(page.words.contains("Ada Lovelace"))
      let answer = try await browser.submit(page, form: "/theme", ["theme": "dark"])
      #expect(answer.status == .seeOther)
      #expect(browser.cookies["theme"] == "dark")
      let again = try await browser.get("/no-such-page")
      #expect(again.text.contains("data-theme=\"dark\""))
    }
  }
}
