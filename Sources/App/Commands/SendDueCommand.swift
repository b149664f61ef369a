import Model
import Net
import Octets
import Storage
import Workers

extension Command {
  /// `martlet send-due`: one round of what `martlet serve` does all the time.
  static func sendDue(_ configure: @escaping Configure, crash: CrashPlan) -> Command {
    Command(
      "send-due", "send all mail that is due, then end",
      details: """
        For those who would rather have cron than a process that runs all the time: begins the \
        campaigns whose time has come, goes on with those under way, tries again what is due again, \
        sends single messages, and ends when nothing more is due. What is due later waits for the \
        next call. It works whether the schedule is switched on or off.

        While `martlet serve` runs on the same folder, it sends what is due by itself: this command \
        says so and changes nothing.
        """,
      options: [
        Option("data", "DIR", "where everything is kept (./data)"),
        .flag("json", "the result as JSON"),
      ],
      examples: [
        Example("*/5 * * * * martlet send-due --data /var/lib/martlet", "a line for crontab")
      ]
    ) { arguments, console in
      let configuration = try configure(arguments, console)
      let installation: Installation
      do {
        installation = try await Installation.open(configuration)
      } catch let failure as DataFolder.Failure where failure.isInUse {
        console.complain(try await DueRound.excuse(configuration))
        return .deferred
      }
      return try await DueRound(
        installation: installation, configuration: configuration, console: console, crash: crash
      ).run(isJSON: arguments.has("json"))
    }
  }
}

/// One round of sending what is due.
struct DueRound {
  let installation: Installation
  let configuration: Configuration
  let console: Console
  let crash: CrashPlan

  /// What to say while another process works on the folder.
  static func excuse(_ configuration: Configuration) async throws -> String {
    let path = configuration.dataFolder
    let store = try await Store.visit(path: DataFolder.database(in: path))
    let isOn = try await store?.settings.isScheduleOn() ?? true
    return """
      Another Martlet is at work on the data folder \(path); `martlet serve` sends what is due by \
      itself, so nothing was done here.
      """
        + (isOn
          ? ""
          : " Its schedule is switched off, though: `martlet schedule enable` switches it on.")
  }

  func run(isJSON: Bool) async throws -> ExitCode {
    let store = installation.store
    let folder = installation.folder
    let logFile = LogFile(in: folder.logs, isDetailed: configuration.isDebugging)
    let loop = try EventLoop(name: "martlet-io")
    defer { loop.stop() }
    var options = try configuration.engineOptions()
    options.log = logFile.log
    options.crash = crash
    options.endsWhenIdle = true
    let engine = Engine(
      store: store, keys: installation.keys,
      folders: Engine.Folders(uploads: folder.uploads, attachments: folder.attachments),
      loop: loop, options: options)
    let isStopped = StopSign()
    let signals = StopSignals {
      isStopped.raise()
      engine.stop()
    }
    defer { signals.end() }
    let started = Timestamp.now()
    let before = try await counts(started)
    try await engine.run()

    var total = CampaignCounts()
    var isLeft = false
    for (key, old) in before {
      guard let progress = try await store.campaigns.progress(key) else { continue }
      for state in DeliveryState.allCases {
        total[state] += progress.counts[state] - (state.isFinal ? old[state] : 0)
      }
      if try await isDue(key, progress) { isLeft = true }
    }
    let summary = CampaignSummary(
      campaign: nil, counts: total, seconds: (Timestamp.now() - started) / .seconds(1),
      sentNow: total[.sent])
    console.line(isJSON ? summary.json : summary.line)
    if isStopped.isRaised { return .interrupted }
    if isLeft {
      console.complain(
        "Not all that is due could be sent: a limit is reached or a server lets nobody in. Run it again later."
      )
    }
    return isLeft ? .deferred : .ok
  }

  /// The campaigns that are due, with their counts.
  private func counts(
    _ now: Timestamp
  ) async throws -> [(key: CampaignKey, counts: CampaignCounts)] {
    var all: [(key: CampaignKey, counts: CampaignCounts)] = []
    for active in try await installation.store.campaigns.active() {
      if active.state == .scheduled, (active.scheduledAt ?? now) > now { continue }
      guard let counts = try await installation.store.campaigns.counts(active.key) else { continue }
      all.append((active.key, counts))
    }
    return all
  }

  private func isDue(_ key: CampaignKey, _ progress: CampaignProgress) async throws -> Bool {
    switch progress.state {
    case .preparing: return true
    case .sending:
      if progress.counts[.queued] > 0 { return true }
      return try await installation.store.deliveries.nextDue(key).map { $0 <= .now() } ?? false
    default: return false
    }
  }
}
