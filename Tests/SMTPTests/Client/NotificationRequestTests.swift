import Testing

@testable import SMTP

/// What is asked for about a message's fate (RFC 3461, RFC 6533; E21).
@Suite struct NotificationRequestTests {
  private static func lines(
    _ request: NotificationRequest, dsn: Bool = true
  ) -> (mail: String, recipient: String) {
    var capabilities = Capabilities()
    capabilities.hasDSN = dsn
    let envelope = Envelope(
      sender: Array("a@x".utf8), recipient: Array("b@y".utf8), size: 1, notification: request)
    var mail: [UInt8] = []
    var recipient: [UInt8] = []
    envelope.appendMail(to: &mail, for: capabilities)
    envelope.appendRecipient(to: &recipient, for: capabilities)
    return (String(decoding: mail, as: UTF8.self), String(decoding: recipient, as: UTF8.self))
  }

  @Test func `everything is asked for`() {
    let (mail, recipient) = Self.lines(
      NotificationRequest(
        events: [.success, .failure, .delay], extent: .headers,
        identifier: Array("QQ 314=159+".utf8),
        originalRecipient: Array("Bob+tag=1@y.example".utf8)))
    #expect(mail == "MAIL FROM:<a@x> RET=HDRS ENVID=QQ+20314+3D159+2B\r\n")
    #expect(
      recipient
        == "RCPT TO:<b@y> NOTIFY=SUCCESS,FAILURE,DELAY ORCPT=rfc822;Bob+2Btag+3D1@y.example\r\n")
  }

  @Test func `never, and the whole message`() {
    let (mail, recipient) = Self.lines(NotificationRequest(events: [], extent: .whole))
    #expect(mail == "MAIL FROM:<a@x> RET=FULL\r\n")
    #expect(recipient == "RCPT TO:<b@y> NOTIFY=NEVER\r\n")
  }

  @Test func `nothing is asked of a server that does not offer it`() {
    let (mail, recipient) = Self.lines(
      NotificationRequest(events: [], extent: .whole, identifier: [0x41]), dsn: false)
    #expect(mail == "MAIL FROM:<a@x>\r\n")
    #expect(recipient == "RCPT TO:<b@y>\r\n")
  }

  @Test func `an address beyond ASCII has an escape of its own`() {
    let (_, recipient) = Self.lines(
      NotificationRequest(originalRecipient: Array("jörg+a\\b=🐦@y".utf8)))
    #expect(
      recipient == "RCPT TO:<b@y> ORCPT=utf-8;j\\x{F6}rg\\x{2B}a\\x{5C}b\\x{3D}\\x{1F426}@y\r\n")
  }

  @Test(arguments: ["a\r\nDATA", "", String(repeating: "+", count: 34), "ä"])
  func `an identifier that cannot be is left out`(identifier: String) {
    let (mail, _) = Self.lines(NotificationRequest(identifier: Array(identifier.utf8)))
    #expect(mail == "MAIL FROM:<a@x>\r\n")
  }

  @Test func `line ends in an address are written out`() {
    let (_, recipient) = Self.lines(
      NotificationRequest(originalRecipient: Array("b@y\r\nDATA".utf8)))
    #expect(recipient == "RCPT TO:<b@y> ORCPT=rfc822;b@y+0D+0ADATA\r\n")
    let (_, long) = Self.lines(
      NotificationRequest(originalRecipient: [UInt8](repeating: 0x61, count: 500)))
    #expect(long == "RCPT TO:<b@y>\r\n")
  }
}
