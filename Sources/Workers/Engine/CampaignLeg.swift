import Compose
import Crypto
import Locking
import Model
import Octets
import SMTP
import Storage
import Telemetry

/// One stretch of a campaign's way: through its own sender, or through one that stands in.
///
/// A sender stands in when the servers of all before it cannot be reached or do not let us in; never
/// because a message was refused. From time to time those before it are looked after, and as soon as
/// one is well again, the stretch ends.
struct CampaignLeg: Sendable {
  /// Why nothing leaves through a sender.
  enum Obstacle: Sendable {
    /// Nobody will be let in before someone changes something; with what to do.
    case stopped(String)
    case unreachable(SessionError, Endpoint, Doorstep)
    /// Its password does not open.
    case unreadable(any Error)
  }

  enum End: Sendable {
    case blocked(Obstacle)
    /// A sender before this one is well again.
    case better
    /// The mail server within does not listen yet.
    case notYet
    case went(
      Dispatcher.Result, through: Sender, reporter: CampaignReporter,
      holdUps: [Dispatcher.HoldUp])
  }

  let bench: Workbench
  let campaign: Campaign
  let workspace: Workspace
  let fieldNames: [String]
  let linkKey: Secret
  let sign: StopSign

  private var key: CampaignKey { campaign.key }
  private var store: Store { bench.store }
  private var log: Log? {
    bench.options.log?.with(["campaign": .text(key.campaign.text(.campaign))])
  }

  /// Sends through the sender at a place of the route, 0 for the campaign's own.
  func go(by place: Int, of route: [Sender]) async throws -> End {
    let sender = route[place]
    if let refusal = sender.refusal { return .blocked(.stopped(Self.sentence(refusal))) }
    let exit: Exit
    do throws(SenderDoors.Failure) {
      exit = try bench.senders.door(of: sender)
    } catch {
      switch error {
      case .notYet: return .notYet
      case .sealed(let error): return .blocked(.unreadable(error))
      }
    }
    let doorstep = exit.porch.doorstep
    // It is known to be closed: no need to stand before it while another could do the work.
    if place + 1 < route.count, let trouble = doorstep.trouble, let next = doorstep.nextTry,
      next > .now() + .seconds(1)
    {
      return .blocked(.unreachable(trouble.error, exit.endpoint, doorstep))
    }
    try await store.campaigns.setStandIn(place == 0 ? nil : sender.id, of: key)
    if place > 0 { log?.warning("another sender stands in", ["sender": .text(sender.name)]) }
    return try await send(through: exit, of: sender, before: Array(route[..<place]))
  }

  private func send(
    through exit: Exit, of sender: Sender, before others: [Sender]
  ) async throws -> End {
    let allowance = try await bench.allowance(of: sender, in: workspace)
    var options = Dispatcher.Options()
    options.connections = bench.connections(of: sender)
    options.messagesPerSession = sender.limits.perConnection ?? options.messagesPerSession
    options.patience = .seconds(5)
    options.crash = bench.options.crash
    options.log = bench.options.log
    options.allowance = allowance
    options.lines = bench.lines(of: sender)
    options.shaper = bench.shaper(of: sender.id)
    options.sender = sender.id
    options.schedule = sender.rules.schedule(isTransactional: campaign.content.isTransactional)
    options.idleTime = bench.options.idleTime
    let dispatcher = Dispatcher(
      campaign, store: store, composer: try composer(through: sender, standsIn: !others.isEmpty),
      exit: exit, options: options)
    sign.whenRaised { dispatcher.stop() }
    let reporter = CampaignReporter(
      store: store, key: key, sender: sender.id, allowance: allowance, lines: options.lines,
      endpoint: exit.endpoint)
    let isBetter = Lock(false)
    let result = try await withThrowingTaskGroup { group in
      group.addTask { await reporter.follow(dispatcher) }
      if !others.isEmpty {
        group.addTask {
          guard await LookBack(bench: bench).waitForOne(of: others) else { return }
          isBetter.withLock { $0 = true }
          dispatcher.stop()
        }
      }
      let result = try await dispatcher.send()
      group.cancelAll()
      try await group.waitForAll()
      return result
    }
    switch result {
    case .unreachable(let error):
      return .blocked(.unreachable(error, exit.endpoint, exit.porch.doorstep))
    case .senderFailed(let error):
      return .blocked(.stopped(try await Self.stop(sender, because: error, exit.endpoint, store)))
    case .stopped where isBetter.withLock({ $0 }) && !sign.isRaised: return .better
    default:
      return .went(result, through: sender, reporter: reporter, holdUps: dispatcher.holdUps)
    }
  }

