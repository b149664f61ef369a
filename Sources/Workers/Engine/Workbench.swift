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
  private let shapers = Lock<[Identifier: Shaper]>([:])

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
  func lines(of sender: Sender) -> Lines {
    let most = connections(of: sender)
    return lines.withLock { known in
      if let lines = known[sender.id] {
        lines.limit(most)
        return lines
      }
      let new = Lines(most: most)
      known[sender.id] = new
      return new
    }
  }

  /// How many connections a sender may have.
  func connections(of sender: Sender) -> Int {
    sender.limits.connections ?? options.connectionsPerSender
  }

  /// What all campaigns of a sender have learnt about its receivers.
  func shaper(of sender: Identifier) -> Shaper {
    shapers.withLock { known in
      if let shaper = known[sender] { return shaper }
      let new = Shaper()
      known[sender] = new
      return new
    }
  }

  /// Lets go of the lines, counts and lessons of senders that are not in use.
  func sweep() {
    lines.withLock { known in
      for sender in Array(known.keys) {
        // Out of its place, so that the reference at hand is the only one unless somebody has it.
        var unused = known.removeValue(forKey: sender)
        if !isKnownUniquelyReferenced(&unused) { known[sender] = unused }
      }
    }
    // What they have learnt is written down.
    shapers.withLock { known in
      for sender in Array(known.keys) {
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
      // An hour and a day, and somewhat more.
      let (hourAgo, dayAgo) = (
        throttle.now() + .seconds(-3_700), throttle.now() + .seconds(-86_500)
      )
      allowance.restore(
        sender: try await store.usage.sent(by: sender.id, in: workspace.id, since: dayAgo),
        workspace: try await store.usage.sent(in: workspace.id, since: hourAgo))
    }
    allowance.limit(sender: sender.limits, workspace: workspace.messagesPerHour)
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
