import SMTP
import Testing

/// Old servers know HELO alone (F6).
@Suite struct HELOTests {
  @Test(arguments: ["500 5.5.1 what?", "502 5.5.1 not here", "504 no", "550 no"])
  func `when EHLO is refused HELO is said, and nothing is taken as offered`(
    answer: String
  ) async throws {
    let play = try await SessionPlay.run([
      .say("220 old\r\n"), .line, .say("\(answer)\r\n"), .line,
      .say("250-old\r\n250 PIPELINING\r\n"),
    ]) { session in session.capabilities }
    #expect(try play.result.get() == Capabilities())
    #expect(play.text == "EHLO me.example\r\nHELO me.example\r\n")
  }

  @Test func `who refuses both is left`() async throws {
    let play = try await SessionPlay.run([
      .say("220 old\r\n"), .line, .say("502 no\r\n"), .line, .say("550 5.7.1 go away\r\n"),
    ]) { _ in }
    let reply = Reply(
      code: 550, enhanced: EnhancedCode(5, 7, 1), text: Array("go away".utf8))
    #expect(play.sessionError == .refused(reply, at: .hello))
    #expect(play.sessionError?.isTemporary == false)
  }
}
