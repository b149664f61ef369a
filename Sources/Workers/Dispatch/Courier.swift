import Compose
import MIME
import Model
import Octets
import SMTP
import Storage
import Telemetry

/// One connection's worth of sending: takes deliveries from the feed until there are no more.
///
/// For each message: announce it, hear that its text may come, wait until the intent is durable,
/// send text and dot together with the announcement of the next, write down what the server said.
struct Courier: Sendable {
  /// What all couriers of a run share.
  struct Run: Sendable {
    let campaign: CampaignKey
    let sender: Identifier
    let inDoubt: InDoubtPolicy
    let schedule: RetrySchedule
    let lease: Lease
    let making: MakingRecord
    let idleTime: Duration
    let clock: @Sendable () -> Timestamp
    let jitter: @Sendable () -> Double
    let composer: CampaignComposer
    let exit: Exit
    let ledger: Ledger
    let feed: Feed
    let pace: Pace
    let lines: Lines?
    let gate: ConnectionGate
    let ending: Ending
    let crash: CrashPlan
    let log: Log?
    /// A session ends after so many messages.
    let messagesPerSession: Int
  }

  /// A message made and ready, with what the ledger wants to know.
  private struct Prepared {
    let delivery: ClaimedDelivery
    let envelope: Envelope
    let pieces: [[UInt8]]
    let startedAt: Timestamp
    var hasIntent = false
    /// The right to send it.
    var pass: Pass?
    /// How often a connection broke before its text.
    var breaks = 0
  }

  let run: Run

  /// Works until the feed is closed.
  func work() async {
    var session: OpenSession?
    var messages = 0
    var current: Prepared?
    var hasLine = false
    while true {
      if current == nil {
        if hasLine, run.lines?.isOverShare(run.lease) == true {
          await end(&session)
          run.lines?.release(run.lease)
          hasLine = false
        }
        if !hasLine {
          guard await takeLine() else { break }
          hasLine = true
        }
        // Without one, another may want the line: then look around.
        guard let handout = await nextHandout(&session) else {
          if run.feed.isClosed { break }
          continue
        }
        current = await prepare(handout)
      }
      guard let message = current else { continue }
      if let open = session?.session,
        !open.isUsable || messages >= run.messagesPerSession || !open.hasRoom(for: message.envelope)
      {
        await end(&session)
      }
      guard await isItsTurn(message) else {
        await withdraw(message)
        break
      }
      if session == nil {
        guard let opened = await openSession() else {
          await withdraw(message)
          break
        }
        opened.session.whenDotIsOut = { [crash = run.crash] in crash.reached(.afterDot) }
        (session, messages) = (opened, 0)
      }
      guard let session else { break }
      current = await converse(message, over: session, messages: &messages)
      if current != nil, run.ending.isDecided {
        if let left = current { await withdraw(left) }
        break
      }
    }
    await end(&session)
    if hasLine { run.lines?.release(run.lease) }
  }

  /// A message whose text was never sent: back into the queue, or due again if its intent stands.
  private func withdraw(_ message: Prepared) async {
    if message.hasIntent {
      await record(message, .unsent(reason: "the sending was stopped"), then: nil)
    } else {
      run.feed.giveBack(message.delivery)
    }
  }

  // MARK: Talking

