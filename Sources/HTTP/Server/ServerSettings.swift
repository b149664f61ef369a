/// Where a server listens and how much it bears.
package struct ServerSettings: Sendable {
  /// A numeric IPv4 or IPv6 address.
  package var address = "127.0.0.1"
  /// Zero takes any free port.
  package var port: UInt16 = 8_080
  package var connectionLimit = 2_000
  /// Connections from one address; zero is no limit, as behind a proxy.
  package var connectionLimitPerAddress = 0
  /// The most octets of request line and header fields; more is 431.
  package var headerLimit = 16 << 10
  /// The most octets of the request line's target; more is 414.
  package var targetLimit = 8 << 10
  package var fieldLimit = 100
  /// How long a new connection's header may take.
  package var headerDeadline = Duration.seconds(10)
  /// How long a connection may wait for its next request.
  package var idleDeadline = Duration.seconds(30)
  /// How far a client may fall behind ``minimumBytesPerSecond``, in either direction.
  package var stallDeadline = Duration.seconds(30)
  package var minimumBytesPerSecond = 1_024
  /// How often a silent event stream gets a comment, which shows whether the client is there.
  package var heartbeat = Duration.seconds(15)
  package var security = SecurityHeaders()

  package init() {}
}

/// Why a server could not start.
package enum ServerError: Error, Equatable {
  case badAddress(String)
  /// `errno` of the call that failed.
  case cannotListen(Int32)
  case cannotStart
}
