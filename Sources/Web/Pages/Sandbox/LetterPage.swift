import HTTP
import MIME
import Model

/// One message of the inbox, seen in one of several ways.
struct LetterPage {
  /// The ways to see it, as the query names them.
  enum View: String, CaseIterable {
    case html, text, headers, source, attachments

    var label: String {
      switch self {
      case .html: "HTML"
      case .text: "Text"
      case .headers: "Headers"
      case .source: "Source"
      case .attachments: "Attachments"
      }
    }
  }

  let member: Member
  let letter: Letter
  private let view: View
  /// The most octets of text that a page shows; the rest is in the download.
  private static let mostShown = 512 << 10
  private static let mostFields = 500
  private static let mostAddresses = 50

  init(member: Member, letter: Letter) {
    self.member = member
    self.letter = letter
    view =
      member.request.query["view"].flatMap(View.init)
      ?? (letter.parsed.html == nil ? .text : .html)
  }

  private var parsed: ParsedMessage { letter.parsed }

  var page: HTML {
    let subject = Wording.short(parsed.subject?.text ?? "")
    let title = subject.isEmpty ? "(no subject)" : subject
    let assets = member.site.assets
    let head = PageHead(
      title: title, crumbs: [("/sandbox", "Sandbox inbox")],
      actions: """
        <a class="btn" href="\(letter.address)/source" download>\(Icon.download.html(assets)) \
        Download</a>
        """)
    return Layout.page(
      title, in: .sandbox, member,
      """
      \(head.html)<div class="card"><div class="card-body">\(facts)</div></div>
      \(tabs)<div class="card"><div class="card-body stack">\(content)</div></div>
      """)
  }

  private var facts: HTML {
    let message = letter.message
    var rows: [(String, String)] = [
      ("From", addresses(parsed.from)), ("To", addresses(parsed.to)),
      ("Cc", addresses(parsed.cc)), ("Reply-To", addresses(parsed.replyTo)),
    ]
    rows.removeAll { $0.0 != "From" && $0.0 != "To" && $0.1.isEmpty }
    return """
      <dl class="facts">\(HTML.each(rows) { fact($0.0, "\($0.1.isEmpty ? "–" : $0.1)") })\
      \(fact("Date", Moment.html(parsed.date, in: member.zone, otherwise: "none that can be read")))\
      \(fact("Received", Moment.html(message.receivedAt, in: member.zone)))\
      \(fact(
        "Envelope",
        """
        from \(message.envelopeFrom.isEmpty ? "nobody (<>)" : Wording.short(message.envelopeFrom)) \
        to \(Wording.short(message.recipients, 2_000))
        """))\
      \(fact("Size", HTML(text: Wording.size(message.size))))</dl>
      """
  }

  private func fact(_ name: String, _ value: HTML) -> HTML {
    "<div><dt>\(name)</dt><dd>\(value)</dd></div>"
  }

  private func addresses(_ field: [ParsedAddress]) -> String {
    let mailboxes = field.flatMap(\.mailboxes)
    let shown = mailboxes.prefix(Self.mostAddresses).map { mailbox in
      mailbox.name.isEmpty
        ? Wording.short(mailbox.address)
        : "\(Wording.short(mailbox.name)) <\(Wording.short(mailbox.address))>"
    }.joined(separator: ", ")
    let more = mailboxes.count - Self.mostAddresses
    return more > 0 ? "\(shown) and \(Wording.count(more)) more" : shown
  }

  private var tabs: HTML {
    let files = parsed.attachments.count
    return """
      <nav class="tabs" aria-label="Ways to see the message"><ul role="list">\
      \(HTML.each(View.allCases) { choice in
        """
        <li><a href="\(letter.address)?view=\(choice.rawValue)"\
        \(HTML.when(choice == view, " aria-current=\"page\""))>\(choice.label)\
        \(HTML.when(
          choice == .attachments && files > 0,
          " <span class=\"count num\">\(Wording.count(files))</span>"))</a></li>
        """
      })</ul></nav>
      """
  }

  private var content: HTML {
    switch view {
    case .html: html
    case .text: text
    case .headers: headers
    case .source: source
    case .attachments: attachments
    }
  }

  private var html: HTML {
    guard parsed.html != nil else { return nothing("This message has no HTML.") }
    return """
      \(MailFrame.html("\(letter.address)/html"))\
      <p class="muted">Shown without scripts. Pictures on other servers are not loaded, and links do \
      not work here.</p>
      """
  }

  private var text: HTML {
    guard let text = parsed.plainText?.text else {
      return nothing("This message has no plain text.")
    }
    let octets = Array(text.text.utf8)
    return """
      <pre class="mail-text" tabindex="0" aria-label="The message as text">\
      \(bytes: octets.prefix(Self.mostShown))</pre>\(cut(octets.count))\
      \(text.unknownCharset.map {
        "<p class=\"muted\">Its character set, \($0), is not known; some letters may be wrong.</p>"
          as HTML
      })
      """
  }

  private var headers: HTML {
    let fields = parsed.fields
    let shown = fields.prefix(Self.mostFields)
    let raw = shown.map(\.raw).joined(separator: [0x0A])
    return """
      <dl class="facts">\(HTML.each(shown) {
        fact(Wording.short($0.name, 100), HTML(text: Wording.short($0.text, 4_000)))
      })</dl>\
      \(HTML.when(
        fields.count > shown.count,
        "<p class=\"muted\">\(Wording.count(fields.count - shown.count)) more are in the source.</p>"))\
      <details class="more"><summary>As they were written</summary>\
      <pre class="source" tabindex="0" aria-label="The header as it was written"><code>\
      \(bytes: Array(raw.prefix(Self.mostShown)))</code></pre></details>
      """
  }

  private var source: HTML {
    """
    <pre class="source" tabindex="0" aria-label="Source of the message"><code>\
    \(bytes: letter.content.prefix(Self.mostShown))</code></pre>\(cut(letter.content.count))
    """
  }

  private var attachments: HTML {
    let assets = member.site.assets
    let files = parsed.attachments
    guard !files.isEmpty else { return nothing("Nothing is attached.") }
    return """
      <ul class="files" role="list">\(HTML.each(files.enumerated()) { index, file in
        """
        <li><a class="file" href="\(letter.address)/attachments/\(index + 1)" download>\
        \(Icon.attachment.html(assets)) \(file.fileName) \
        <small>\(Wording.short(file.type, 80)), \(Wording.size(file.content.count))</small></a></li>
        """
      })</ul><p class="muted">Files of strangers may do harm: look before you open them.</p>
      """
  }

  private func nothing(_ sentence: String) -> HTML { "<p class=\"empty-line\">\(sentence)</p>" }

  /// Says so when not all was shown.
  private func cut(_ octets: Int) -> HTML {
    HTML.when(
      octets > Self.mostShown,
      """
      <p class="muted">Only the first \(Wording.size(Self.mostShown)) of \
      \(Wording.size(octets)) are shown. Download the message to see all of it.</p>
      """)
  }
}
