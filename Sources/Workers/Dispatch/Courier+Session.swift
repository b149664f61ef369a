import Model
import Octets
import SMTP
import Telemetry

/// A courier's open session, and what it has proved at the server's door.
final class OpenSession {
  let session: ClientSession
  private let gate: ConnectionGate
  private let entry: Doorstep.Entry
  private let clock: @Sendable () -> Timestamp
  private var hasProved = false

  init(
    _ session: ClientSession, _ gate: ConnectionGate, _ entry: Doorstep.Entry,
    clock: @escaping @Sendable () -> Timestamp
  ) {
    self.session = session
    self.gate = gate
    self.entry = entry
    self.clock = clock
  }

  /// Notes that a message got an answer.
  ///
  /// 421 is none: the server sends us away, whatever the message.
  func heard(_ reply: Reply) {
    guard reply.code != 421 else { return broke(.refused(reply, at: .envelope)) }
    guard !hasProved else { return }
    hasProved = true
    gate.proved(entry)
  }

  /// Notes that the session is lost.
  ///
  /// If it was of no use at all, the server is as good as closed: a new session at once would be
  /// knocking without end.
  func broke(_ error: SessionError) {
    if !hasProved { gate.failed(error, now: clock()) }
  }
}

// Opening, keeping and ending a courier's session.

extension Courier {
  /// Opens a session, waiting as long as the server turns us away.
  ///
  /// - Returns: `nil` when the run is over meanwhile.
  func openSession() async -> OpenSession? {
    while !run.feed.isClosed {
      let wait = run.gate.wait(now: run.clock())
      guard wait == .zero else {
        try? await Task.sleep(for: min(wait, .milliseconds(250)))
        continue
      }
      do throws(SessionError) {
        let session = try await run.exit.open { show($0) }
        let entry = run.gate.succeeded()
        run.log?.info(
          "session open",
          [
            "server": .text(session.server), "encryption": .text(session.encryption ?? "none"),
            "resumed": .flag(session.isResumed),
          ])
        return OpenSession(session, run.gate, entry, clock: run.clock)
      } catch {
        run.gate.failed(error, now: run.clock())
        run.log?.warning("no session", ["reason": .text(error.sentence)])
        if !error.isTemporary {
          run.ending.decide(.senderFailed(error))
          run.feed.close()
        }
      }
    }
    return nil
  }

  /// Lets the log have the last lines of a conversation that went wrong.
  func show(_ transcript: Transcript) {
    run.log?.debug("what was said last", ["lines": .text(transcript.text)])
  }

  /// Says goodbye and closes.
  func end(_ session: inout OpenSession?) async {
    guard let open = session else { return }
    session = nil
    await open.session.quit()
    run.gate.ended()
  }

  /// The next delivery and the right to send it; a session that has had nothing to do for a while
  /// is ended meanwhile, before the server does it in silence.
  ///
  /// - Returns: `nil` when there will be none, or when one should look around.
  func nextHandout(_ session: inout OpenSession?) async -> Feed.Handout? {
    if let ready = run.feed.takeIfAny() { return ready }
    guard session != nil else { return await run.feed.next() }
    return await withTaskGroup(of: Moment.self) { group in
      group.addTask { .handout(await run.feed.next()) }
      group.addTask {
        try? await Task.sleep(for: run.idleTime)
        return .idle
      }
      var handout: Feed.Handout?
      while let moment = await group.next() {
        switch moment {
        case .idle: await end(&session)
        case .handout(let next):
          handout = next
          group.cancelAll()
          return handout
        }
      }
      return handout
    }
  }

  private enum Moment: Sendable {
    case handout(Feed.Handout?)
    case idle
  }
}
