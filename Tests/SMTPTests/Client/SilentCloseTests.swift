import Net
import SMTP
import Testing

/// A server that closes between two messages without a word (F22).
@Suite struct SilentCloseTests {
  @Test func `the delivered message stays delivered, the announced one was not sent`() async throws
  {
    let play = try await SessionPlay.run(
      .hello("PIPELINING") + .announced() + [.body, .lines(3), .say("250 ok\r\n"), .close]
    ) { session in
      let reply = try await session.send(thenStart: .second)
      #expect(reply.isSuccess)
      #expect(session.isUsable)
      return try await session.awaitGo()
    }
    #expect(play.sessionError == .network(.closed, at: .envelope))
    #expect(play.sessionError?.isTemporary == true)
  }

  @Test func `a session found closed is no longer usable`() async throws {
    let play = try await SessionPlay.run(.hello() + [.close]) { session in
      session.start(.first)
      var failure: SessionError?
      do throws(SessionError) {
        _ = try await session.awaitGo()
      } catch {
        failure = error
      }
      #expect(failure == .network(.closed, at: .envelope))
      return session.isUsable
    }
    #expect(try play.result.get() == false)
  }

  @Test func `250 and then a reset is a delivery`() async throws {
    let play = try await SessionPlay.run(
      .hello("PIPELINING") + .announced() + [.body, .say("250 2.0.0 kept\r\n"), .reset]
    ) { session in
      let reply = try await session.send()
      await session.quit()
      return reply
    }
    #expect(try play.result.get().line == "250 2.0.0 kept")
  }
}
