import CMicrohttpd
import Glibc
import Locking

/// A web server on one port: libmicrohttpd on a thread of its own, handlers as Swift tasks.
///
/// The caller ignores SIGPIPE and calls ``stop(within:)`` before letting go.
public final class Server: Sendable {
  private struct Daemon: @unchecked Sendable {
    // Safe: used by start and stop only, and libmicrohttpd's own calls may come from any thread.
    let pointer: OpaquePointer
    let listener: Int32
  }

  /// The port it listens on, also when zero was asked for.
  public let port: UInt16
  private let core: ServerCore
  private let daemon: Lock<Daemon?>
  private let ticker: Task<Void, Never>

  /// Listens and answers at once.
  public init(_ settings: ServerSettings, _ responder: any Responder) throws(ServerError) {
    let (listener, port) = try ListeningSocket.open(
      address: settings.address, port: settings.port)
    var settings = settings
    settings.connectionLimit = DescriptorLimit.makeRoom(for: settings.connectionLimit)
    let core = ServerCore(settings, responder)
    guard let pointer = Self.start(core, listener: listener) else {
      close(listener)
      throw .cannotStart
    }
    self.port = port
    self.core = core
    daemon = Lock(Daemon(pointer: pointer, listener: listener))
    // Cancelled by `stop`.
    ticker = Task { await Self.tick(core) }
  }

  /// Requests being answered, event streams among them.
  public var inFlight: Int { core.inFlight }

  /// Takes no new connections, ends event streams, lets running requests finish, then stops.
  ///
  /// What still runs after `deadline` is answered with 503 or cut. A second call does nothing.
  public func stop(within deadline: Duration) async {
    let daemon = daemon.withLock { daemon in
      defer { daemon = nil }
      return daemon
    }
    guard let daemon else { return }
    _ = MHD_quiesce_daemon(daemon.pointer)
    core.drain()
    let end = ContinuousClock.now + deadline
    while core.inFlight > 0, ContinuousClock.now < end {
      try? await Task.sleep(for: .milliseconds(10))
      if Task.isCancelled { break }
    }
    // The library aborts the process if one connection is left asleep.
    core.closeAll()
    ticker.cancel()
    MHD_stop_daemon(daemon.pointer)
    close(daemon.listener)
    Unmanaged.passUnretained(core).release()
  }

  /// Cuts late connections and keeps event streams alive.
  private static func tick(_ core: ServerCore) async {
    let settings = core.settings
    let shortest =
      [
        settings.headerDeadline, settings.stallDeadline, settings.idleDeadline, settings.heartbeat,
      ].min() ?? .seconds(1)
    let pause = min(max(shortest / 4, .milliseconds(5)), .milliseconds(500))
    var beaten = ContinuousClock.now
    while (try? await Task.sleep(for: pause)) != nil {
      let now = ContinuousClock.now
      core.deadlines.enforce(now: now)
      guard now - beaten >= settings.heartbeat else { continue }
      beaten = now
      core.beat()
    }
  }

  /// - Returns: `nil` when libmicrohttpd refuses; otherwise `core` is retained for it.
  private static func start(_ core: ServerCore, listener: Int32) -> OpaquePointer? {
    let settings = core.settings
    let held = Unmanaged.passRetained(core)
    let pointer = held.toOpaque()
    // The library's own limit on silence stands behind ours, for answers nobody reads.
    let silence =
      max(settings.stallDeadline, settings.idleDeadline).components.seconds + 1
    var options: [MHD_OptionItem] = [
      .init(option: .LISTEN_SOCKET, value: Int(listener), ptr_value: nil),
      .init(option: .CONNECTION_LIMIT, value: settings.connectionLimit, ptr_value: nil),
      .init(
        option: .PER_IP_CONNECTION_LIMIT, value: settings.connectionLimitPerAddress,
        ptr_value: nil),
      .init(option: .CONNECTION_TIMEOUT, value: Int(silence), ptr_value: nil),
      // Twice the header, for what the library keeps beside it.
      .init(option: .CONNECTION_MEMORY_LIMIT, value: settings.headerLimit * 2, ptr_value: nil),
      .init(option: .STRICT_FOR_CLIENT, value: 0, ptr_value: nil),
      .init(option: .SIGPIPE_HANDLED_BY_APP, value: 1, ptr_value: nil),
      .init(
        option: .NOTIFY_CONNECTION, value: unsafeBitCast(onConnection, to: Int.self),
        ptr_value: pointer),
      .init(
        option: .URI_LOG_CALLBACK, value: unsafeBitCast(onTarget, to: Int.self),
        ptr_value: pointer),
      .init(
        option: .NOTIFY_COMPLETED, value: unsafeBitCast(onCompleted, to: Int.self),
        ptr_value: pointer),
      .init(option: .END, value: 0, ptr_value: nil),
    ]
    // Without MHD_USE_ERROR_LOG the library writes nothing to standard error.
    let flags =
      MHD_USE_EPOLL_INTERNAL_THREAD.rawValue | MHD_ALLOW_SUSPEND_RESUME.rawValue
      | MHD_USE_TURBO.rawValue
    let daemon = options.withUnsafeMutableBufferPointer { options -> OpaquePointer? in
      guard let base = options.baseAddress else { return nil }
      return withVaList([MHD_OPTION.ARRAY.rawValue, OpaquePointer(base), MHD_OPTION.END.rawValue]) {
        MHD_start_daemon_va(flags, 0, nil, nil, onRequest, pointer, $0)
      }
    }
    if daemon == nil { held.release() }
    return daemon
  }
}
