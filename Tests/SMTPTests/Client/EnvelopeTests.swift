import Testing

@testable import SMTP

/// What MAIL and RCPT say, and what need not be asked (E10, E11, E13; F23, F24).
@Suite struct EnvelopeTests {
  private static func capabilities(_ lines: String...) -> Capabilities {
    Capabilities(ehlo: Reply(code: 250, text: Array("x\n\(lines.joined(separator: "\n"))".utf8)))
  }

  private static func envelope(
    sender: String = "a@x", size: Int = 10, _ needs8Bit: Bool, _ needsUTF8: Bool
  ) -> Envelope {
    Envelope(
      sender: Array(sender.utf8), recipient: Array("b@y".utf8), size: size,
      needs8BitMIME: needs8Bit, needsSMTPUTF8: needsUTF8)
  }

  private static func mail(_ envelope: Envelope, _ capabilities: Capabilities) -> String {
    var output: [UInt8] = []
    envelope.appendMail(to: &output, for: capabilities)
    return String(decoding: output, as: UTF8.self)
  }

  @Test func `parameters are said only when they are offered`() {
    let all = Self.envelope(true, true)
    #expect(Self.mail(all, Capabilities()) == "MAIL FROM:<a@x>\r\n")
    #expect(Self.mail(all, Self.capabilities("SIZE")) == "MAIL FROM:<a@x> SIZE=10\r\n")
    #expect(Self.mail(all, Self.capabilities("8BITMIME")) == "MAIL FROM:<a@x> BODY=8BITMIME\r\n")
    #expect(Self.mail(all, Self.capabilities("SMTPUTF8")) == "MAIL FROM:<a@x> SMTPUTF8\r\n")
    #expect(
      Self.mail(all, Self.capabilities("SMTPUTF8", "SIZE 9", "8BITMIME"))
        == "MAIL FROM:<a@x> SIZE=10 BODY=8BITMIME SMTPUTF8\r\n")
  }

  @Test func `parameters are said only when they are needed`() {
    let offered = Self.capabilities("SMTPUTF8", "8BITMIME")
    #expect(Self.mail(Self.envelope(false, false), offered) == "MAIL FROM:<a@x>\r\n")
    #expect(Self.mail(Self.envelope(sender: "", false, false), offered) == "MAIL FROM:<>\r\n")
  }

  @Test func `the recipient is said as it is`() {
    var output: [UInt8] = []
    Self.envelope(false, false).appendRecipient(to: &output, for: Self.capabilities("DSN"))
    #expect(output == Array("RCPT TO:<b@y>\r\n".utf8))
  }

  @Test(arguments: [
    ("SIZE 10", 10, nil), ("SIZE 9", 10, "5.3.4"), ("SIZE 0", 10, nil), ("SIZE", 10, nil),
    ("DSN", 1_000_000_000, nil), ("SIZE -1", 10, nil), ("SIZE 9", Int.max, "5.3.4"),
  ])
  func `a message too big is refused here`(line: String, size: Int, code: String?) {
    let refusal = Self.envelope(size: size, false, false).refusal(by: Self.capabilities(line))
    #expect(refusal?.enhanced?.description == code)
    #expect(refusal?.severity ?? .permanent == .permanent)
  }

  @Test func `an international address is refused here by a server that takes none`() {
    let international = Self.envelope(false, true)
    #expect(international.refusal(by: Capabilities())?.line.hasPrefix("553 5.6.7 ") == true)
    #expect(international.refusal(by: Self.capabilities("SMTPUTF8")) == nil)
    let named = Envelope(sender: Array("a@x".utf8), recipient: Array("ü@y".utf8), size: 1)
    #expect(named.refusal(by: Capabilities())?.enhanced?.description == "5.6.7")
  }

  @Test func `text that is not encoded is refused here by a server that takes none`() {
    let text = Self.envelope(true, false)
    #expect(text.refusal(by: Capabilities())?.line.hasPrefix("554 5.6.3 ") == true)
    #expect(text.refusal(by: Self.capabilities("8BITMIME")) == nil)
    #expect(text.refusal(by: Self.capabilities("SMTPUTF8")) == nil)
  }

  @Test(arguments: ["b@y\r\nDATA", "b@y\n", "b\0@y", "b\u{7F}@y", "\t@y"])
  func `an address with control characters never reaches a server`(address: String) {
    for (sender, recipient) in [("a@x", address), (address, "b@y")] {
      let envelope = Envelope(
        sender: Array(sender.utf8), recipient: Array(recipient.utf8), size: 1)
      #expect(envelope.refusal(by: Capabilities())?.enhanced?.description == "5.1.3")
    }
  }
}
