import MIME
import Octets
import Testing

struct ParsedRoundTripTests {
  @Test func `what the frame writes comes back`() throws {
    var random = SeededRandom(seed: 5_322)
    let ada = try EmailAddress("ada@bücher.example")
    for number in 0..<300 {
      let text = try HeaderText(random.headerText(longest: 120))
      let subject = try HeaderText(random.headerText(longest: 200))
      let body = Array("\(subject) \r\n=\u{E9}.\r\n--=_\r\nFrom \(text)\r\n".utf8)
      let html = Array("<p>".utf8) + body
      let file = MIME.Attachment(content: body, fileName: "ü \(number).pdf")
      let frame = try MessageFrame(
        from: Mailbox(name: text, address: ada), replyTo: Mailbox(address: ada),
        headers: [HeaderField(HeaderName("X-Text"), text: subject)],
        attachments: number.isMultiple(of: 2) ? [file, file] : [], boundarySeed: UInt64(number))
      let content = MessageContent(
        to: Mailbox(name: text, address: try EmailAddress("\"grace hopper\"@y.org")),
        subject: subject, date: Timestamp(seconds: 1_763_631_000 + Int64(number)),
        messageID: MessageID(unique: [UInt8(number % 256)], sender: ada),
        text: number.isMultiple(of: 3) ? nil : body, html: number.isMultiple(of: 5) ? nil : html)
      let message = ParsedMessage(parsing: frame.build(content).bytes)

      #expect(message.defects == [])
      #expect(same(message.subject?.text, subject.description))
      #expect(same(message.fields.first(named: "x-text")?.text, subject.description))
      let name = content.to.name?.description ?? ""
      for field in [message.from, message.to] {
        #expect(field.count == 1)
        #expect(same(field.first?.mailboxes.first?.name, name))
      }
      #expect(message.from.first?.mailboxes.first?.emailAddress == ada)
      #expect(message.replyTo.first?.mailboxes.first?.emailAddress == ada)
      #expect(message.to.first?.mailboxes.first?.emailAddress == content.to.address)
      #expect(message.date == content.date)
      #expect(message.messageID == content.messageID.description)
      if let text = content.text {
        #expect(message.plainText?.content.elementsEqual(text) == true)
        #expect(message.plainText?.text?.isDamaged == false)
      }
      if let html = content.html { #expect(message.html?.content.elementsEqual(html) == true) }
      let files = number.isMultiple(of: 2) ? 2 : 0
      #expect(message.attachments.count == files)
      for attachment in message.attachments {
        #expect(attachment.fileName == "ü \(number).pdf")
        #expect(attachment.content.elementsEqual(body))
      }
    }
  }

  /// Octet for octet, which `==` of strings is not; white space around a value is not part of it.
  private func same(_ one: String?, _ other: String) -> Bool {
    guard let one else { return false }
    return Array(one.utf8) == Array(other.utf8)
  }
}
