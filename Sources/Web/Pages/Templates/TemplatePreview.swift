import Liquid
import Model

/// A template filled in for a reader who does not exist.
struct TemplatePreview {
  private let template: MailTemplate

  init(_ template: MailTemplate) { self.template = template }

  /// The reader; names that are not here show as themselves.
  private static let reader: [String: String] = [
    "email": "ada@example.com", "first_name": "Ada", "last_name": "Lovelace",
    "name": "Ada Lovelace", "company": "Analytical Engines", "country": "England",
    "city": "London", "unsubscribe_url": "https://example.com/unsubscribe",
  ]
  /// Less than a message may take: this is done for whoever opens a page.
  private static let limits = RenderLimits(
    steps: 200_000, outputBytes: 2 << 20, workBytes: 4 << 20, depth: 100)

  /// The filled-in HTML, or what is wrong with it; `nil` for a template of plain text.
  var html: [UInt8]? {
    template.html.map { source in
      switch Self.rendered(source, .html) {
      case .success(let html): return html
      case .failure(let fault): return (("<p>\(fault.sentence)</p>") as HTML).octets
      }
    }
  }

  func page(_ member: Member) -> HTML {
    let address = "/templates/\(template.id.text(.template))"
    let assets = member.site.assets
    let head = PageHead(
      title: "Preview of “\(template.name)”",
      crumbs: [("/templates", "Templates"), (address, template.name)],
      lede:
        "As a reader called Ada Lovelace would get it. Names that only your list knows stand in brackets.",
      actions: """
        <a class="btn" href="\(address)">\(Icon.edit.html(assets)) Edit</a>\
        <a class="btn primary" href="/campaigns/new?template=\(template.id.text(.template))">\
        \(Icon.send.html(assets)) Use in a campaign</a>
        """)
    let body: HTML =
      template.html == nil
      ? """
      <pre class="mail-text" tabindex="0" aria-label="The message as text">\
      \(Self.shown(template.text ?? []))</pre>
      """ : MailFrame.html("\(address)/example")
    return Layout.page(
      "Preview", in: .templates, member,
      """
      \(head.html)<div class="card"><div class="card-body stack"><dl class="facts">\
      <div><dt>Subject</dt><dd>\(Self.shown(Array(template.subject.utf8)))</dd></div></dl>\
      \(body)</div></div>
      """)
  }

  /// A text that is filled in, or the sentence that says why it cannot be.
  private static func shown(_ source: [UInt8]) -> HTML {
    switch rendered(source, .none) {
    case .success(let text): "\(bytes: text)"
    case .failure(let fault): HTML(text: fault.sentence)
    }
  }

  private struct Fault: Error { let sentence: String }

  private static func rendered(_ source: [UInt8], _ escaping: Escaping) -> Result<[UInt8], Fault> {
    do {
      let template = try Template(parsing: source, options: TemplateFields.options)
      var output: [UInt8] = []
      try template.render(
        template.paths.map(value), globals: contact, escaping: escaping, limits: limits,
        into: &output)
      return .success(output)
    } catch {
      return .failure(Fault(sentence: "This cannot be filled in. Line \(error)"))
    }
  }

  private static func value(at path: [String]) -> Value {
    if path == ["contact"] { return contact }
    let name = path.last ?? ""
    return Value(reader[name] ?? "[\(name)]")
  }

  private static var contact: Value {
    var object = Object()
    for (name, value) in reader.sorted(by: { $0.key < $1.key }) {
      object[[UInt8](name.utf8)] = Value(value)
    }
    return .object(object)
  }
}
