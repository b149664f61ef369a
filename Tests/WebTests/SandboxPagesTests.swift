import Foundation
import HTTP
import Model
import Octets
import Storage
import TestSupport
import Testing

@testable import Web

@Suite("The sandbox's inbox")
struct SandboxPagesTests {
  /// Puts a message into a browser's inbox.
  @discardableResult
  static func arrive(
    _ browser: Browser, _ source: [UInt8], subject: String = "Hello", to: String = "b@example.org",
    id: Identifier = .new()
  ) async throws -> String {
    let message = InboxMessage(
      id: id, workspace: try browser.home, receivedAt: browser.scene.clock.now,
      envelopeFrom: "ada@example.org", recipients: to, from: "Ada <ada@example.org>",
      subject: subject, size: source.count)
    try await browser.scene.store.inbox.add([(message, source)])
    return "/sandbox/\(message.id.text(.message))"
  }

  private static let letter = Array(
    """
    From: =?utf-8?q?Ad=C3=A4?= <ada@example.org>\r
    To: Bob <b@example.org>\r
    Subject: =?utf-8?q?Caf=C3=A9_=3Cb=3E?=\r
    Date: Fri, 1 May 2026 09:30:00 +0000\r
    MIME-Version: 1.0\r
    Content-Type: multipart/mixed; boundary=m\r
    \r
    --m\r
    Content-Type: multipart/related; boundary=r\r
    \r
    --r\r
    Content-Type: text/html; charset=utf-8\r
    \r
    <p style="color:red">Hi</p><img src="cid:logo@x"><img src="https://evil.example/x.png">\
    <link rel=preconnect href="https://evil.example"><script>alert(1)</script>\r
    --r\r
    Content-Type: image/png\r
    Content-ID: <logo@x>\r
    Content-Transfer-Encoding: base64\r
    \r
    iVBORw==\r
    --r--\r
    --m\r
    Content-Type: text/html; name="../../page.html"\r
    Content-Disposition: attachment; filename="../../page.html"\r
    \r
    <script>alert(2)</script>\r
    --m--\r

    """.utf8)

