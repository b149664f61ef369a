import SMTP
import Testing

/// Mail through the server, in any pieces.
@Suite struct ServerTransactionTests {
  static let envelope = "MAIL FROM:<a@x.org>\r\nRCPT TO:<b@y.org>\r\nDATA\r\n"

  @Test func `a message arrives as it was sent`() throws {
    let talk = ServerTranscript.run(
      """
      EHLO there\r
      MAIL FROM:<a@x.org> SIZE=100 BODY=8BITMIME\r
      RCPT TO:<b@y.org>\r
      RCPT TO:<"c \\" d"@[127.0.0.1]>\r
      DATA\r
      Subject: hello\r
      \r
      ..one dot\r
      ...two dots\r
      not.\r
      .\r
      QUIT\r

      """)
    #expect(
      talk.output == """
        220 localhost ESMTP\r
        250-localhost\r
        250-PIPELINING\r
        250-SIZE 52428800\r
        250-8BITMIME\r
        250-SMTPUTF8\r
        250-ENHANCEDSTATUSCODES\r
        250 CHUNKING\r
        250 2.1.0 Sender OK\r
        250 2.1.5 Recipient OK\r
        250 2.1.5 Recipient OK\r
        354 End with CRLF.CRLF\r
        250 2.0.0 Message accepted\r
        221 2.0.0 Bye\r

        """)
    let message = try #require(talk.messages.first)
    #expect(message.envelope.from == Array("a@x.org".utf8))
    #expect(
      message.envelope.recipients == [
        Array("b@y.org".utf8), Array("\"c \\\" d\"@[127.0.0.1]".utf8),
      ])
    #expect(message.envelope.hello == Array("there".utf8))
    #expect(message.envelope.declaredSize == 100)
    #expect(message.envelope.isEightBit)
    #expect(message.envelope.user == nil)
    #expect(message.text == "Subject: hello\r\n\r\n.one dot\r\n..two dots\r\nnot.\r\n")
    #expect(message.size == message.bytes.count)
    #expect(!message.hasBareLineFeed)
    #expect(!message.hasBareCarriageReturn)
    #expect(talk.isClosed)
  }

  static let varied =
    "EHLO a\r\n\(envelope)first\r\n.\r\n\(envelope).\r\n" + envelope
    + "..\r\nx\n.\ny\r.\rz\n.\r\n\r\n.\rw\r\n.\n\r\n..\r\r\n.\r\n"
    + "NOPE\r\nMAIL FROM:<>\r\nRCPT TO:<Postmaster>\r\nBDAT 7\r\na\rb\n.\r\nBDAT 3 LAST\r\n\nc\r"
    + "BDAT 4\r\nQUITMAIL FROM:a\r\nNOOP\nRSET\r\n" + String(repeating: "x", count: 600) + "\r\n"
    + envelope + String(repeating: "0123456789.\r\n", count: 100) + ".\r\nQUIT\r\nNOOP\r\n"

  @Test func `pieces of any size make the same conversation`() {
    let whole = ServerTranscript.run(Self.varied)
    #expect(whole.messages.count == 5)
    #expect(whole.isClosed)
    for size in 1...150 { #expect(ServerTranscript.run(Self.varied, by: size) == whole) }
  }

  @Test func `counting sees what keeping sees`() {
    let kept = ServerTranscript.run(Self.varied).messages
    let counted = ServerTranscript.run(Self.varied) { $0.keepsMessages = false }.messages
    #expect(counted.map(\.size) == kept.map(\.bytes.count))
    #expect(counted.map(\.hasBareLineFeed) == kept.map(\.hasBareLineFeed))
    #expect(counted.map(\.hasBareCarriageReturn) == kept.map(\.hasBareCarriageReturn))
    #expect(counted.allSatisfy { $0.bytes.isEmpty })
  }

  @Test(arguments: [
    ("a\r\n.\r\n", "a\r\n", false, false),
    (".\r\n", "", false, false),
    ("a\n.\nb\r\n.\r\n", "a\n.\nb\r\n", true, false),
    ("a\r.\rb\r\n.\r\n", "a\r.\rb\r\n", false, true),
    ("a\n.\r\nb\r\n.\r\n", "a\n.\r\nb\r\n", true, false),
    ("a\r\n.\rb\r\n.\r\n", "a\r\n\rb\r\n", false, true),
    ("a\r\n.\nb\r\n.\r\n", "a\r\n\nb\r\n", true, false),
    ("a\r\r\n.\r\n", "a\r\r\n", false, true),
    (".\r\r\n.\r\n", "\r\r\n", false, true),
    ("\n.\r\n\r\n.\r\n", "\n.\r\n\r\n", true, false),
  ])
  func `only CRLF dot CRLF ends a message`(
    sent: String, taken: String, hasFeed: Bool, hasReturn: Bool
  ) throws {
    for size in [1, 2, 3, 5, .max] {
      let talk = ServerTranscript.run("HELO a\r\n\(Self.envelope)\(sent)NOOP\r\n", by: size)
      let message = try #require(talk.messages.first)
      #expect(talk.messages.count == 1)
      #expect(message.text == taken)
      #expect(message.hasBareLineFeed == hasFeed)
      #expect(message.hasBareCarriageReturn == hasReturn)
      #expect(talk.codes.last == "250")
    }
  }

  @Test(arguments: [0, 1, 15, 16, 17, 4_000, 4_079, 4_080, 4_081, 8_199, 9_990, 9_999])
  func `one bare carriage return or line feed shows wherever it stands`(position: Int) throws {
    for octet in [UInt8(0x0D), 0x0A] {
      for size in [1_000, .max] {
        var body = [UInt8](repeating: 0x78, count: 10_000)
        body[position] = octet
        let input = Array("HELO a\r\n\(Self.envelope)".utf8) + body + Array("\r\n.\r\n".utf8)
        var conversation = ServerConversation(ServerConfiguration())
        let talk = ServerTranscript.run(input, by: size, on: &conversation)
        let message = try #require(talk.messages.first)
        #expect(message.hasBareCarriageReturn == (octet == 0x0D))
        #expect(message.hasBareLineFeed == (octet == 0x0A))
        #expect(message.size == 10_002)
      }
    }
  }

  @Test func `chunks are taken as they are`() throws {
    let talk = ServerTranscript.run(
      "EHLO a\r\nMAIL FROM:<a@x.org>\r\nRCPT TO:<b@y.org>\r\n"
        + "BDAT 8\r\n.\r\n..\r\nRDATA\r\nBDAT 0\r\nBDAT 3 LAST\r\n\n.\nNOOP\r\n")
    let message = try #require(talk.messages.first)
    #expect(message.text == ".\r\n..\r\nR\n.\n")
    #expect(message.isChunked)
    #expect(message.hasBareLineFeed)
    #expect(talk.codes == ["220", "250", "250", "250", "250", "503", "250", "250", "250"])
  }

  @Test func `too big is refused, announced or not, and the next message is taken`() throws {
    let big = String(repeating: "0123456\r\n", count: 12)
    let talk = ServerTranscript.run(
      "EHLO a\r\nMAIL FROM:<> SIZE=101\r\n\(Self.envelope)\(big).\r\n"
        + "\(Self.envelope)\(big.dropFirst(8)).\r\n"
        + "MAIL FROM:<>\r\nRCPT TO:<b@y.org>\r\nBDAT 108\r\n\(big)BDAT 2 LAST\r\nab\(Self.envelope).\r\n"
    ) { $0.longestMessage = 100 }
    #expect(
      talk.codes == [
        "220", "250", "552", "250", "250", "354", "552", "250", "250", "354", "250",
        "250", "250", "552", "503", "250", "250", "354", "250",
      ])
    #expect(talk.messages.map(\.size) == [99, 0])
  }

  @Test func `nothing goes on before the message is answered`() {
    var conversation = ServerConversation(ServerConfiguration())
    var output: [UInt8] = []
    _ = conversation.start(into: &output)
    let input = Array("HELO a\r\n\(Self.envelope)x\r\n.\r\nQUIT\r\n".utf8)
    let step = conversation.receive(input[...], into: &output)
    #expect(step.consumed == input.count - 6)
    #expect(conversation.isPaused)
    let count = output.count
    #expect(conversation.receive(input[step.consumed...], into: &output).consumed == 0)
    #expect(output.count == count)
    let refusal = ServerReply(452, "4.3.1", "Disk full\r\nsorry\u{0}")
    #expect(conversation.answer(ServerDecision(.reply(refusal)), into: &output) == nil)
    #expect(
      String(decoding: output[count...], as: UTF8.self)
        == "452-4.3.1 Disk full\r\n452 4.3.1 sorry\r\n")
    #expect(conversation.receive(input[step.consumed...], into: &output).event == .close(.farewell))
  }

  @Test func `a script may refuse, delay, drop and end`() {
    let talk = ServerTranscript.run(
      "EHLO a\r\nMAIL FROM:<a@x.org>\r\nRCPT TO:<no@y.org>\r\nRCPT TO:<slow@y.org>\r\nDATA\r\n"
        + "x\r\n.\r\nNOOP\r\n"
    ) {
      $0.policy = ServerPolicy { moment in
        switch moment {
        case .recipient(let address, _) where address.starts(with: "no@".utf8):
          ServerDecision(.reply(ServerReply(550, "5.1.1", "No such user")))
        case .recipient: ServerDecision(.accept, after: .seconds(3))
        case .data: ServerDecision(.reply(ServerReply(354, nil, "go")), after: .seconds(1))
        case .message: ServerDecision(.drop, after: .seconds(2))
        default: .accept
        }
      }
    }
    #expect(talk.codes == ["220", "250", "250", "550", "250", "354"])
    #expect(talk.waits == [.seconds(3), .seconds(1), .seconds(2)])
    #expect(talk.messages.map(\.envelope.recipients) == [[Array("slow@y.org".utf8)]])
    #expect(talk.isClosed)
  }

  @Test(arguments: [ServerDecision(.reply(ServerReply(554, nil, "no"))), .init(.drop)])
  func `a server may turn clients away at the door`(decision: ServerDecision) {
    for delay in [Duration.zero, .seconds(1)] {
      let talk = ServerTranscript.run("EHLO a\r\n") {
        $0.policy = ServerPolicy { _ in ServerDecision(decision.answer, after: delay) }
      }
      #expect(talk.isClosed)
      #expect(talk.codes == (decision.answer == .drop ? [] : ["554"]))
    }
  }
}
