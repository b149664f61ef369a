import HTTP
import Model
import Octets
import Storage
import Testing

@testable import Web

@Suite("Templates in the browser")
struct TemplatePagesTests {
  private static func make(
    _ browser: Browser, _ values: KeyValuePairs<String, String?> = [:]
  ) async throws -> String {
    let page = try await browser.submit(
      "/templates/new", form: "/templates",
      ["name": "News", "subject": "Hello {{ first_name }}", "body": "<p>Hi {{first_name}}</p>"])
    let address = try #require(page.location)
    if !values.isEmpty { _ = try await browser.submit(address, form: address, values) }
    return address
  }

  @Test("A template is written, changed, copied and deleted")
  func life() async throws {
    try await Scene.set { scene in
      let ada = try await scene.signIn()
      #expect(try await ada.get("/templates").words.contains("No templates yet"))
      let address = try await Self.make(ada, ["name": "May news", "format": "text", "body": "Hi"])
      let id = try #require(Identifier(String(address.split(separator: "/")[1]), .template))
      let stored = try #require(try await scene.store.templates.find(id, in: ada.home))
      #expect(stored.name == "May news")
      #expect(stored.html == nil)
      #expect(stored.text == Array("Hi".utf8))
      let copied = try await ada.submit(address, form: "\(address)/copy")
      let copy = try await ada.follow(copied)
      #expect(copy.title.hasPrefix("Copy of May news"))
      #expect(copied.location != address)
      let question = try await ada.submit(address, form: "\(address)/remove")
      #expect(question.words.contains("Delete the template “May news”?"))
      #expect(try await ada.get(address).status == .ok)
      _ = try await ada.submit(question, form: "\(address)/remove", ["sure": "yes"])
      #expect(try await ada.get(address).status == .notFound)
      #expect(try await ada.get("/templates").text.contains("Copy of May news"))
    }
  }

  @Test("A body comes back from the form as it was written")
  func body() async throws {
    try await Scene.set { scene in
      let ada = try await scene.signIn()
      let body =
        "\n  <td>{% if city %}\"{{ city }}\"{% endif %}</td>\n</textarea><script>x</script>"
      let address = try await Self.make(ada, ["body": body])
      let page = try await ada.get(address)
      #expect(page.form(address)?["body"] == body)
      #expect(!page.text.contains("<script>x"))
    }
  }

  @Test(
    "An error in a placeholder is told with its line and column",
    arguments: [
      ("body", "one\ntwo {% if %}", "Line 2, column 10:"),
      ("subject", "Hi {{ name", "Line 1, column 4:"),
    ])
  func faults(field: String, value: String, expected: String) async throws {
    try await Scene.set { scene in
      let ada = try await scene.signIn()
      let form = try #require(try await ada.get("/templates/new").form("/templates"))
      var items = [("name", "N"), ("subject", "S"), ("body", "B"), ("csrf", form["csrf"] ?? "")]
      items.removeAll { $0.0 == field }
      items.append((field, value))
      let again = try await ada.post("/templates", items)
      #expect(again.status == .unprocessable)
      #expect(again.errors.contains { $0.hasPrefix(expected) }, "\(again.errors)")
      #expect(try await scene.store.templates.page(in: ada.home, limit: 10).isEmpty)
    }
  }

  @Test("The preview is filled in and framed without scripts")
  func preview() async throws {
    try await Scene.set { scene in
      let ada = try await scene.signIn()
      let address = try await Self.make(
        ada, ["body": "<p>{{ first_name }} of {{ order_number }}</p><script>1</script>"])
      let page = try await ada.get("\(address)/preview")
      #expect(page.words.contains("Hello Ada"))
      #expect(page.text.contains("src=\"\(address)/example\" sandbox=\"\""))
      let frame = try await ada.get("\(address)/example")
      #expect(frame.text.contains("<p>Ada of [order_number]</p>"))
      #expect(frame.response.fields["Content-Security-Policy"] == MailFrame.policy)
    }
  }

  @Test("A template that would never end is stopped, and the preview says so")
  func endless() async throws {
    try await Scene.set { scene in
      let ada = try await scene.signIn()
      let address = try await Self.make(
        ada,
        ["body": "{% for i in (1..9999999) %}{% for k in (1..9999999) %}x{% endfor %}{% endfor %}"])
      let frame = try await ada.get("\(address)/example")
      #expect(frame.status == .ok)
      #expect(frame.words.contains("This cannot be filled in."))
    }
  }

