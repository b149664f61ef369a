import CNet
import Dispatch
import Glibc
import Locking

/// One thread that waits for sockets with epoll and runs the tasks that use them.
///
/// It is both a serial and a task executor. Give the *task* the preference
/// (`addTask(executorPreference: loop)`): without it every wake-up takes a detour over the shared
/// pool. A task on a loop owns the ``Stream``s it opened there; they never leave the loop.
public final class EventLoop: SerialExecutor, TaskExecutor, @unchecked Sendable {
  // Safe: `inbox` is behind its lock; everything marked "loop only" is touched by `thread` alone.
  private struct Inbox {
    var jobs: [UnownedJob] = []
    var errands: [@Sendable () -> Void] = []
    var isRinging = false
    var isStopping = false
  }

  private let epoll: Int32
  private let bell: Int32
  private let inbox = Lock(Inbox())
  private let stopped = DispatchSemaphore(value: 0)

  // Loop only.
  /// Where reads land before they are copied to whom they belong.
  let scratch = UnsafeMutableRawBufferPointer.allocate(byteCount: 65_536, alignment: 16)
  private var local: [UnownedJob] = []
  private var channels: [UInt64: Channel] = [:]
  private var lastToken: UInt64 = 0
  private var nextDeadlineCheck: UInt64 = 0

  private static let bellToken: UInt64 = 0
  private static let current = ThreadLocalLoop()

  /// Starts the loop's thread.
  ///
  /// - Throws: ``NetError/system(_:doing:)`` when descriptors have run out.
  public init(name: String) throws(NetError) {
    epoll = martlet_epoll_create()
    bell = martlet_eventfd()
    guard epoll >= 0, bell >= 0 else {
      throw .system(-min(epoll, bell), doing: "starting an event loop")
    }
    _ = martlet_epoll_watch_reads(epoll, bell, Self.bellToken)
    let ready = DispatchSemaphore(value: 0)
    let thread = Thread { [unowned self] in
      martlet_block_sigpipe()
      Self.current.set(self)
      ready.signal()
      self.turn()
    }
    thread.start(named: name)
    ready.wait()
  }

  deinit {
    scratch.deallocate()
    close(epoll)
    close(bell)
  }

  /// Ends the thread once the work at hand is done, and waits for it.
  ///
  /// Call it when no task uses the loop any more; never from the loop itself.
  public func stop() {
    inbox.withLock { $0.isStopping = true }
    martlet_eventfd_ring(bell)
    stopped.wait()
  }

  // MARK: Executor

