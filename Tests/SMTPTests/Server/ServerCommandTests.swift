import SMTP
import Testing

/// Each command, right and wrong.
@Suite struct ServerCommandTests {
  @Test(arguments: [
    ("noop anything", "250"), ("NoOp", "250"), ("VRFY a", "252"), ("HELP", "214"), ("RSET", "250"),
    ("RSET x", "501"), ("DATA", "503"), ("RCPT TO:<a@b>", "503"), ("FOO", "500"), ("", "500"),
    ("MAIL FROM:<a@x.org>", "250"), ("mail from:<a@x.org>", "250"), ("MAIL FROM:<>", "250"),
    ("MAIL FROM: <a@x.org>", "501"), ("MAIL FROM:a@x.org", "501"), ("MAIL", "501"),
    ("MAIL FROM:<a@x.org", "501"), ("MAIL FROM:<@c,@d:a@x.org>", "250"), ("MAIL FROM:<@>", "501"),
    ("MAIL FROM:<a@x..org>", "501"), ("MAIL FROM:<.a@x.org>", "501"), ("MAIL FROM:<a b@x>", "501"),
    ("MAIL FROM:<\"a b\"@x>", "250"), ("MAIL FROM:<\"a@x>", "501"), ("MAIL FROM:<\"a\\>", "501"),
    ("MAIL FROM:<a@[IPv6:::1]>", "250"), ("MAIL FROM:<a@[]>", "501"), ("MAIL FROM:<a@[1>", "501"),
    ("MAIL FROM:<a@x> SIZE=5  BODY=7BIT SMTPUTF8 AUTH=<>", "250"), ("MAIL FROM:<a@x>SIZE=5", "501"),
    ("MAIL FROM:<a@x> SIZE=", "501"), ("MAIL FROM:<a@x> SIZE=5x", "501"),
    ("MAIL FROM:<a@x> SIZE=99999999999999999999", "501"),
    ("MAIL FROM:<a@x> SIZE=99999999999", "552"),
    ("MAIL FROM:<a@x> SIZE=1 SIZE=1", "501"), ("MAIL FROM:<a@x> BODY=BINARYMIME", "555"),
    ("MAIL FROM:<a@x> FOO=1", "555"), ("MAIL FROM:<é@x>", "553"),
    ("MAIL FROM:<é@ü> SMTPUTF8", "250"),
    ("HELO", "501"), ("EHLO a b", "501"), ("AUTH PLAIN", "502"), ("STARTTLS", "503"),
    ("NOOP a\rb", "500"), ("NOOP a\u{0}b", "500"),
  ])
  func `is answered`(line: String, code: String) {
    let talk = ServerTranscript.run("EHLO a\r\n\(line)\r\n")
    #expect(talk.codes == ["220", "250", code])
    #expect(!talk.isClosed)
  }

  @Test(arguments: [
    ("RCPT TO:<b@y.org>", "250"), ("RCPT TO:<postmaster>", "250"), ("RCPT TO:<other>", "501"),
    ("RCPT TO:<>", "501"), ("RCPT TO:<b@y.org> NOTIFY=NEVER", "555"), ("RCPT TO:<é@y.org>", "553"),
    ("MAIL FROM:<a@x.org>", "503"), ("DATA", "554"), ("AUTH PLAIN AA", "502"),
  ])
  func `is answered within a transaction`(line: String, code: String) {
    #expect(ServerTranscript.run("EHLO a\r\nMAIL FROM:<>\r\n\(line)\r\n").codes.last == code)
  }

  @Test func `an address that is not UTF-8 is refused`() {
    var conversation = ServerConversation(ServerConfiguration())
    let line = Array("EHLO a\r\nMAIL FROM:<".utf8) + [0xC3, 0x28] + Array("@x> SMTPUTF8\r\n".utf8)
    #expect(ServerTranscript.run(line, on: &conversation).codes.last == "501")
  }

  @Test func `lengths are held to what the RFC gives`() {
    let local = String(repeating: "a", count: 64)
    #expect(ServerTranscript.run("EHLO a\r\nMAIL FROM:<\(local)@x>\r\n").codes.last == "250")
    #expect(ServerTranscript.run("EHLO a\r\nMAIL FROM:<\(local)a@x>\r\n").codes.last == "501")
    for (count, code) in [(505, "250"), (506, "500"), (20_000, "500")] {
      for size in [1, 100, .max] {
        let text = String(repeating: "x", count: count)
        let talk = ServerTranscript.run("NOOP \(text)\r\nNOOP\r\n", by: size)
        #expect(talk.codes == ["220", code, "250"])
      }
    }
  }

  @Test func `MAIL comes after EHLO, and HELO allows no parameters`() {
    #expect(ServerTranscript.run("MAIL FROM:<>\r\n").codes.last == "503")
    #expect(ServerTranscript.run("HELO a\r\nMAIL FROM:<> SIZE=1\r\n").codes.last == "555")
  }

  @Test func `an extension that is off is neither announced nor taken`() {
    let talk = ServerTranscript.run("EHLO a\r\nMAIL FROM:<> SIZE=1\r\nBDAT 4 LAST\r\nQUITNOOP\r\n")
    {
      $0.extensions = [.pipelining]
    }
    #expect(talk.output.contains("250-localhost\r\n250 PIPELINING\r\n555"))
    #expect(talk.codes == ["220", "250", "555", "503", "250"])
  }

  @Test func `recipients beyond the limit are put off`() throws {
    let recipients = (0..<4).map { "RCPT TO:<r\($0)@y.org>\r\n" }.joined()
    let talk = ServerTranscript.run("EHLO a\r\nMAIL FROM:<>\r\n\(recipients)DATA\r\n.\r\n") {
      $0.mostRecipients = 3
    }
    #expect(talk.codes.dropFirst(3) == ["250", "250", "250", "452", "354", "250"])
    #expect(talk.messages.first?.envelope.recipients.count == 3)
  }

  @Test func `too many errors end it`() {
    let talk = ServerTranscript.run(String(repeating: "FOO\r\n", count: 20)) { $0.mostErrors = 3 }
    #expect(talk.codes == ["220", "500", "500", "500", "500", "421"])
    #expect(talk.isClosed)
  }

  @Test(arguments: [
    "GET / HTTP/1.1\r\n", "POST /x HTTP/1.1\r\n", "BDAT\r\n", "BDAT -1\r\n", "BDAT 1 L\r\n",
  ])
  func `what cannot be followed ends it`(line: String) {
    #expect(ServerTranscript.run("EHLO a\r\n\(line)MAIL FROM:<>\r\n").isClosed)
  }
}
