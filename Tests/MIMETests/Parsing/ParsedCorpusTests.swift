import Foundation
import MIME
import Octets
import TestSupport
import Testing

@Suite(
  .enabled(if: Corpora.folder != nil, "the corpora are not here"),
  .enabled(if: PythonReader.isHere, "python3 is not here"))
struct ParsedCorpusTests {
  private func files() throws -> [String] {
    let folder = try #require(Corpora.folder)
    let manager = FileManager.default
    return try ["mime-python", "bounces/maildir/bsd"].flatMap { corpus in
      try manager.contentsOfDirectory(atPath: "\(folder)/\(corpus)").sorted().filter {
        $0.hasPrefix("msg_") || $0.hasSuffix(".eml")
      }.map { "\(folder)/\(corpus)/\($0)" }
    }
  }

  private func oneSpace(_ text: String) -> String {
    text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
  }

  @Test func `messages of strangers read as Python reads them`() throws {
    let files = try files()
    try #require(files.count > 340)
    let readings = try PythonParser.read(files)
    try #require(readings.count == files.count)
    for (path, reading) in zip(files, readings) {
      let name = path.split(separator: "/").last.map(String.init) ?? path
      let bytes = try [UInt8](Data(contentsOf: URL(fileURLWithPath: path)))
      let message = ParsedMessage(parsing: bytes)
      compare(message, with: reading, name)
    }
  }

  /// Files that we read in another way than Python on purpose, and why.
  private static let accepted = [
    "msg_15.txt": "inner and outer boundary are the same: we nest, Python ends both",
    "msg_39.txt": "inner and outer boundary are the same: we nest, Python ends both",
    "lhost-office365-08.eml": "white space behind a soft line break is left out, Python keeps both",
    "lhost-x1-02.eml": "a semicolon is missing, and Python's type has a line ending in it",
    "rfc3464-10.eml": "the comment behind the angle brackets is a name to us",
  ]

  private func compare(
    _ message: ParsedMessage, with reading: PythonParser.Reading, _ file: String
  ) {
    let isAccepted = ParsedCorpusTests.accepted[file] != nil
    let found = message.parts.map { "\($0.depth) \($0.type)" }
    let from = message.from.flatMap(\.mailboxes).first
    if !isAccepted {
      #expect(found == reading.parts.map { "\($0.depth) \($0.type)" }, "\(file)")
      #expect(from?.name ?? "" == reading.fromName, "\(file)")
    }
    #expect(from?.address ?? "" == reading.fromAddress, "\(file)")
    if let subject = reading.subject {
      #expect(oneSpace(message.subject?.text ?? "") == subject, "\(file)")
    }
    if let date = reading.date { #expect(message.date?.seconds == Int64(date), "\(file)") }
    guard !isAccepted, found.count == reading.parts.count else { return }
    // Where a last boundary is missing, Python takes the last line ending of the file for its own.
    let isOpen = message.defects.contains(.boundaryNotClosed)
    for (part, other) in zip(message.parts, reading.parts) {
      // A multipart without parts: Python leaves out what looks like a boundary.
      guard let content = other.content, !part.type.hasPrefix("multipart/") else { continue }
      func fitted(_ octets: [UInt8]) -> [UInt8] {
        // White space before a line ending is not part of quoted-printable (RFC 2045 §6.7 rule 3),
        // but Python keeps it.
        var octets = part.encoding == .quotedPrintable ? withoutTrailingSpace(octets) : octets
        // Text that is called base64 loses its last line ending in Python.
        let isOpen = isOpen || part.defects.contains(.malformedBase64)
        while isOpen, octets.last == 10 || octets.last == 13 { octets.removeLast() }
        return octets
      }
      let expected = Data(base64Encoded: content).map { [UInt8]($0) } ?? []
      #expect(fitted(Array(part.content)) == fitted(expected), "\(file) \(part.type)")
      // Octets that ISO 8859-1 does not have are Windows-1252 to us.
      let hasC1 = part.content.contains { 0x80..<0xA0 ~= $0 } && part.charset != "utf-8"
      if let text = other.text, let ours = part.text?.text, !hasC1 {
        #expect(fitted(Array(ours.utf8)) == fitted(Array(text.utf8)), "\(file) \(part.type)")
      }
    }
  }

  private func withoutTrailingSpace(_ octets: [UInt8]) -> [UInt8] {
    var kept: [UInt8] = []
    for octet in octets {
      if octet == 10 { while kept.last == 32 || kept.last == 9 { kept.removeLast() } }
      kept.append(octet)
    }
    return kept
  }
}
