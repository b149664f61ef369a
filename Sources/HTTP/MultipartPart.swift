import Octets

/// The head of one part of a multipart form: which input it answers, and the file's name if any.
public struct MultipartPart: Sendable, Equatable {
  public let name: String
  /// The last part of the name the client gave, without control characters; `nil` for a plain
  /// input, empty when no file was chosen.
  public let fileName: String?
  public let fields: Fields

  public var contentType: String? { fields["Content-Type"] }

  /// - Returns: `nil` unless the fields hold a `Content-Disposition: form-data` with a name.
  init?(_ fields: Fields) {
    guard let disposition = fields["Content-Disposition"] else { return nil }
    var scanner = ParameterScanner(Array(disposition.utf8))
    guard scanner.takeWord().equalsIgnoringASCIICase("form-data") else { return nil }
    var name: String?
    var fileName: String?
    while let (key, value) = scanner.takeParameter() {
      if key.equalsIgnoringASCIICase("name") {
        name = name ?? String(decoding: value, as: UTF8.self)
      } else if key.equalsIgnoringASCIICase("filename") {
        fileName = fileName ?? Self.lastComponent(value)
      }
    }
    guard let name else { return nil }
    self.name = name
    self.fileName = fileName
    self.fields = fields
  }

  private static func lastComponent(_ octets: [UInt8]) -> String {
    let last =
      octets.split(
        omittingEmptySubsequences: false,
        whereSeparator: { $0 == UInt8(ascii: "/") || $0 == ASCII.backslash }
      ).last ?? []
    return String(decoding: last.filter { $0 >= ASCII.space && $0 != 0x7F }, as: UTF8.self)
  }
}

/// Reads `word; key=value; key="quoted value"`.
struct ParameterScanner {
  private let octets: [UInt8]
  private var at = 0

  init(_ octets: [UInt8]) { self.octets = octets }

  mutating func takeWord() -> [UInt8] {
    let start = at
    while at < octets.count, octets[at] != UInt8(ascii: ";") { at += 1 }
    return Array(octets[start..<at].trimmingASCIIWhitespace)
  }

  /// The next parameter, `nil` when there is none.
  mutating func takeParameter() -> (key: [UInt8], value: [UInt8])? {
    while at < octets.count, octets[at] == UInt8(ascii: ";") || octets[at].isASCIIWhitespace {
      at += 1
    }
    guard at < octets.count else { return nil }
    let start = at
    while at < octets.count, octets[at] != ASCII.equals, octets[at] != UInt8(ascii: ";") { at += 1 }
    let key = Array(octets[start..<at].trimmingASCIIWhitespace)
    guard at < octets.count, octets[at] == ASCII.equals else { return (key, []) }
    at += 1
    while at < octets.count, octets[at].isASCIIWhitespace { at += 1 }
    guard at < octets.count, octets[at] == ASCII.quote else { return (key, takeWord()) }
    return (key, takeQuoted())
  }

  /// A quoted value; only `\"` is an escape, because browsers send backslashes of paths as they
  /// are, and a quote, CR or LF of a name as `%22`, `%0D`, `%0A` (HTML §4.10.21.8).
  private mutating func takeQuoted() -> [UInt8] {
    at += 1
    var value: [UInt8] = []
    while at < octets.count, octets[at] != ASCII.quote {
      if octets[at] == ASCII.backslash, at + 1 < octets.count, octets[at + 1] == ASCII.quote {
        at += 1
      } else if octets[at...].starts(with: Array("%22".utf8)) {
        value.append(ASCII.quote)
        at += 3
        continue
      }
      value.append(octets[at])
      at += 1
    }
    _ = takeWord()
    return value
  }
}