  public func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    if isCurrent {
      local.append(job)
      return
    }
    let mustRing = inbox.withLock { inbox in
      inbox.jobs.append(job)
      defer { inbox.isRinging = true }
      return !inbox.isRinging
    }
    if mustRing { martlet_eventfd_ring(bell) }
  }

  /// Runs something short on the loop's thread, soon.
  public func perform(_ errand: @escaping @Sendable () -> Void) {
    let mustRing = inbox.withLock { inbox in
      inbox.errands.append(errand)
      defer { inbox.isRinging = true }
      return !inbox.isRinging
    }
    if mustRing { martlet_eventfd_ring(bell) }
  }

  public func asUnownedSerialExecutor() -> UnownedSerialExecutor {
    UnownedSerialExecutor(ordinary: self)
  }

  public func asUnownedTaskExecutor() -> UnownedTaskExecutor {
    UnownedTaskExecutor(ordinary: self)
  }

  public func checkIsolated() {
    precondition(isCurrent, "this work belongs on its event loop")
  }

  public func isIsolatingCurrentContext() -> Bool? { isCurrent }

  /// Whether the caller runs on this loop's thread.
  public var isCurrent: Bool { Self.current.is(self) }

  // MARK: Channels

  /// Watches a descriptor until its channel is closed; loop only.
  func open(_ fd: Int32) throws(NetError) -> Channel {
    checkIsolated()
    lastToken += 1
    let channel = Channel(fd: fd, token: lastToken, loop: self)
    let code = martlet_epoll_watch(epoll, fd, lastToken)
    guard code >= 0 else { throw .system(-code, doing: "watching a socket") }
    channels[lastToken] = channel
    return channel
  }

  /// Forgets a channel; loop only.
  func forget(_ channel: Channel) {
    _ = martlet_epoll_unwatch(epoll, channel.fd)
    channels[channel.token] = nil
  }

  /// Closes a channel, if it is still open, from any thread and soon.
  func cut(_ token: UInt64) {
    perform { [self] in channels[token]?.close() }
  }

  // MARK: The loop

  private func turn() {
    var ready = [martlet_ready](repeating: martlet_ready(), count: 256)
    while true {
      let isStopping = takeInbox()
      // What tasks leave for each other is done before the sockets are asked again; but not for
      // ever.
      for _ in 0..<8 where !local.isEmpty { runLocalJobs() }
      if isStopping, local.isEmpty { break }
      let patience: Int32 = local.isEmpty ? (channels.isEmpty ? -1 : 100) : 0
      let count = martlet_epoll_wait(epoll, &ready, Int32(ready.count), patience)
      for event in ready.prefix(Int(max(0, count))) {
        if event.token == Self.bellToken {
          martlet_eventfd_clear(bell)
        } else {
          channels[event.token]?.wake(
            reading: event.readable != 0, writing: event.writable != 0,
            isLast: event.is_last != 0)
        }
      }
      endOverdueWaits()
    }
    stopped.signal()
  }

  /// Moves the jobs of other threads over; returns whether the loop is to end.
  private func takeInbox() -> Bool {
    var taken: [UnownedJob] = []
    var errands: [@Sendable () -> Void] = []
    let isStopping = inbox.withLock { inbox in
      swap(&taken, &inbox.jobs)
      swap(&errands, &inbox.errands)
      inbox.isRinging = false
      return inbox.isStopping
    }
    for errand in errands { errand() }
    local.append(contentsOf: taken)
    return isStopping
  }

  private func runLocalJobs() {
    var jobs: [UnownedJob] = []
    swap(&jobs, &local)
    for job in jobs {
      job.runSynchronously(
        isolatedTo: asUnownedSerialExecutor(), taskExecutor: asUnownedTaskExecutor())
    }
    // Keeps the storage for the next round.
    if local.isEmpty {
      jobs.removeAll(keepingCapacity: true)
      swap(&jobs, &local)
    }
  }

  /// Deadlines are looked at ten times a second: they are seconds to minutes long.
  private func endOverdueWaits() {
    let now = martlet_monotonic()
    guard now >= nextDeadlineCheck else { return }
    nextDeadlineCheck = now &+ 100_000_000
    for channel in channels.values where channel.earliestDeadline <= now {
      channel.endOverdueWaits(now: now)
    }
  }
}

/// Remembers which loop, if any, the current thread belongs to.
private struct ThreadLocalLoop: Sendable {
  private let key: pthread_key_t

  init() {
    var key = pthread_key_t()
    pthread_key_create(&key, nil)
    self.key = key
  }

  func set(_ loop: EventLoop) {
    pthread_setspecific(key, Unmanaged.passUnretained(loop).toOpaque())
  }

  func `is`(_ loop: EventLoop) -> Bool {
    pthread_getspecific(key) == UnsafeMutableRawPointer(Unmanaged.passUnretained(loop).toOpaque())
  }
}

/// A detached thread with a name.
private struct Thread {
  private let body: @Sendable () -> Void

  init(_ body: @escaping @Sendable () -> Void) { self.body = body }

  func start(named name: String) {
    let box = Unmanaged.passRetained(Body(body))
    var thread = pthread_t()
    pthread_create(&thread, nil, threadMain, box.toOpaque())
    martlet_thread_name(thread, name)
    pthread_detach(thread)
  }

  final class Body: Sendable {
    let run: @Sendable () -> Void
    init(_ run: @escaping @Sendable () -> Void) { self.run = run }
  }
}

private let threadMain: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? = {
  if let raw = $0 { Unmanaged<Thread.Body>.fromOpaque(raw).takeRetainedValue().run() }
  return nil
}