  @Test("Nobody sees or changes the templates of another workspace")
  func foreign() async throws {
    try await Scene.set { scene in
      let ada = try await scene.signIn()
      let eve = try await scene.signIn("eve@example.org")
      let address = try await Self.make(ada)
      for path in ["", "/preview", "/example"] {
        #expect(try await eve.get(address + path).status == .notFound)
      }
      let token = try #require(try await eve.get("/templates/new").form("/templates")?["csrf"])
      for path in ["", "/copy", "/remove"] {
        let page = try await eve.post(
          address + path,
          [("csrf", token), ("sure", "yes"), ("name", "x"), ("subject", "x"), ("body", "x")])
        #expect(page.status == .notFound)
      }
      #expect(try await ada.get(address).title.hasPrefix("News"))
      #expect(try await scene.store.templates.page(in: eve.home, limit: 10).isEmpty)
    }
  }

  @Test("A template with HTML and plain text keeps both when it is saved")
  func bothBodies() async throws {
    try await Scene.set { scene in
      let ada = try await scene.signIn()
      let template = MailTemplate(
        id: .new(), workspace: try ada.home, name: "News", subject: "Hi",
        html: Array("<p>Hi</p>".utf8), text: Array("Hi in words".utf8), createdAt: scene.clock.now,
        changedAt: scene.clock.now)
      try await scene.store.templates.add(template)
      let address = "/templates/\(template.id.text(.template))"
      let page = try await ada.get(address)
      #expect(page.form(address)?["text_body"] == "Hi in words")
      _ = try await ada.submit(page, form: address, ["name": "May news"])
      var stored = try #require(try await scene.store.templates.find(template.id, in: ada.home))
      #expect(stored.name == "May news")
      #expect(stored.html == template.html && stored.text == template.text)
      let wrong = try await ada.submit(page, form: address, ["text_body": "{{ name"])
      #expect(wrong.status == .unprocessable)
      #expect(wrong.errors.contains { $0.hasPrefix("Line 1, column 1:") }, "\(wrong.errors)")
      _ = try await ada.submit(page, form: address, ["text_body": " \r\n"])
      stored = try #require(try await scene.store.templates.find(template.id, in: ada.home))
      #expect(stored.html == template.html && stored.text == nil)
      // Plain text alone has no second version.
      _ = try await ada.submit(page, form: address, ["format": "text", "body": "Words"])
      stored = try #require(try await scene.store.templates.find(template.id, in: ada.home))
      #expect(stored.html == nil && stored.text == Array("Words".utf8))
    }
  }

  @Test("A template's subject is no longer than a campaign's may be")
  func longSubject() async throws {
    try await Scene.set { scene in
      let ada = try await scene.signIn()
      let page = try await ada.get("/templates/new")
      let rules = "name=\"subject\" aria-describedby=\"subject-hint\" required maxlength=\"900\""
      #expect(page.text.contains(rules))
      let values: [(Int, Status)] = [(901, .unprocessable), (900, .seeOther)]
      for (length, status) in values {
        let answer = try await ada.submit(
          page, form: "/templates",
          ["name": "N", "subject": String(repeating: "x", count: length), "body": "B"])
        #expect(answer.status == status)
      }
    }
  }

  @Test("The list is paged by key and searched")
  func list() async throws {
    try await Scene.set { scene in
      let ada = try await scene.signIn()
      // Within a millisecond the order of identifiers is chance.
      var random = SystemRandomNumberGenerator()
      for number in 1...51 {
        let id = Identifier(at: scene.clock.now + .milliseconds(number), from: &random)
        try await scene.store.templates.add(
          MailTemplate(
            id: id, workspace: ada.home, name: "Template \(number).", subject: "S",
            html: [65], createdAt: scene.clock.now, changedAt: scene.clock.now))
      }
      let first = try await ada.get("/templates")
      let next = try #require(first.text.firstMatch(of: /rel="next" href="([^"]*)"/)?.1)
      let second = try await ada.get(String(next))
      #expect(second.text.contains("Template 1."))
      #expect(!second.text.contains("Template 2."))
      #expect(try await ada.get("/templates?q=33").text.contains("Template 33."))
      #expect(try await ada.get("/templates?q=zzz").words.contains("Nothing matches"))
    }
  }
}
