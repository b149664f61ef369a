import Testing

@testable import Compose

struct FooterTests {
  private func html(_ source: String) -> String {
    String(decoding: Footer.added(toHTML: [UInt8](source.utf8)).source, as: UTF8.self)
  }

  @Test(arguments: ["</body>", "</BODY>", "</Body ></html>"])
  func `it stands before the end of the body`(end: String) {
    let made = html("<body><p>Hi</p>\(end)")
    #expect(made.hasPrefix("<body><p>Hi</p><p style="))
    #expect(made.hasSuffix("</p>\n\(end)"))
  }

  @Test func `of two ends the last one counts`() {
    let made = html("a</body>b</body>c")
    #expect(made.hasPrefix("a</body>b<p style="))
    #expect(made.hasSuffix("</p>\n</body>c"))
  }

  @Test(arguments: ["", "<", "</bod", "<p>no end", "body>"])
  func `without an end it stands at the end`(source: String) {
    let made = html(source)
    #expect(made.hasPrefix(source + "<p style="))
    #expect(made.hasSuffix("</p>\n"))
  }

  @Test func `text gets it under a signature line`() {
    let made = String(
      decoding: Footer.added(toText: [UInt8]("Hi".utf8)).source, as: UTF8.self)
    #expect(made.hasPrefix("Hi\n\n-- \n"))
    #expect(made.hasSuffix("{{ unsubscribe_url }}\n"))
  }

  @Test(
    arguments: [
      ([nil, nil], true), ([""], true), (["Hi", "Ho"], true), (["unsubscribe_ur", "l"], true),
      (["{{ unsubscribe_url }}", nil], false), ([nil, "{{unsubscribe_url|escape}}"], false),
    ] as [([String?], Bool)])
  func `it is needed unless the author placed the link`(sources: [String?], isNeeded: Bool) {
    #expect(Footer.isNeeded(in: sources.map { $0.map { [UInt8]($0.utf8) } }) == isNeeded)
  }

  @Test func `a campaign has it once in each part`() throws {
    let message = try Letter(html: "<body>Hi</body>").message()
    #expect(message.body.ranges(of: "because your address is on our list").count == 2)
    #expect(message.body.ranges(of: "</a></p>\n</body>").count == 1)
  }

  @Test(arguments: ["<a href='{{ unsubscribe_url }}'>leave</a>", "{{unsubscribe_url}}"])
  func `a campaign with the link of its author has none`(html: String) throws {
    let message = try Letter(html: html, text: "no link here").message()
    #expect(!message.body.contains("on our list"))
    #expect(message.body.ranges(of: "mailto:ada@example.org").count == 1)
  }

  @Test func `transactional mail has none`() throws {
    let message = try Letter(html: "<p>Hi</p>", isTransactional: true).message()
    #expect(!message.body.contains("on our list"))
    #expect(!message.body.contains("mailto:"))
  }
}
