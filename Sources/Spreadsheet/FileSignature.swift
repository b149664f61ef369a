import Octets

/// The kinds of file that are handed in where a CSV file is asked for, known by their first octets.
public enum FileSignature: String, Sendable, CaseIterable {
  case xlsx, xls, ods, zip, gzip, pdf, image, html, json, rtf, vcard, sqlite, utf16WithoutMark
  case binary

  /// With its article, as in "an Excel workbook (XLSX)".
  public var name: String {
    switch self {
    case .xlsx: "an Excel workbook (XLSX)"
    case .xls: "an old Office file such as an Excel workbook (XLS)"
    case .ods: "an OpenDocument spreadsheet (ODS)"
    case .zip: "a ZIP archive"
    case .gzip: "a gzip archive"
    case .pdf: "a PDF document"
    case .image: "an image"
    case .html: "a web page (HTML)"
    case .json: "a JSON file"
    case .rtf: "a rich-text document (RTF)"
    case .vcard: "a vCard file"
    case .sqlite: "a SQLite database"
    case .utf16WithoutMark: "UTF-16 text without a byte order mark"
    case .binary: "a binary file"
    }
  }

  public var advice: String {
    switch self {
    case .xlsx, .xls, .ods: "Save it as CSV (UTF-8) from its spreadsheet program and use that."
    case .zip, .gzip: "Unpack it and use the CSV file inside."
    case .utf16WithoutMark: "Save it as CSV (UTF-8) and use that."
    case .vcard: "Export the contacts as CSV and use that."
    case .pdf, .image, .html, .json, .rtf, .sqlite, .binary:
      "Contacts are read from CSV files: export them as CSV (UTF-8) and use that."
    }
  }

  /// What the first octets of a file are, `nil` when they may be text with columns.
  static func recognise(_ head: [UInt8]) -> FileSignature? {
    for (magic, kind) in magics where head.starts(with: magic) {
      return kind == .zip ? archive(head) : kind
    }
    if head.starts(with: [0xFF, 0xFE]) || head.starts(with: [0xFE, 0xFF]) { return nil }
    return markup(head) ?? control(head)
  }

  private static let magics: [(magic: [UInt8], kind: FileSignature)] = [
    ([0x50, 0x4B, 0x03, 0x04], .zip), ([0x50, 0x4B, 0x05, 0x06], .zip),
    ([0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1], .xls),
    ([0x1F, 0x8B], .gzip),
    (Array("%PDF-".utf8), .pdf),
    ([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A], .image),
    ([0xFF, 0xD8, 0xFF], .image), (Array("GIF8".utf8), .image),
    (Array("{\\rtf".utf8), .rtf),
    (Array("BEGIN:VCARD".utf8), .vcard),
    (Array("SQLite format 3\0".utf8), .sqlite),
  ]

  /// The names of an archive's first entries stand uncompressed near its beginning.
  private static func archive(_ head: [UInt8]) -> FileSignature {
    let names = String(decoding: head.prefix(8_192), as: UTF8.self)
    if names.contains("oasis.opendocument") { return .ods }
    return names.contains("[Content_Types].xml") || names.contains("xl/") ? .xlsx : .zip
  }

  private static func markup(_ head: [UInt8]) -> FileSignature? {
    let text = head.prefix(256).drop { $0.isASCIIWhitespace || [0xEF, 0xBB, 0xBF].contains($0) }
    if text.prefix(9).equalsIgnoringASCIICase("<!doctype") { return .html }
    if text.prefix(5).equalsIgnoringASCIICase("<html") { return .html }
    guard let second = text.dropFirst().first(where: { !$0.isASCIIWhitespace }) else { return nil }
    return switch (text.first, second) {
    case (UInt8(ascii: "{"), ASCII.quote), (UInt8(ascii: "["), UInt8(ascii: "{")): .json
    default: nil
    }
  }

  /// Counts the octets that no text has, in the first 4 KiB.
  private static func control(_ head: [UInt8]) -> FileSignature? {
    let sample = head.prefix(4_096)
    var zeros = [0, 0]
    var controls = 0
    for (index, octet) in sample.enumerated() where octet < 0x20 {
      if octet == 0 {
        zeros[index & 1] += 1
      } else if !octet.isASCIIWhitespace && octet != 0x1A && octet != 0x1B {
        controls += 1
      }
    }
    // Latin text in UTF-16 has a zero in nearly every other place.
    let isOneSided = zeros.contains { $0 * 20 < sample.count }
    if isOneSided, zeros[0] + zeros[1] > sample.count * 3 / 10 {
      return controls * 20 < sample.count ? .utf16WithoutMark : .binary
    }
    let all = controls + zeros[0] + zeros[1]
    return all > 3 && all * 10 > sample.count ? .binary : nil
  }
}
