import Octets

/// Reads From, To and their like: mailboxes, groups, comments and quotation marks, broken or not
/// (RFC 5322 §3.4 and §4.4).
struct AddressListReader {
  /// More mailboxes are left out.
  static let mostMailboxes = 10_000

  private let bytes: [UInt8]
  private var at = 0
  private var found: [ParsedAddress] = []
  private var count = 0
  private var group: (name: String, mailboxes: [ParsedMailbox])?
  private var entry = Entry()

  /// Reads an unfolded value.
  static func read(_ value: [UInt8]) -> [ParsedAddress] {
    var reader = AddressListReader(bytes: value)
    return reader.read()
  }

  private init(bytes: [UInt8]) { self.bytes = bytes }

  /// What was read of one mailbox.
  private struct Entry {
    /// The words in order; what @ and dots join is one word.
    var words: [[UInt8]] = []
    /// Whether the next word belongs to the last.
    var isJoined = false
    /// Whether the last word ended where white space stood.
    var isAfterSpace = true
    /// The words as a name, without quotation marks.
    var phrase: [UInt8] = []
    var comment: [UInt8] = []
    var angle: [UInt8]?

    /// Adds a piece; `written` is how an address has it, `shown` how a name has it.
    mutating func append(_ written: ArraySlice<UInt8>, shown: ArraySlice<UInt8>) {
      let begins = written.first == ASCII.at || written.first == ASCII.dot
      let isNew = words.isEmpty || isAfterSpace && !isJoined && !begins
      if isNew { words.append(Array(written)) } else { words[words.count - 1] += written }
      if isAfterSpace, !phrase.isEmpty { phrase.append(ASCII.space) }
      phrase += shown
      isJoined = written.last == ASCII.at || written.last == ASCII.dot
      isAfterSpace = false
    }

    func mailbox() -> ParsedMailbox? {
      if let angle {
        let name = phrase.isEmpty ? comment : phrase
        return Entry.mailbox(name: name, address: angle)
      }
      guard !words.isEmpty else { return nil }
      let holder = words.lastIndex { $0.contains(ASCII.at) }
      guard let holder = holder ?? (words.count == 1 ? 0 : nil) else {
        return Entry.mailbox(name: phrase, address: [])
      }
      guard words.count > 1 else { return Entry.mailbox(name: comment, address: words[holder]) }
      let others = words.indices.filter { $0 != holder }.map { words[$0] }
      return Entry.mailbox(
        name: Array(others.joined(separator: [ASCII.space])), address: words[holder])
    }

    private static func mailbox(name: [UInt8], address: [UInt8]) -> ParsedMailbox {
      let text = HeaderText(sanitising: address).description
      return ParsedMailbox(name: EncodedWordReader.read(name).text, address: text)
    }
  }

  private mutating func read() -> [ParsedAddress] {
    while at < bytes.count, count < AddressListReader.mostMailboxes {
      let octet = bytes[at]
      switch octet {
      case ASCII.comma: endEntry()
      case ASCII.semicolon: endGroup()
      case ASCII.colon where group == nil && entry.angle == nil && !entry.words.isEmpty:
        group = (EncodedWordReader.read(entry.phrase).text, [])
        entry = Entry()
      case UInt8(ascii: "<"):
        at += 1
        readAngle()
        continue
      case UInt8(ascii: "("):
        let comment = readComment()
        if entry.comment.isEmpty { entry.comment = comment }
        entry.isAfterSpace = true
        continue
      case ASCII.quote:
        let start = at
        let content = readQuoted()
        entry.append(bytes[start..<at], shown: content[...])
        continue
      case UInt8(ascii: "["):
        let start = at
        while at < bytes.count, bytes[at] != UInt8(ascii: "]"), bytes[at] != ASCII.comma { at += 1 }
        if at < bytes.count, bytes[at] == UInt8(ascii: "]") { at += 1 }
        entry.append(bytes[start..<at], shown: bytes[start..<at])
        continue
      case _ where octet.isASCIIWhitespace: entry.isAfterSpace = true
      case UInt8(ascii: ">"): break
      default:
        readWord()
        continue
      }
      at += 1
    }
    endGroup()
    return found
  }

  private mutating func endEntry() {
    defer { entry = Entry() }
    guard let mailbox = entry.mailbox() else { return }
    count += 1
    if group == nil { found.append(.mailbox(mailbox)) } else { group?.mailboxes.append(mailbox) }
  }

  private mutating func endGroup() {
    endEntry()
    if let group { found.append(.group(name: group.name, group.mailboxes)) }
    group = nil
  }

  private static let specials = OctetSet(",;:<>()\"[")

  private mutating func readWord() {
    let start = at
    // A special that has no meaning here, such as a stray `)`, begins a word like any other.
    at += 1
    while at < bytes.count, !bytes[at].isASCIIWhitespace,
      !AddressListReader.specials.contains(bytes[at])
    { at += 1 }
    entry.append(bytes[start..<at], shown: bytes[start..<at])
  }

  /// Takes a quoted string; what it holds, without backslashes.
  private mutating func readQuoted() -> [UInt8] {
    at += 1
    var content: [UInt8] = []
    while at < bytes.count, bytes[at] != ASCII.quote {
      if bytes[at] == ASCII.backslash, at + 1 < bytes.count { at += 1 }
      content.append(bytes[at])
      at += 1
    }
    at = min(at + 1, bytes.count)
    return content
  }

  /// Takes a comment with those inside it.
  private mutating func readComment() -> [UInt8] {
    at += 1
    var content: [UInt8] = []
    var depth = 1
    while at < bytes.count {
      var octet = bytes[at]
      at += 1
      if octet == UInt8(ascii: "(") { depth += 1 }
      if octet == UInt8(ascii: ")") {
        depth -= 1
        if depth == 0 { break }
      }
      if octet == ASCII.backslash, at < bytes.count {
        octet = bytes[at]
        at += 1
      }
      content.append(octet)
    }
    return Array(content.trimmingASCIIWhitespace)
  }

  /// Takes what stands between angle brackets, a route left out.
  private mutating func readAngle() {
    var address: [UInt8] = []
    reading: while at < bytes.count {
      let octet = bytes[at]
      switch octet {
      case UInt8(ascii: ">"):
        at += 1
        break reading
      case ASCII.quote:
        let start = at
        _ = readQuoted()
        address += bytes[start..<at]
        continue
      case UInt8(ascii: "("):
        _ = readComment()
        continue
      case ASCII.colon where address.first == ASCII.at: address = []
      case ASCII.comma where address.first != ASCII.at: break reading
      case _ where octet.isASCIIWhitespace: break
      default: address.append(octet)
      }
      at += 1
    }
    if entry.angle?.isEmpty != false { entry.angle = address }
    entry.isAfterSpace = true
  }
}
