import SMTP
import Testing

/// Pieces that many messages share, such as an attachment, are sent without being gathered.
@Suite struct LargePieceTests {
  @Test func `a megabyte of dot-lines between small pieces arrives whole`() async throws {
    let line = Array(".a dot first, and one in the middle. and a line\r\n".utf8)
    let large = Array(repeatElement(line, count: (1 << 20) / line.count).joined())
    let pieces = [Array("Subject: x\r\n\r\n.".utf8), large, [], Array(".".utf8), large, [0x2E]]
    let play = try await SessionPlay.run(
      .hello("PIPELINING") + .announced() + [.body, .say("250 ok\r\n")]
    ) { session in
      session.start(.first)
      #expect(try await session.awaitGo() == .ahead)
      return try await session.finish(pieces, thenStart: nil)
    }
    #expect(try play.result.get().isSuccess)

    let opening = Array("EHLO a\r\nMAIL FROM:<>\r\nRCPT TO:<b@y.org>\r\nDATA\r\n".utf8)
    let body = play.transcript.received.dropFirst(
      ("EHLO me.example\r\n" + Announcement.first).utf8.count)
    var conversation = ServerConversation(ServerConfiguration())
    let talk = ServerTranscript.run(opening + body, by: 4_096, on: &conversation)
    // Not inside the macro, which would describe each of two million octets.
    let isSame = talk.messages.map(\.bytes) == [Array(pieces.joined()) + Array("\r\n".utf8)]
    #expect(isSame)
  }
}
