import Foundation
import MIME
import Octets
import TestSupport
import Testing

@Suite(.enabled(if: PythonReader.isHere, "python3 is not here"))
struct PythonReadingTests {
  /// One text in every place a message has for it.
  private func message(
    with text: HeaderText, number: Int, body: [UInt8]
  ) throws -> (OutgoingMessage, MIME.Attachment) {
    let ada = try EmailAddress("ada@bücher.example")
    let file = MIME.Attachment(content: body, fileName: text.description)
    let frame = try MessageFrame(
      from: Mailbox(name: text, address: ada),
      replyTo: Mailbox(name: text, address: ada),
      headers: [HeaderField(HeaderName("X-Text"), text: text)],
      attachments: [file], boundarySeed: UInt64(number))
    let content = MessageContent(
      to: Mailbox(name: text, address: try EmailAddress("\"grace hopper\"@y.org")), subject: text,
      date: Timestamp(seconds: 1_763_631_000),
      messageID: MessageID(unique: Array("\(number)".utf8), sender: ada), text: body,
      html: Array("<p>".utf8) + body,
      headers: [
        try HeaderField(.listUnsubscribe, structured: HeaderText("<https://x.org/u/\(number)>"))
      ])
    return (frame.build(content), file)
  }

  private func check(_ texts: [HeaderText]) throws {
    let bodies = texts.enumerated().map { index, text in
      // Bodies with line endings already right, so that what comes back is what went in.
      Array(
        [[0x3E], text.bytes, Array(" \r\n.\r\n".utf8), text.bytes, [13, 10]][..<(2 + index % 4)]
          .joined())
    }
    let built = try zip(texts, bodies).enumerated().map { index, pair in
      try message(with: pair.0, number: index, body: pair.1)
    }
    let readings = try PythonReader.read(built.map(\.0.bytes))
    try #require(readings.count == texts.count)
    for (index, reading) in readings.enumerated() {
      let text = texts[index].description
      let body = Data(bodies[index]).base64EncodedString()
      #expect(same(reading.subject, text))
      #expect(same(reading.fromName, text))
      #expect(same(reading.toName, text))
      #expect(same(reading.fromLetters, withoutSpace(text)))
      #expect(reading.fromAddress == "ada@xn--bcher-kva.example")
      #expect(reading.toAddress == "\"grace hopper\"@y.org")
      let name = built[index].1.fileName.description
      #expect(reading.fileNames.count == 1 && reading.partNames.count == 1)
      #expect(same(reading.fileNames[0], name), "\(reading.fileNames) of \(name)")
      let isASCII = reading.partNames[0].allSatisfy(\.isASCII)
      #expect(isASCII)
      #expect(reading.contents == [body])
      #expect(reading.text == body)
      #expect(reading.html == Data(Array("<p>".utf8) + bodies[index]).base64EncodedString())
      #expect(reading.date == "2025-11-20T09:30:00+00:00")
      #expect(reading.defects == [])
      #expect(
        Array(reading.types.prefix(4))
          == ["multipart/mixed", "multipart/alternative", "text/plain", "text/html"])
      #expect(reading.headerCounts.values.allSatisfy { $0 == 1 }, "\(reading.headerCounts)")
      #expect(
        Set(reading.headerCounts.keys) == [
          "From", "Reply-To", "To", "Subject", "Date", "Message-ID", "MIME-Version", "X-Text",
          "List-Unsubscribe", "Content-Type",
        ])
      #expect(reading.longestLine <= 998)
      #expect(reading.bareLineEndings == 0)
    }
  }

  /// Octet for octet, which `==` of strings is not.
  private func same(_ one: String, _ other: String) -> Bool { Array(one.utf8) == Array(other.utf8) }

  private func withoutSpace(_ text: String) -> String {
    var kept = String.UnicodeScalarView()
    // U+001C to U+001F are white space to Python too, but no header text holds them.
    kept.append(contentsOf: text.unicodeScalars.filter { !$0.properties.isWhitespace })
    return String(kept)
  }

  @Test(.enabled(if: Corpora.folder != nil, "the corpora are not here"))
  func `naughty strings come back from every place as they went in, or are refused`() throws {
    let file = try #require(Corpora.bytes("naughty-strings/blns.json"))
    let strings = try JSONDecoder().decode([String].self, from: Data(file))
    #expect(strings.count == 515)
    var texts: [HeaderText] = []
    for string in strings {
      let hasControl = string.unicodeScalars.contains {
        [.control, .lineSeparator, .paragraphSeparator].contains($0.properties.generalCategory)
      }
      #expect((try? HeaderText(string)) == nil ? hasControl : !hasControl)
      let text = HeaderText(sanitising: string)
      #expect(hasControl || same(text.description, string))
      texts.append(text)
    }
    try check(texts)
  }

  @Test func `random text comes back from every place as it went in`() throws {
    var random = SeededRandom(seed: 2_231)
    try check((0..<300).map { _ in try HeaderText(random.headerText(longest: 200)) })
  }
}