  /// Sends `first` and whatever can follow it without a pause.
  ///
  /// - Returns: A message that has to be tried over another session.
  private func converse(
    _ first: Prepared, over open: OpenSession, messages: inout Int
  ) async -> Prepared? {
    let session = open.session
    guard var current = await admit(first, to: session) else { return nil }
    if !current.hasIntent {
      guard await record(nil, nil, then: &current) else {
        session.abandon()
        return nil
      }
    }
    session.start(current.envelope)
    while true {
      let go: ClientSession.Go
      do throws(SessionError) {
        go = try await session.awaitGo()
      } catch {
        show(session.transcript)
        open.broke(error)
        return await brokenBeforeText(current, error)
      }
      var next: Prepared?
      let outcome: DeliveryOutcome
      switch go {
      case .refused(let reply, let command):
        open.heard(reply)
        outcome = senderFailed(reply) ?? Self.outcome(of: reply, to: command)
        // Whoever closes after some messages has a limit for connections, not for us.
        if reply.code != 421 || messages == 0 { hear(reply, to: command, about: current) }
      case .ahead:
        next = await follower(of: current, after: messages, over: session)
        run.crash.reached(.beforeDot)
        do throws(ClientSession.Interruption) {
          let reply = try await session.finish(current.pieces, thenStart: next?.envelope)
          current.pass?.spend()
          open.heard(reply)
          outcome = senderFailed(reply) ?? Self.outcome(of: reply)
          hear(reply, to: nil, about: current)
        } catch {
          if error.isInDoubt { current.pass?.spend() }
          if case .refused(let reply, _) = error.cause { hear(reply, to: nil, about: current) }
          show(session.transcript)
          // Whoever took a whole message has let us in.
          if !error.isInDoubt { open.broke(error.cause) }
          outcome = Task.isCancelled ? Self.outcome(ofCut: error) : Self.outcome(of: error)
        }
      }
      messages += 1
      run.crash.reached(.outcomeReceived)
      if !session.isUsable, let announced = next {
        // It was announced at most: nothing of it has been sent.
        run.feed.giveBack(announced.delivery)
        next = nil
      }
      guard await record(current, outcome, then: &next) else {
        session.abandon()
        return nil
      }
      if next == nil, session.isUsable, messages < run.messagesPerSession,
        case .refused = go, let handout = run.feed.takeIfAny(),
        let prepared = await prepare(handout)
      {
        return prepared
      }
      guard let following = next else { return nil }
      current = following
    }
  }

  /// Ends the run when a reply is about us and not about the recipient, who is written to once that
  /// is mended.
  private func senderFailed(_ reply: Reply) -> DeliveryOutcome? {
    guard let failure = Self.senderFailure(reply) else { return nil }
    run.ending.decide(.senderFailed(failure))
    run.feed.close()
    return .unsent(reason: failure.sentence)
  }

  /// Lets the limits and the shaping know what a server said.
  private func hear(_ reply: Reply, to command: ClientSession.Command?, about message: Prepared) {
    guard let pass = message.pass else { return }
    pass.heard(
      ReplySignal(reply, to: command), ofServer: command == .mail, now: run.clock())
    run.feed.ended(pass.lane)
  }

  /// The message to announce together with the text of the one at hand, if one is ready.
  private func follower(
    of current: Prepared, after messages: Int, over session: ClientSession
  ) async -> Prepared? {
    guard messages + 1 < run.messagesPerSession, session.capabilities.hasPipelining,
      run.lines?.isOverShare(run.lease) != true, run.feed.claimedCount > 0,
      run.pace.take(now: run.clock()) == nil,
      let handout = run.feed.takeIfAny(after: current.pass),
      let prepared = await prepare(handout)
    else { return nil }
    guard session.hasRoom(for: prepared.envelope) else {
      // Whoever takes it next opens a session for it.
      run.feed.giveBack(handout.delivery)
      return nil
    }
    return await admit(prepared, to: session)
  }

  /// Waits for the message's turn at this run's rate, before anything of it is said: a server that
  /// has answered 354 does not wait for ever.
  ///
  /// - Returns: `false` when the run has ended meanwhile.
  private func isItsTurn(_ message: Prepared) async -> Bool {
    if message.hasIntent { return true }
    while let wait = run.pace.take(now: run.clock()) {
      if run.feed.isClosed { return false }
      try? await Task.sleep(for: min(wait, .milliseconds(250)))
    }
    return true
  }

  /// The connection broke after the announcement and before the text: nothing was sent, so another
  /// session may try at once; but not for ever.
  private func brokenBeforeText(_ message: Prepared, _ error: SessionError) async -> Prepared? {
    var message = message
    message.breaks += 1
    if message.breaks < 3, !run.ending.isDecided { return message }
    await record(message, .unsent(reason: error.sentence), then: nil)
    return nil
  }

  // MARK: Preparing

  private static let failures: [NotificationRequest.Event] = [.failure]

  private func prepare(_ handout: Feed.Handout) async -> Prepared? {
    var prepared = await prepare(handout.delivery)
    prepared?.pass = handout.pass
    return prepared
  }

