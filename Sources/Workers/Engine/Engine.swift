public import Crypto
import Locking
import Model
public import Net
import Octets
public import SMTP
public import Storage
public import Telemetry

/// Everything that works behind the pages: reads files, sends campaigns, runs the mail server
/// within, and does what pages ask for.
public final class Engine: Sendable {
  /// Where the data folder keeps files; whole paths.
  public struct Folders: Sendable {
    public let uploads: String
    public let attachments: String

    public init(uploads: String, attachments: String) {
      self.uploads = uploads
      self.attachments = attachments
    }
  }

  /// How to run.
  public struct Options: Sendable {
    /// How many connections to one sender's server there are at a time, over all campaigns.
    public var connectionsPerSender = 8
    /// The private mail servers that are allowed although anybody may register.
    public var privateHosts = AllowedHosts()
    /// Our own name towards mail servers, with a dot; the local address without.
    public var hello: String?
    /// Where public links lead for campaigns that do not say it themselves.
    public var baseURL: String?
    public var log: Log?
    public var crash = CrashPlan.none
    /// The sandbox's port on loopback; 0 lets the system choose.
    public var sandboxPort: UInt16 = 0
    /// How many campaigns are sent at a time.
    public var mostCampaigns = 32
    /// How long a mail server may keep us after ``Engine/stop()``; then connections are cut.
    public var grace = Duration.seconds(10)
    /// How long each step of a conversation with a mail server may take.
    public var patience = Patience()
    /// A connection that has had nothing to do for so long is closed.
    public var idleTime = Duration.seconds(30)
    /// While a sender stands in for another: how often to look whether that one is well again.
    public var lookBack = Duration.seconds(5)
    /// Whether to end as soon as nothing more is due.
    public var endsWhenIdle = false

    public init() {}
  }

  private let store: Store
  private let keys: KeyRing
  private let folders: Folders
  private let loop: EventLoop
  private let options: Options
  private let inbox: SandboxInbox
  private let stopping = StopSign()
  private let isWorking = Lock(false)
  /// Files from before this moment that nobody asks for are orphans.
  private let startedAt = Timestamp.now()

  public init(
    store: Store, keys: KeyRing, folders: Folders, loop: EventLoop, options: Options = Options()
  ) {
    self.store = store
    self.keys = keys
    self.folders = folders
    self.loop = loop
    self.options = options
    inbox = SandboxInbox(store: store, log: options.log)
  }

  /// The sandbox's port, once it listens.
  public var sandboxPort: UInt16? { inbox.port }

  /// Whether everything is up: the sandbox listens and what a crash left behind is settled.
  public var isReady: Bool { isWorking.withLock { $0 } && !stopping.isRaised }

  /// Lets what is under way come to its end and nothing new begin; campaigns that are being sent
  /// stay so, and go on with the next start.
  ///
  /// Connections are cut when their time is up: messages whose dot may have left are in doubt then,
  /// others are sent at the next start.
  public func stop() {
    stopping.raise()
    store.doorbell.ring()
  }

  /// Works until ``stop()``.
  ///
  /// - Throws: ``NetError`` when the sandbox's port cannot be listened at.
  public func run() async throws(NetError) {
    let bench = Workbench(
      store: store, folders: folders, options: options,
      senders: try SenderDoors(
        keys: keys, inbox: inbox, rule: AddressRule(allowing: options.privateHosts),
        hello: options.hello, loop: loop, patience: options.patience))
    let scheduler = Scheduler(bench: bench, stop: stopping)
    try await inbox.whileServing(at: options.sandboxPort, on: loop) {
      await self.settle(bench)
      self.isWorking.withLock { $0 = true }
      self.options.log?.info(
        "engine ready", ["sandbox port": .number(Int(self.inbox.port ?? 0))])
      _ = try? await self.stopping.cutting(after: self.options.grace) {
        await withTaskGroup { group in
          group.addTask { await scheduler.run() }
          group.addTask { await JobDesk(bench: bench, stop: self.stopping).run() }
          await group.waitForAll()
        }
      }
      self.isWorking.withLock { $0 = false }
    }
    options.log?.info("engine stopped")
  }

  // MARK: The start

  /// Settles what the process before left behind; as long as the database cannot be used, waits.
  private func settle(_ bench: Workbench) async {
    while !stopping.isRaised {
      do throws(StoreError) {
        try await store.jobs.requeueRunning()
        for key in try await store.campaigns.interrupted() {
          try await bench.recover(key)
        }
        try await store.audiences.sweep()
        try await clearFolders()
        return
      } catch {
        options.log?.error("the start has to wait", ["reason": .text("\(error)")])
        await store.doorbell.wait(upTo: .seconds(1))
      }
    }
  }

  private func clearFolders() async throws(StoreError) {
    let uploads = UploadFolder(path: folders.uploads)
    let awaited = Set(try await store.audiences.awaitedFiles().compactMap(uploads.name(_:)))
    let needed = try await store.campaigns.neededAttachments()
    let removed =
      FolderSweep.run(in: folders.uploads, keeping: awaited, olderThan: startedAt)
      + FolderSweep.run(in: folders.attachments, keeping: needed, olderThan: startedAt)
    if removed > 0 { options.log?.info("orphans removed", ["files": .number(removed)]) }
  }
}