  private func composer(
    through sender: Sender, standsIn: Bool
  ) throws(CampaignFailure) -> CampaignComposer {
    var content = campaign.content
    content.baseURL = content.baseURL ?? bench.options.baseURL
    do {
      return try CampaignComposer(
        content, named: campaign.name, of: key, fieldNames: fieldNames,
        attachments: try bench.attachments.read(content.attachments), linkKey: linkKey,
        standIn: standsIn && sender.rules.usesOwnFromOnly ? sender.from : nil)
    } catch let failure as AttachmentFolder.Failure {
      throw CampaignFailure(failure.description)
    } catch {
      throw CampaignFailure("The message cannot be made: \(error).")
    }
  }

  // MARK: A refused sign-in

  /// What a campaign is told whose sender was stopped.
  static func sentence(_ refusal: SignInRefusal) -> String {
    "Its sender is stopped. \(refusal.answer)"
  }

  /// Stops a sender whose server refused the sign-in, for all campaigns.
  ///
  /// - Returns: What to tell people.
  static func stop(
    _ sender: Sender, because error: SessionError, _ endpoint: Endpoint, _ store: Store
  ) async throws(StoreError) -> String {
    // Another campaign may have learnt it first, and from the server itself.
    let known = try await store.senders.find(sender.id, in: sender.workspace)?.refusal
    if let known { return sentence(known) }
    let answer = SenderAdvice.sentence(error, for: endpoint, on: .page)
    if case .wrongCredentials = error {
      try await store.senders.stop(sender, because: SignInRefusal(at: .now(), answer: answer))
    }
    return answer
  }
}

/// Looks from time to time whether a sender that another stands in for is well again.
struct LookBack: Sendable {
  let bench: Workbench

  /// Waits until one of some senders can be used.
  ///
  /// - Returns: `false` when the task was cancelled before.
  func waitForOne(of senders: [Sender]) async -> Bool {
    while (try? await Task.sleep(for: bench.options.lookBack)) != nil {
      for sender in senders where await isWell(sender) { return true }
    }
    return false
  }

  /// Whether a sender's server lets us in; it is asked as seldom as its ``Doorstep`` says.
  private func isWell(_ sender: Sender) async -> Bool {
    guard
      let now = try? await bench.store.senders.find(sender.id, in: sender.workspace),
      now.refusal == nil, let exit = try? bench.senders.door(of: now)
    else { return false }
    let doorstep = exit.porch.doorstep
    if doorstep.nextTry == nil { return true }
    guard doorstep.wait(now: .now()) == .zero else { return false }
    guard let problem = await exit.problem() else {
      _ = doorstep.opened()
      doorstep.ended()
      return true
    }
    doorstep.failed(problem, now: .now())
    if !problem.isTemporary {
      _ = try? await CampaignLeg.stop(now, because: problem, exit.endpoint, bench.store)
    }
    return false
  }
}

extension Sender {
  /// The mailbox that it sends from.
  fileprivate var from: String? {
    if fromAddress.isEmpty { return nil }
    guard !fromName.isEmpty else { return fromAddress }
    let quoted = fromName.flatMap { $0 == "\"" || $0 == "\\" ? ["\\", $0] : [$0] }
    return "\"\(String(quoted))\" <\(fromAddress)>"
  }
}
