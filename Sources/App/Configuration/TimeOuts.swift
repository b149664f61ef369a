import SMTP
import Workers

/// How long mail servers may take, as `SMTP_TIMEOUTS` says it: `connect=30s,data-end=10m`.
struct TimeOuts {
  private(set) var patience = Patience()
  /// After so long without a message a connection is closed.
  private(set) var idle = Duration.seconds(30)

  private typealias Step = (name: String, change: @Sendable (inout Patience, Duration) -> Void)

  private static let steps: [Step] = [
    ("connect", { $0.connect = $1 }), ("greeting", { $0.greeting = $1 }),
    ("command", { $0.command = $1 }), ("handshake", { $0.handshake = $1 }),
    ("authentication", { $0.authentication = $1 }), ("mail", { $0.mail = $1 }),
    ("recipient", { $0.recipient = $1 }), ("data-start", { $0.dataStart = $1 }),
    ("data-block", { $0.dataBlock = $1 }), ("data-end", { $0.dataEnd = $1 }),
    ("quit", { $0.quit = $1 }),
  ]

  static var names: [String] { steps.map(\.name) + ["idle"] }

  /// The times that RFC 5321 recommends.
  init() {}

  /// Reads `name=time` parted by commas; `nil` when a name or a time is none.
  init?(_ text: String) {
    for item in text.split(separator: ",") {
      let parts = item.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        .map { $0.filter { $0 != " " } }
      guard parts.count == 2, let time = Conversion<Duration>.duration.convert(parts[1]),
        time >= .milliseconds(100), time <= .seconds(3_600)
      else { return nil }
      if parts[0] == "idle" {
        idle = time
      } else if let step = Self.steps.first(where: { $0.name == parts[0] }) {
        step.change(&patience, time)
      } else {
        return nil
      }
    }
  }
}

extension Configuration {
  /// What the settings say about the sending engine.
  func engineOptions() throws(ConfigurationError) -> Engine.Options {
    guard let hosts = AllowedHosts(parsing: privateHosts) else {
      throw .invalid(
        .privateHosts, source: source(of: .privateHosts),
        reason: "holds what is neither a name nor an address. Write it as in 10.0.0.0/8.")
    }
    var options = Engine.Options()
    options.privateHosts = hosts
    options.patience = timeOuts.patience
    options.hello = hello
    options.idleTime = timeOuts.idle
    return options
  }
}
