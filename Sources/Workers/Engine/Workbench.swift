import Locking
import Model
import Octets
import Storage
import Telemetry

/// What all parts of the engine share.
struct Workbench: Sendable {
  let store: Store
  let folders: Engine.Folders
  let options: Engine.Options
  let senders: SenderDoors
  let throttle = Throttle()
  private let lines = Lock<[Identifier: Lines]>([:])

  init(
    store: Store, folders: Engine.Folders, options: Engine.Options, senders: SenderDoors
  ) {
    self.store = store
    self.folders = folders
    self.options = options
    self.senders = senders
  }

  var uploads: UploadFolder { UploadFolder(path: folders.uploads) }
  var attachments: AttachmentFolder { AttachmentFolder(folders.attachments) }

  /// The connections that all campaigns of a sender share.
  func lines(of sender: Identifier) -> Lines {
    lines.withLock { known in
      if let lines = known[sender] { return lines }
      let new = Lines(most: options.connectionsPerSender)
      known[sender] = new
      return new
    }
  }

  /// Lets go of the lines and hours of senders that are not in use.
  func sweep() {
    lines.withLock { known in
      for sender in Array(known.keys) {
        // Out of its place, so that the reference at hand is the only one unless somebody has it.
        var unused = known.removeValue(forKey: sender)
        if !isKnownUniquelyReferenced(&unused) { known[sender] = unused }
      }
    }
    throttle.sweep()
    senders.porches.sweep()
  }

  /// How many senders' lines are kept.
  var lineCount: Int { lines.withLock { $0.count } }

  /// What a sender may do, by the limits of today; what left before this process began counts.
  func allowance(
    of sender: Sender, in workspace: Workspace
  ) async throws(StoreError) -> Allowance {
    let allowance = throttle.allowance(sender: sender.id, in: workspace.id)
    if !allowance.isRestored {
      let hourAgo = throttle.now() + (.zero - SlidingHour.span)
      allowance.restore(
        sender: try await store.usage.sent(by: sender.id, in: workspace.id, since: hourAgo),
        workspace: try await store.usage.sent(in: workspace.id, since: hourAgo))
    }
    allowance.limit(sender: sender.messagesPerHour, workspace: workspace.messagesPerHour)
    return allowance
  }

  /// Settles the deliveries that a process left under way; only for a campaign that nobody works
  /// on.
  func recover(_ key: CampaignKey) async throws(StoreError) {
    guard let campaign = try await store.campaigns.find(key), campaign.counts[.sending] > 0 else {
      return
    }
    let settled = try await store.deliveries.recover(campaign, now: .now())
    options.log?.warning(
      "deliveries of an interrupted run",
      [
        "campaign": .text(key.campaign.text(.campaign)), "queued": .number(settled.requeued),
        "in doubt": .number(settled.inDoubt),
      ])
    if campaign.state.isFinal {
      try await CampaignFailure.endRest(of: key, in: store, now: .now())
    }
  }
}
