import Foundation
import MIME
import Octets
import Testing

struct MessageFrameTests {
  private static let seed: UInt64 = 0x0123_4567_89AB_CDEF
  private static let stem = "=_0123456789abcdef_"

  private func frame(
    headers: [HeaderField] = [], attachments: [MIME.Attachment] = []
  ) throws -> MessageFrame {
    try MessageFrame(
      from: Mailbox(name: HeaderText("Ada Lovelace"), address: EmailAddress("ada@x.org")),
      headers: headers, attachments: attachments, boundarySeed: MessageFrameTests.seed)
  }

  private func content(
    text: String? = nil, html: String? = nil, headers: [HeaderField] = []
  ) throws -> MessageContent {
    let grace = try EmailAddress("grace@y.org")
    return MessageContent(
      to: Mailbox(address: grace), subject: try HeaderText("Hello"),
      date: Timestamp(seconds: 1_763_631_000), messageID: MessageID(unique: [1, 2], sender: grace),
      text: text.map { Array($0.utf8) }, html: html.map { Array($0.utf8) }, headers: headers)
  }

  private static let header = """
    From: Ada Lovelace <ada@x.org>\r
    To: grace@y.org\r
    Subject: Hello\r
    Date: Thu, 20 Nov 2025 09:30:00 +0000\r
    Message-ID: <0102@y.org>\r
    MIME-Version: 1.0\r

    """

