import SMTP
import Testing

/// STARTTLS and AUTH.
@Suite struct ServerSecurityTests {
  static func secured(_ configuration: inout ServerConfiguration) {
    configuration.offersStartTLS = true
    configuration.authenticator = { user, password in
      user == Array("ada".utf8) && password == Array("pw".utf8)
    }
  }

  @Test func `AUTH is offered only under TLS, and what came before counts for nothing`() {
    var configuration = ServerConfiguration()
    Self.secured(&configuration)
    var conversation = ServerConversation(configuration)
    let clear = ServerTranscript.run(
      Array("EHLO a\r\nAUTH PLAIN AGFkYQBwdw==\r\nMAIL FROM:<>\r\nSTARTTLS\r\n".utf8),
      on: &conversation)
    #expect(clear.output.contains("250 STARTTLS\r\n"))
    #expect(!clear.output.contains("AUTH"))
    #expect(clear.codes == ["220", "250", "538", "250", "220"])
    #expect(clear.asksForTLS)
    #expect(conversation.isPaused)

    conversation.startedTLS()
    let secure = ServerTranscript.run(
      Array(
        ("MAIL FROM:<>\r\nEHLO a\r\nSTARTTLS\r\nAUTH PLAIN AGFkYQBwdw==\r\nMAIL FROM:<>\r\n"
          + "RCPT TO:<b@y.org>\r\nDATA\r\n.\r\n").utf8),
      by: 1, on: &conversation, opening: false)
    #expect(secure.output.contains("250 AUTH PLAIN LOGIN\r\n"))
    #expect(!secure.output.contains("STARTTLS\r\n250"))
    #expect(secure.codes == ["503", "250", "503", "235", "250", "250", "354", "250"])
    #expect(secure.messages.first?.envelope.user == Array("ada".utf8))
    #expect(secure.messages.first?.envelope.isSecure == true)
  }

  @Test func `octets behind STARTTLS in one read are refused`() {
    let talk = ServerTranscript.run("EHLO a\r\nSTARTTLS\r\nMAIL FROM:<evil@x>\r\n", Self.secured)
    #expect(talk.codes == ["220", "250", "503"])
    #expect(talk.isClosed)
    #expect(!talk.asksForTLS)
  }

  @Test(arguments: [
    ("AUTH PLAIN AGFkYQBwdw==", ["235"]),
    ("AUTH PLAIN\r\nAGFkYQBwdw==", ["334", "235"]),
    ("auth plain YWRhAGFkYQBwdw==", ["235"]),
    ("AUTH PLAIN Ym9iAGFkYQBwdw==", ["535"]),
    ("AUTH PLAIN AGFkYQBwdwA=", ["501"]),
    ("AUTH PLAIN AGFkYQBwcA==", ["535"]),
    ("AUTH LOGIN\r\nYWRh\r\ncHc=", ["334", "334", "235"]),
    ("AUTH LOGIN YWRh\r\ncHc=", ["334", "235"]),
    ("AUTH LOGIN YWRh\r\ncHA=", ["334", "535"]),
    ("AUTH LOGIN =\r\n\r\nNOOP", ["334", "535", "250"]),
    ("AUTH LOGIN\r\n*\r\nNOOP", ["334", "501", "250"]),
    ("AUTH PLAIN\r\nA\r\nNOOP", ["334", "501", "250"]),
    ("AUTH PLAIN ====", ["501"]),
    ("AUTH PLAIN A=AA", ["501"]),
    ("AUTH CRAM-MD5", ["504"]),
    ("AUTH", ["501"]),
    ("AUTH PLAIN AGFkYQBwdw==\r\nAUTH PLAIN AGFkYQBwdw==", ["235", "503"]),
    (
      "MAIL FROM:<>\r\nAUTH PLAIN\r\nAUTH PLAIN AGFkYQBwdw==\r\nMAIL FROM:<>",
      ["530", "334", "501", "530"]
    ),
  ])
  func `credentials are checked`(lines: String, codes: [String]) {
    for size in [1, .max] {
      let talk = ServerTranscript.run("EHLO a\r\n\(lines)\r\n", by: size) {
        Self.secured(&$0)
        $0.allowsAuthenticationInClear = true
        $0.requiresAuthentication = true
      }
      #expect(talk.codes.dropFirst(2) == codes[...])
    }
  }

  @Test func `a server that requires TLS takes nothing without`() {
    let talk = ServerTranscript.run("EHLO a\r\nMAIL FROM:<>\r\nAUTH PLAIN AGFkYQBwdw==\r\n") {
      Self.secured(&$0)
      $0.allowsAuthenticationInClear = true
      $0.requiresTLS = true
    }
    #expect(talk.codes.dropFirst(2) == ["530", "538"])
  }

  @Test func `guessing passwords ends the connection`() {
    let guess = "AUTH PLAIN AGFkYQBwcA==\r\n"
    let talk = ServerTranscript.run("EHLO a\r\n" + String(repeating: guess, count: 50)) {
      Self.secured(&$0)
      $0.allowsAuthenticationInClear = true
    }
    #expect(talk.codes.count == 2 + 11 + 1)
    #expect(talk.isClosed)
  }
}