  /// Composes a message; one that cannot be composed is written down as failed.
  private func prepare(_ delivery: ClaimedDelivery) async -> Prepared? {
    let now = run.clock()
    do throws(ComposeError) {
      let composed = try run.making.whileMaking(
        delivery.number, of: run.campaign
      ) { () throws(ComposeError) in
        run.crash.reached(.composing, delivery: delivery.number)
        return try run.composer.compose(delivery, date: now)
      }
      let message = composed.message
      return Prepared(
        delivery: delivery,
        envelope: Envelope(
          sender: composed.sender, recipient: composed.recipient, size: message.size,
          needs8BitMIME: message.needs8BitMIME, needsSMTPUTF8: message.needsSMTPUTF8,
          // A bounce then says by itself which message it is about.
          notification: NotificationRequest(
            events: Self.failures, extent: .headers, identifier: composed.messageID,
            originalRecipient: composed.recipient)),
        pieces: [message.head] + message.shared + (message.tail.isEmpty ? [] : [message.tail]),
        startedAt: now)
    } catch {
      await refuse(delivery, error.description, startedAt: now)
      return nil
    }
  }

  /// Checks that the server can take the message at all.
  private func admit(_ message: Prepared, to session: ClientSession) async -> Prepared? {
    guard let refusal = message.envelope.refusal(by: session.capabilities) else { return message }
    await record(message, Self.outcome(of: refusal), then: nil)
    return nil
  }

  private func refuse(_ delivery: ClaimedDelivery, _ reason: String, startedAt: Timestamp) async {
    let message = Prepared(
      delivery: delivery, envelope: Envelope(sender: [], recipient: [], size: 0), pieces: [],
      startedAt: startedAt)
    await record(message, .impossible(reason: reason), then: nil)
  }

  // MARK: Writing down

  private func record(
    _ message: Prepared, _ outcome: DeliveryOutcome, then next: Prepared?
  ) async {
    var next = next
    _ = await record(message, outcome, then: &next)
  }

  private func record(
    _ message: Prepared?, _ outcome: DeliveryOutcome?, then next: inout Prepared
  ) async -> Bool {
    var following: Prepared? = next
    let isWritten = await record(message, outcome, then: &following)
    guard isWritten, let following else { return false }
    next = following
    return true
  }

  /// Makes an outcome and the next intent durable, in one entry.
  ///
  /// `next` becomes `nil` when its claim is no longer ours.
  ///
  /// - Returns: `false` when the ledger cannot be written: then nothing more may be sent.
  private func record(
    _ message: Prepared?, _ outcome: DeliveryOutcome?, then next: inout Prepared?
  ) async -> Bool {
    let now = run.clock()
    var entry: Ledger.Outcome?
    if let message, let outcome {
      let tries = message.delivery.nextTry
      entry = Ledger.Outcome(
        number: message.delivery.number, lease: run.lease, attempt: tries.all,
        verdict: Verdict(
          of: outcome, tries: tries, retrying: run.schedule, inDoubt: run.inDoubt, now: now,
          jitter: outcome.mayBeRetried ? run.jitter() : 0),
        server: run.exit.server, startedAt: message.startedAt,
        finishedAt: now)
    }
    let intent = next.map { Ledger.Intent(number: $0.delivery.number, lease: run.lease, at: now) }
    do throws(StoreError) {
      let receipt = try await run.ledger.record(
        entry, thenIntent: intent, of: run.campaign, sender: run.sender)
      if let entry, let message {
        run.crash.reached(.outcomeDurable)
        run.log?.debug(
          "outcome",
          [
            "to": .text(String(decoding: message.delivery.email, as: UTF8.self)),
            "state": .text(entry.verdict.state.word), "attempt": .number(entry.attempt),
          ])
      }
      if intent != nil {
        run.crash.reached(.intentDurable)
        next?.hasIntent = true
        guard receipt.intentStands else {
          // Another has taken it over: it may be announced, but its dot must not follow.
          next = nil
          return false
        }
      }
      return true
    } catch {
      run.ending.decide(.ledgerFailed(error))
      run.feed.close()
      return false
    }
  }
}
