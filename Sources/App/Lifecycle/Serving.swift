import Crypto
import Glibc
import HTTP
import Locking
import Net
import Octets
import Storage
import Telemetry
import Web
import Workers

/// A running `martlet serve`: from the first line on the console to the last message sent.
struct Serving: Sendable {
  private let installation: Installation
  private let configuration: Configuration
  private let isDemo: Bool
  private let crash: CrashPlan
  private let console: Console

  /// How long answers under way may take once we stop.
  private static let drainTime = Duration.seconds(10)
  /// How long stopping may take altogether.
  private static let stopTime = Duration.seconds(14)

  init(
    _ installation: Installation, _ configuration: Configuration, isDemo: Bool, crash: CrashPlan,
    console: Console
  ) {
    self.installation = installation
    self.configuration = configuration
    self.isDemo = isDemo
    self.crash = crash
    self.console = console
  }

  func run() async throws -> ExitCode {
    let folder = installation.folder
    let logFile = LogFile(in: folder.logs, isDetailed: configuration.isDebugging)
    let log = logFile.log
    let lastResort = LastResort(log: log)
    defer { lastResort.cancel() }
    let loop = try EventLoop(name: "martlet-io")
    defer { loop.stop() }

    var options = try configuration.engineOptions()
    options.log = log
    options.crash = crash
    options.grace = Self.drainTime
    let engine = Engine(
      store: installation.store, keys: installation.keys,
      folders: Engine.Folders(uploads: folder.uploads, attachments: folder.attachments),
      loop: loop, options: options)
    let isStopping = Lock(false)
    let welcome = try await Welcome(installation, configuration).prepare(isDemo: isDemo)
    let site = Site(
      siteSettings(log) { isStopping.withLock { $0 } ? false : engine.isReady },
      store: installation.store, keys: installation.keys)
    let server = try await listen(site)

    let (ends, end) = AsyncStream.makeStream(of: String?.self)
    let signals = StopSignals { end.yield(nil) }
    defer { signals.end() }
    // Awaited below, in the same call.
    let work = Task {
      do {
        try await engine.run()
      } catch {
        end.yield("The sending engine cannot run: \(error)")
      }
    }
    let upkeep = Task { await Upkeep(store: installation.store, log: log).run() }
    defer { upkeep.cancel() }
    let address = "http://\(shownHost(server.port))"
    console.line("Martlet is ready at \(address)")
    for line in welcome.lines(configuration[.baseURL] ?? address) { console.line(line) }
    log.info("serving", ["address": .text(address)])

    var failure: String?
    for await reason in ends {
      failure = reason
      break
    }
    log.info("stopping", [:])
    lastResort.arm(after: Self.stopTime)
    isStopping.withLock { $0 = true }
    engine.stop()
    await server.stop(within: Self.drainTime)
    await work.value
    if let failure {
      console.complain(failure)
      return .failure
    }
    return .ok
  }

  private func listen(_ site: Site) async throws -> Server {
    let settings = try await serverSettings()
    do throws(ServerError) {
      return try Server(settings, site.responder)
    } catch {
      guard case .cannotListen(let code) = error else { throw error }
      throw SendRequest.Refusal(
        """
        The pages cannot be served at \(configuration.listen): \(String(cString: strerror(code))). \
        Name another place with --listen, as in 127.0.0.1:8081.
        """)
    }
  }

  // MARK: Settings

  private func siteSettings(
    _ log: Log, isReady: @escaping @Sendable () -> Bool
  ) -> SiteSettings {
    let folder = installation.folder
    let store = installation.store
    var settings = SiteSettings(
      uploads: folder.uploads, attachments: folder.attachments, version: Martlet.version)
    settings.allowedHosts = configuration.allowedHosts
    settings.trustedOrigins = configuration.trustedOrigins
    settings.trustedProxies = configuration.trustedProxies
    settings.forcesHTTPS = configuration.forcesHTTPS
    settings.baseURL = configuration[.baseURL]
    settings.log = log
    settings.trouble = {
      guard isReady() else { return "the sending engine is not at work" }
      do {
        _ = try await store.settings.registration()
        return nil
      } catch {
        return "the database does not answer"
      }
    }
    return settings
  }

  private func serverSettings() async throws -> ServerSettings {
    let place = configuration.listen
    var settings = ServerSettings()
    settings.port = place.port
    guard
      let address = try await SocketAddress.resolve(host: place.host, port: place.port).first
    else { throw NetError.unresolvable(host: place.host, reason: "it has no address") }
    settings.address = HostAndPort(address.description)?.host ?? place.host
    settings.security = SecurityHeaders(strictTransport: configuration.strictTransport)
    return settings
  }

  /// Where a browser on this machine finds us.
  private func shownHost(_ port: UInt16) -> HostAndPort {
    let host = configuration.listen.host
    return HostAndPort(host: host == "0.0.0.0" || host == "::" ? "127.0.0.1" : host, port: port)
  }
}
