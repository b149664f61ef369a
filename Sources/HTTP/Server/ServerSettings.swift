/// Where a server listens and how much it bears.
public struct ServerSettings: Sendable {
  /// A numeric IPv4 or IPv6 address.
  public var address = "127.0.0.1"
  /// Zero takes any free port.
  public var port: UInt16 = 8_080
  public var connectionLimit = 2_000
  /// Connections from one address; zero is no limit, as behind a proxy.
  public var connectionLimitPerAddress = 0
  /// The most octets of request line and header fields; more is 431.
  public var headerLimit = 16 << 10
  /// The most octets of the request line's target; more is 414.
  public var targetLimit = 8 << 10
  public var fieldLimit = 100
  /// How long a new connection's header may take.
  public var headerDeadline = Duration.seconds(10)
  /// How long a connection may wait for its next request.
  public var idleDeadline = Duration.seconds(30)
  /// How far a client may fall behind ``minimumBytesPerSecond``, in either direction.
  public var stallDeadline = Duration.seconds(30)
  public var minimumBytesPerSecond = 1_024
  /// How often a silent event stream gets a comment, which shows whether the client is there.
  public var heartbeat = Duration.seconds(15)
  public var security = SecurityHeaders()

  public init() {}
}

/// Why a server could not start.
public enum ServerError: Error, Equatable {
  case badAddress(String)
  /// `errno` of the call that failed.
  case cannotListen(Int32)
  case cannotStart
}