  @Test func `a text alone is the body`() throws {
    let message = try frame().build(content(text: "Hi\nGrace"))
    #expect(
      String(decoding: message.bytes, as: UTF8.self) == MessageFrameTests.header + """
        Content-Type: text/plain; charset=utf-8\r
        Content-Transfer-Encoding: 7bit\r
        \r
        Hi\r
        Grace\r

        """)
    #expect(message.bytes[..<message.traits.headerCount].suffix(8) == Array("7bit\r\n\r\n".utf8))
    #expect(message.shared.isEmpty && message.tail.isEmpty)
  }

  @Test func `text and HTML are alternatives, text first`() throws {
    let message = try frame().build(content(text: "Hi ü \n", html: "<p>Hi"))
    let boundary = MessageFrameTests.stem + "alternative"
    #expect(
      String(decoding: message.bytes, as: UTF8.self) == MessageFrameTests.header + """
        Content-Type: multipart/alternative;\r
         boundary="\(boundary)"\r
        \r
        --\(boundary)\r
        Content-Type: text/plain; charset=utf-8\r
        Content-Transfer-Encoding: quoted-printable\r
        \r
        Hi =C3=BC=20\r
        \r
        --\(boundary)\r
        Content-Type: text/html; charset=utf-8\r
        Content-Transfer-Encoding: 7bit\r
        \r
        <p>Hi\r
        --\(boundary)--\r

        """)
  }

  @Test func `attachments are shared, outermost, and the same array for every message`() throws {
    let pdf = MIME.Attachment(content: [1, 2, 3], fileName: "a.pdf")
    let note = MIME.Attachment(content: Array("ü".utf8), fileName: "n.txt")
    let frame = try frame(attachments: [pdf, note])
    let message = try frame.build(content(text: "Hi", html: "<p>Hi"))
    let boundary = MessageFrameTests.stem + "mixed"
    #expect(message.shared.count == 2)
    #expect(
      String(decoding: message.shared[0], as: UTF8.self) == """
        --\(boundary)\r
        Content-Type: application/pdf;\r
         name="a.pdf"\r
        Content-Disposition: attachment;\r
         filename="a.pdf"\r
        Content-Transfer-Encoding: base64\r
        \r
        AQID\r

        """)
    #expect(
      String(decoding: message.shared[1], as: UTF8.self).contains("text/plain; charset=utf-8;"))
    #expect(String(decoding: message.tail, as: UTF8.self) == "--\(boundary)--\r\n")
    #expect(message.head.suffix(2) == [13, 10])
    #expect(message.size == message.bytes.count)
    let other = try frame.build(content(text: "Another"))
    let isShared = message.shared[0].withUnsafeBufferPointer { one in
      other.shared[0].withUnsafeBufferPointer { one.baseAddress == $0.baseAddress }
    }
    #expect(isShared)
  }

  @Test func `a head goes into the caller's buffer as it is built alone`() throws {
    let frame = try frame(attachments: [MIME.Attachment(content: [1], fileName: "a")])
    let content = try content(text: "Hi", html: "<p>ü")
    let message = frame.build(content)
    var buffer = Array("before".utf8)
    let traits = frame.appendHead(of: content, to: &buffer)
    #expect(buffer == Array("before".utf8) + message.head)
    #expect(traits == message.traits)
    #expect(message.head[..<traits.headerCount].suffix(4) == Array("\r\n\r\n".utf8))
    #expect(!message.head[..<traits.headerCount].starts(with: Array("--".utf8)))
  }

  @Test func `a message's field takes the place of the frame's, and each stands once`() throws {
    let frame = try frame(headers: [
      HeaderField(HeaderName("X-Campaign"), text: HeaderText("7")),
      HeaderField(.precedence, text: HeaderText("bulk")),
    ])
    let own = [
      HeaderField(try HeaderName("x-campaign"), text: try HeaderText("8")),
      HeaderField(try HeaderName("X-CAMPAIGN"), text: try HeaderText("9")),
      try HeaderField(.listUnsubscribePost, structured: HeaderText("List-Unsubscribe=One-Click")),
    ]
    let message = String(decoding: frame.build(try content(headers: own)).bytes, as: UTF8.self)
    let names = message.components(separatedBy: "\r\n").filter { $0.contains(":") }
      .map { String($0.prefix { $0 != ":" }) }
    #expect(
      names == [
        "From", "To", "Subject", "Date", "Message-ID", "MIME-Version", "Precedence", "x-campaign",
        "List-Unsubscribe-Post", "Content-Type", "Content-Transfer-Encoding",
      ])
    #expect(message.contains("x-campaign: 8\r\n"))
    #expect(message.contains("List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"))
  }

  @Test func `a name given twice to a frame is refused`() throws {
    let field = HeaderField(.precedence, text: try HeaderText("bulk"))
    #expect(throws: HeaderError.repeatedName("Precedence")) {
      try frame(headers: [field, field])
    }
  }

  @Test func `only a local part beyond ASCII needs SMTPUTF8`() throws {
    let name = try HeaderText("Jörg")
    let plain = Mailbox(name: name, address: try EmailAddress("j@bücher.example"))
    let beyond = Mailbox(name: name, address: try EmailAddress("jörg@x.org"))
    var content = try content(text: "ü")
    content.subject = name
    content.to = plain
    let frame = try MessageFrame(from: plain, replyTo: plain, boundarySeed: 1)
    let message = frame.build(content)
    #expect(!message.needsSMTPUTF8 && !message.needs8BitMIME)
    #expect(message.bytes.allSatisfy { $0 < 0x80 })
    content.to = beyond
    #expect(frame.build(content).needsSMTPUTF8 && frame.build(content).needs8BitMIME)
    content.to = plain
    content.headers = [HeaderField(.sender, mailbox: beyond)]
    #expect(frame.build(content).needsSMTPUTF8)
    content.headers = []
    let replies = try MessageFrame(from: plain, replyTo: beyond, boundarySeed: 1)
    #expect(replies.build(content).needsSMTPUTF8)
  }

  @Test func `a body that holds the boundary cannot end the part`() throws {
    let boundary = "--" + MessageFrameTests.stem + "alternative--"
    let message = try frame().build(content(text: boundary, html: "a\r\n\(boundary)\r\nb"))
    let text = String(decoding: message.bytes, as: UTF8.self)
    #expect(text.components(separatedBy: boundary).count == 2)
    #expect(text.contains("--=3D_0123456789abcdef_alternative--"))
  }

  @Test func `a byte order mark is left out`() throws {
    let message = try frame().build(content(text: "\u{FEFF}Hi"))
    #expect(message.bytes.suffix(6) == Array("\r\nHi\r\n".utf8))
  }

  @Test(arguments: [
    ("a.pdf", "a.pdf", "application/pdf"), ("../../etc/passwd", "....etcpasswd", nil),
    (
      "C:\\x\\Y.DOCX", "C:xY.DOCX",
      "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    ),
    ("", "attachment", nil), ("..", "attachment", nil), ("/", "attachment", nil),
    ("a\r\nb\0.ics", "ab.ics", "text/calendar"), ("noextension", "noextension", nil),
    ("größe.CSV", "größe.CSV", "text/csv"), ("x.eml", "x.eml", nil),
    ("a\u{2028}.zip", "a.zip", "application/zip"),
  ])
  func `a file's name is made safe and its type guessed`(
    given: String, name: String, type: String?
  ) {
    let attachment = MIME.Attachment(content: [], fileName: given)
    #expect(attachment.fileName.description == name)
    #expect(attachment.contentType.name == type ?? "application/octet-stream")
  }

  @Test(arguments: [
    "text", "a/b/c", "a/", "text/x; y=z", "a/b\r\nX: y", "multipart/mixed", "message/rfc822", "é/x",
  ])
  func `a content type is refused`(text: String) {
    #expect(throws: HeaderError.invalidContentType(text)) { try ContentType(text) }
  }
}
