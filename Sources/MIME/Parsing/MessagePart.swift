import Octets

/// One part of a received message: the message itself, a multipart, a text, a file.
public struct MessagePart: Sendable {
  /// The index of the part that holds this one; `nil` for the message itself.
  public let parent: Int?
  /// How many parts hold this one.
  public let depth: Int
  /// The indexes of the parts inside, in order.
  public internal(set) var children: [Int] = []
  public internal(set) var fields: [ParsedField] = []
  public internal(set) var defects: [MessageDefect] = []
  /// As in `text/plain`, in lower case.
  public private(set) var type = "text/plain"
  public private(set) var contentType: FieldParameters?
  public private(set) var disposition: FieldParameters?
  public private(set) var encoding = BodyEncoding.identity
  /// What follows the header, as it came.
  public internal(set) var body: ArraySlice<UInt8> = []
  /// The body with its transfer encoding undone.
  public private(set) var content: ArraySlice<UInt8> = []

  init(parent: Int?, depth: Int) {
    self.parent = parent
    self.depth = depth
  }

  public var isMultipart: Bool { type.hasPrefix("multipart/") && !children.isEmpty }
  public var isText: Bool { type.hasPrefix("text/") }
  /// Whether the content is a message of its own.
  public var isMessage: Bool { type == "message/rfc822" || type == "message/global" }
  /// Whether the sender wants the content to be kept rather than shown.
  public var isAttachment: Bool { disposition?.value == "attachment" }

  /// By which the HTML of the message names this part, without angle brackets (RFC 2392).
  public var contentID: String? {
    guard let field = fields.first(named: "Content-ID") else { return nil }
    let value = field.unfolded
    let inside = value.first == UInt8(ascii: "<") ? value.dropFirst() : value[...]
    let id = inside.prefix { $0 != UInt8(ascii: ">") }
    return id.isEmpty ? nil : HeaderText(sanitising: Array(id)).description
  }

  /// The name that the sender gave the content, as it came; never to be used as a path.
  public var givenFileName: String? {
    disposition?["filename"] ?? contentType?["name"]
  }

  /// A name under which the content may be kept: one component, never hidden, never empty.
  public var fileName: String {
    givenFileName.flatMap(SafeFileName.make) ?? (isMessage ? "message.eml" : "attachment")
  }

  /// The charset that the content type names.
  public var charset: String? { contentType?["charset"] }

  /// The content as text, its line endings as they came; `nil` for what is no text.
  public var text: DecodedText? {
    guard isText || isUndividedMultipart else { return nil }
    return DecodedText(content, label: isText ? charset : nil)
  }

  /// Whether this was to be a multipart, but no parts were found.
  var isUndividedMultipart: Bool { type.hasPrefix("multipart/") && children.isEmpty }

  /// The groups of fields of a report, such as a delivery status: first those of the message, then
  /// those of each recipient (RFC 3464 §2.1); empty for what is no report.
  public var reportFields: [[ParsedField]] {
    guard MessagePart.reports.contains(type) else { return [] }
    var groups: [[ParsedField]] = []
    var lines = MessageLines(content)
    let source = lines.source
    var room = ParsedMessage.mostFields
    var scanner = FieldScanner(source, room: room)
    func end(_ scanner: inout FieldScanner) {
      if !scanner.fields.isEmpty { groups.append(scanner.fields) }
      room -= scanner.fields.count
      scanner = FieldScanner(source, room: room)
    }
    while let line = lines.next() {
      if case .emptyLine = scanner.take(line) { end(&scanner) }
    }
    scanner.finish(at: source.count)
    end(&scanner)
    return groups
  }

  private static let reports: Set<String> = [
    "message/delivery-status", "message/global-delivery-status", "message/feedback-report",
    "message/disposition-notification", "message/global-disposition-notification",
  ]
}

extension MessagePart {
  /// Reads what the header says about the body.
  mutating func readHeader(defaultType: String) {
    type = defaultType
    if let field = fields.first(named: "Content-Type") {
      let parameters = FieldParameters(field.unfolded)
      contentType = parameters
      let pieces = parameters.value.utf8.split(
        separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
      let isType =
        pieces.count == 2 && parameters.value.utf8.count <= 200
        && pieces.allSatisfy { !$0.isEmpty && $0.allSatisfy(OctetSet.token.contains) }
      if isType { type = parameters.value } else { note(.invalidContentType) }
      if !isType { type = "text/plain" }
    }
    if let field = fields.first(named: "Content-Disposition") {
      disposition = FieldParameters(field.unfolded)
    }
    if let field = fields.first(named: "Content-Transfer-Encoding") {
      let value = field.unfolded
      if let known = BodyEncoding(value) {
        encoding = known
      } else {
        let name = HeaderText(sanitising: Array(value.prefix(60))).description
        note(.unknownTransferEncoding(name))
      }
    }
    if type.hasPrefix("multipart/"), encoding != .identity {
      note(.encodedMultipart)
      encoding = .identity
    }
    if isText, let charset, let unknown = DecodedText([], label: charset).unknownCharset {
      note(.unknownCharset(unknown))
    }
  }

  /// Undoes the transfer encoding.
  mutating func decodeBody() {
    let (decoded, defect) = encoding.decode(body)
    content = decoded
    if let defect { note(defect) }
  }

  /// Each defect counts once a part.
  mutating func note(_ defect: MessageDefect) {
    if !defects.contains(defect) { defects.append(defect) }
  }
}
