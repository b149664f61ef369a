import Compose
import Crypto
import Model
import Octets
import Storage
import Telemetry

/// One campaign's way from *preparing* to its end, as far as it goes now.
struct CampaignRunner: Sendable {
  let bench: Workbench
  let key: CampaignKey
  /// Raised when the campaign is no longer to be sent, or the program ends.
  let sign: StopSign
  /// How often in a row it has run into trouble.
  let failures: Int

  private var store: Store { bench.store }
  private var log: Log? {
    bench.options.log?.with(["campaign": .text(key.campaign.text(.campaign))])
  }

  /// Goes as far as possible.
  ///
  /// - Returns: When to go on; `nil` when there is nothing more to do before something changes.
  func run() async -> Waiting? {
    do {
      return try await work()
    } catch let failure as CampaignFailure {
      return await end(failure)
    } catch {
      log?.error("a campaign cannot go on", ["reason": .text("\(error)")])
      return trouble(nil)
    }
  }

  private func work() async throws -> Waiting? {
    try await bench.recover(key)
    guard let campaign = try await store.campaigns.find(key) else { return nil }
    if campaign.state.isFinal { return try await leave(campaign) }
    guard campaign.state == .preparing || campaign.state == .sending else { return nil }
    guard let list = try await store.audiences.find(campaign.audience, in: key.workspace) else {
      throw CampaignFailure("The list of this campaign is gone.")
    }
    switch list.state {
    case .reading: return Waiting(until: .now() + .milliseconds(200), reason: .list)
    case .failed: throw CampaignFailure(list.failure ?? "The file could not be read.")
    case .empty: throw CampaignFailure("The campaign has no list to write to.")
    case .ready: break
    }
    try await Planner(store: store, crash: bench.options.crash, stop: sign).run(campaign)
    guard let planned = try await store.campaigns.find(key) else { return nil }
    guard planned.state == .sending, !sign.isRaised else { return try await leave(planned) }
    return try await send(planned, to: list)
  }

  // MARK: Sending

  private func send(_ campaign: Campaign, to list: Audience) async throws -> Waiting? {
    guard let workspace = try await store.workspaces.find(key.workspace) else { return nil }
    guard let sender = try await store.senders.find(campaign.sender, in: key.workspace) else {
      throw CampaignFailure("The sender of this campaign has been removed.")
    }
    let linkKey: Secret
    do {
      linkKey = try bench.senders.keys.openSecret(
        workspace.sealedLinkKey, as: .linkKey, workspace: workspace.id, row: workspace.id)
    } catch {
      return try await unreadable(sender, error)
    }
    let leg = CampaignLeg(
      bench: bench, campaign: campaign, workspace: workspace, fieldNames: list.fieldNames,
      linkKey: linkKey, sign: sign)
    let route = [sender] + (try await store.senders.fallbacks(of: sender.id, in: key.workspace))
    var obstacles: [CampaignLeg.Obstacle] = []
    for place in route.indices {
      switch try await leg.go(by: place, of: route) {
      case .blocked(let obstacle): obstacles.append(obstacle)
      case .better: return Waiting(until: .now(), reason: .list)
      case .notYet: return Waiting(until: .now() + .milliseconds(250), reason: .list)
      case .went(let result, let active, let reporter, let holdUps):
        return try await conclude(result, campaign, active, reporter: reporter, holdUps: holdUps)
      }
    }
    return try await blocked(by: obstacles, sender)
  }

  /// No sender can be used: waits as long as one of them may come back, or gives up.
  private func blocked(
    by obstacles: [CampaignLeg.Obstacle], _ sender: Sender
  ) async throws -> Waiting? {
    var unreadable: (any Error)?
    for obstacle in obstacles {
      switch obstacle {
      case .stopped: continue
      case .unreadable(let error): unreadable = error
      case .unreachable(let error, let endpoint, let doorstep):
        try await slow(
          SenderAdvice.sentence(error, for: endpoint, on: .page)
            + " It is tried again and again.")
        let soon = Timestamp.now() + .seconds(1)
        return Waiting(
          until: max(soon, doorstep.nextTry ?? soon + .seconds(4)), reason: .trouble(sender))
      }
    }
    // The key is the operator's affair, and nothing is lost while it is looked for.
    if let unreadable { return try await self.unreadable(sender, unreadable) }
    guard case .stopped(let sentence)? = obstacles.first else { return trouble(sender) }
    throw CampaignFailure(sentence)
  }

  private func unreadable(_ sender: Sender, _ error: any Error) async throws -> Waiting? {
    log?.error("a secret does not open", ["reason": .text("\(error)")])
    try await slow("The sender’s password cannot be read with this installation’s key.")
    return trouble(sender)
  }

  // MARK: The end

  private func conclude(
    _ result: Dispatcher.Result, _ campaign: Campaign, _ sender: Sender,
    reporter: CampaignReporter, holdUps: [Dispatcher.HoldUp]
  ) async throws -> Waiting? {
    switch result {
    case .finished: return try await finish(campaign)
    case .stopped: return try await leave(campaign)
    case .deferred(let due):
      try await reporter.rest(
        until: due, because: holdUps + [.deferred(until: due)])
      return Waiting(until: due, reason: .deferred)
    case .limited(let free):
      try await reporter.rest(
        until: nil, because: reporter.allowance.bound.map { [Dispatcher.HoldUp.limit($0)] } ?? [])
      return Waiting(until: free, reason: .limit(reporter.allowance, sender: sender.id))
    // A leg that ends so is blocked.
    case .unreachable, .senderFailed: return trouble(sender)
    case .ledgerFailed(let error): throw error
    }
  }

  private func finish(_ campaign: Campaign) async throws(StoreError) -> Waiting? {
    guard try await store.campaigns.move(key, to: .sent, now: .now()) != nil else {
      return try await leave(campaign)
    }
    if let progress = try await store.campaigns.progress(key), !progress.counts.isFinished {
      // Someone has asked for more in the moment between.
      _ = try await store.campaigns.move(key, to: .sending, now: .now())
      return nil
    }
    log?.info("campaign sent")
    try await bench.attachments.forget(
      campaign.content.attachments, in: key.workspace, of: store)
    return nil
  }

  /// Leaves a campaign that is paused or has ended, or that the program has no time for now.
  private func leave(_ campaign: Campaign) async throws(StoreError) -> Waiting? {
    guard let progress = try await store.campaigns.progress(key) else { return nil }
    if progress.state.isFinal {
      try await CampaignFailure.endRest(of: key, in: store, now: .now())
      try await bench.attachments.forget(
        campaign.content.attachments, in: key.workspace, of: store)
    } else if progress.pace != CampaignPace() {
      try await store.campaigns.setPace(CampaignPace(), of: key)
    }
    return nil
  }

  private func end(_ failure: CampaignFailure) async -> Waiting? {
    log?.warning("campaign failed", ["reason": .text(failure.sentence)])
    do throws(StoreError) {
      try await failure.end(key, in: store, now: .now())
      guard let campaign = try await store.campaigns.find(key) else { return nil }
      return try await leave(campaign)
    } catch {
      log?.error("a campaign cannot be ended", ["reason": .text("\(error)")])
      return trouble(nil)
    }
  }

  /// Waits longer with each failure, up to five minutes.
  private func trouble(_ sender: Sender?) -> Waiting {
    let seconds = min(300, 5 << min(failures, 6))
    return Waiting(until: .now() + .seconds(seconds), reason: .trouble(sender))
  }

  private func slow(_ reason: String) async throws(StoreError) {
    try await store.campaigns.setPace(CampaignPace(slowReason: reason), of: key)
  }
}