  @Test("A message's HTML is framed with nothing but itself")
  func frame() async throws {
    try await Scene.set { scene in
      let ada = try await scene.signIn()
      let address = try await Self.arrive(ada, Self.letter)
      let page = try await ada.get(address)
      #expect(page.text.contains("src=\"\(address)/html\" sandbox=\"\""))
      #expect(page.response.fields["Content-Security-Policy"]?.contains("frame-src 'self'") == true)
      #expect(!page.text.contains("alert("))
      let frame = try await ada.get("\(address)/html")
      let policy = try #require(frame.response.fields["Content-Security-Policy"])
      let rules = Set(policy.split(separator: ";").map { $0.drop { $0 == " " } })
      #expect(
        rules.isSuperset(of: [
          "default-src 'none'", "style-src 'unsafe-inline'", "img-src data:", "sandbox",
          "frame-ancestors 'self'", "form-action 'none'",
        ]))
      #expect(!policy.contains("allow-"))
      #expect(frame.response.fields["X-Frame-Options"] == nil)
      #expect(frame.response.fields["Content-Type"] == "text/html; charset=utf-8")
      #expect(frame.text.contains("<img src=\"data:image/png;base64,iVBORw==\">"))
      #expect(!frame.text.contains("<link"))
      let sealed = SecurityHeaders().applied(to: frame.response)
      #expect(sealed.fields["X-Frame-Options"] == nil)
      #expect(sealed.fields["Content-Security-Policy"] == policy)
    }
  }

  @Test("Text, headers, source and attachments are each a tab")
  func views() async throws {
    try await Scene.set { scene in
      let ada = try await scene.signIn()
      let address = try await Self.arrive(ada, Self.letter)
      let text = try await ada.get("\(address)?view=text")
      #expect(text.words.contains("This message has no plain text."))
      #expect(text.words.contains("Adä <ada@example.org>"))
      #expect(text.title.hasPrefix("Café <b>"))
      let headers = try await ada.get("\(address)?view=headers")
      #expect(headers.words.contains("Content-Type multipart/mixed; boundary=m"))
      #expect(headers.text.contains("=?utf-8?q?Caf=C3=A9_=3Cb=3E?="))
      let source = try await ada.get("\(address)?view=source")
      #expect(source.text.contains("&lt;script&gt;alert(1)&lt;/script&gt;"))
      #expect(!source.text.contains("<script>alert"))
      let files = try await ada.get("\(address)?view=attachments")
      #expect(files.words.contains("page.html"))
      #expect(!files.text.contains("../"))
      let unknown = try await ada.get("\(address)?view=dance")
      #expect(unknown.text.contains("<iframe"))
    }
  }

  @Test("What is downloaded is never shown as a page of ours")
  func downloads() async throws {
    try await Scene.set { scene in
      let ada = try await scene.signIn()
      let address = try await Self.arrive(ada, Self.letter)
      let files = try await ada.get("\(address)?view=attachments")
      let links = files.text.matches(of: /href="([^"]*\/attachments\/\d+)"/).map { String($0.1) }
      #expect(links.count == 2)
      let file = try await ada.get(try #require(links.last))
      #expect(file.response.fields["Content-Type"] == "application/octet-stream")
      #expect(
        file.response.fields["Content-Disposition"] == "attachment; filename=\"page.html\"")
      #expect(file.text.contains("alert(2)"))
      let source = try await ada.get("\(address)/source")
      #expect(source.octets == Self.letter)
      #expect(
        source.response.fields["Content-Disposition"] == "attachment; filename=\"message.eml\"")
      for number in ["0", "3", "-1", "99999999999999999999", "x"] {
        #expect(try await ada.get("\(address)/attachments/\(number)").status == .notFound)
      }
    }
  }

  @Test("The inbox of another workspace is not there")
  func foreign() async throws {
    try await Scene.set { scene in
      let ada = try await scene.signIn()
      let eve = try await scene.signIn("eve@example.org")
      let address = try await Self.arrive(ada, Self.letter, subject: "Between us")
      for path in ["", "/html", "/source", "/attachments/1", "?view=source"] {
        #expect(try await eve.get(address + path).status == .notFound)
        #expect(try await scene.stranger().get(address + path).status == .seeOther)
      }
      #expect(try await !eve.get("/sandbox").text.contains("Between us"))
      _ = try await eve.submit("/sandbox", form: "/theme", ["back": "/sandbox"])
      let token = try #require(try await eve.get("/senders/new").form("/senders")?["csrf"])
      _ = try await eve.post("/sandbox/clear", [("csrf", token), ("sure", "yes")])
      #expect(try await scene.store.inbox.count(in: ada.home) == 1)
    }
  }

  @Test("The list is paged by key and searched, newest first")
  func list() async throws {
    try await Scene.set { scene in
      let ada = try await scene.signIn()
      #expect(try await ada.get("/sandbox").words.contains("Nothing has arrived yet"))
      var random = SystemRandomNumberGenerator()
      for number in 1...60 {
        // Within one millisecond identifiers are in no order.
        let moment = scene.clock.now + .milliseconds(number)
        try await Self.arrive(
          ada, Self.letter, subject: "Letter \(number).", to: "p\(number)@x.org",
          id: Identifier(at: moment, from: &random))
      }
      let first = try await ada.get("/sandbox")
      #expect(first.words.contains("60 messages"))
      #expect(first.text.contains("Letter 60."))
      #expect(!first.text.contains("Letter 10."))
      let next = try #require(first.text.firstMatch(of: /rel="next" href="([^"]*)"/)?.1)
      let second = try await ada.get(String(next))
      #expect(second.text.contains("Letter 10."))
      #expect(second.text.contains("Letter 1."))
      #expect(!second.text.contains("Letter 11."))
      #expect(!second.text.contains("rel=\"next\""))
      let found = try await ada.get("/sandbox?q=p33@")
      #expect(found.text.contains("Letter 33."))
      #expect(!found.text.contains("Letter 34."))
      #expect(try await ada.get("/sandbox?q=%3Cscript%3E").words.contains("Nothing matches"))
      for cursor in ["x", "00", "ff00ff", String(repeating: "61", count: 2_000)] {
        #expect(try await ada.get("/sandbox?after=\(cursor)").status == .ok)
      }
    }
  }

  @Test("The inbox is emptied only after a question")
  func clear() async throws {
    try await Scene.set { scene in
      let ada = try await scene.signIn()
      try await Self.arrive(ada, Self.letter)
      let question = try await ada.submit("/sandbox", form: "/sandbox/clear")
      #expect(question.words.contains("They cannot be brought back."))
      #expect(try await scene.store.inbox.count(in: ada.home) == 1)
      let done = try await ada.submit(question, form: "/sandbox/clear", ["sure": "yes"])
      #expect(done.location == "/sandbox")
      #expect(try await scene.store.inbox.count(in: ada.home) == 0)
    }
  }

  @Test(
    "Every hostile message of the corpora can be looked at in every way",
    .enabled(if: Corpora.folder != nil, "the corpora are not here"))
  func corpora() async throws {
    var sources = (1...47).compactMap { number in
      Corpora.bytes("mime-python/msg_\(number < 10 ? "0" : "")\(number).txt")
    }
    #expect(sources.count > 40)
    sources += [[], [0], Array("\r\n\r\n".utf8), [UInt8](repeating: 0xFF, count: 5_000)]
    try await Scene.set { scene in
      let ada = try await scene.signIn()
      for source in sources {
        let address = try await Self.arrive(ada, source)
        for view in LetterPage.View.allCases {
          let page = try await ada.get("\(address)?view=\(view.rawValue)")
          #expect(page.status == .ok)
          #expect(!page.text.contains("<script>"))
          for match in page.text.matches(of: /href="([^"]*\/attachments\/\d+)"/) {
            let file = try await ada.get(String(match.1))
            #expect(file.status == .ok)
            #expect(file.response.fields["Content-Disposition"]?.hasPrefix("attachment") == true)
          }
        }
        let frame = try await ada.get("\(address)/html")
        #expect(frame.status == .ok || frame.status == .notFound)
        #expect(try await ada.get("\(address)/source").octets == source)
      }
    }
  }

  @Test(
    "No naughty string becomes markup",
    .enabled(if: Corpora.folder != nil, "the corpora are not here"))
  func naughty() async throws {
    let file = try #require(Corpora.bytes("naughty-strings/blns.json"))
    let strings = try JSONDecoder().decode([String].self, from: Data(file))
    #expect(strings.count > 400)
    try await Scene.set { scene in
      let ada = try await scene.signIn()
      for string in strings {
        let source = Array("Subject: \(string)\r\nFrom: \(string)\r\n\r\n\(string)\r\n".utf8)
        let address = try await Self.arrive(ada, source, subject: string, to: string)
        for place in ["/sandbox", "\(address)?view=text", "\(address)?view=headers"] {
          let text = try await ada.get(place).text.lowercased()
          #expect(text.matches(of: /<script/).count == 1, "\(string)")
          #expect(text.matches(of: /<(iframe|img|object|embed)[ >\/]/).isEmpty, "\(string)")
        }
      }
    }
  }
}
