import CNet
import Locking

/// Which addresses did not answer lately, so that they are tried last for some minutes.
///
/// One memory serves all connections of the house: a dead IPv6 route costs its moment once.
public final class AddressMemory: Sendable {
  private static let addressesKept = 1_000

  private let span: Duration
  private let now: @Sendable () -> UInt64
  /// Until when, in monotonic nanoseconds.
  private let avoided = Lock<[SocketAddress: UInt64]>([:])

  public convenience init(for span: Duration = .seconds(600)) {
    self.init(for: span) { martlet_monotonic() }
  }

  /// With a clock of monotonic nanoseconds.
  init(for span: Duration, now: @escaping @Sendable () -> UInt64) {
    self.span = span
    self.now = now
  }

  /// The same addresses, those to avoid at the end.
  public func inOrder(_ addresses: [SocketAddress]) -> [SocketAddress] {
    guard addresses.count > 1 else { return addresses }
    let now = now()
    let avoided = avoided.withLock { avoided in
      Set(addresses.filter { address in avoided[address].map { $0 > now } == true })
    }
    guard !avoided.isEmpty else { return addresses }
    return addresses.filter { !avoided.contains($0) } + addresses.filter { avoided.contains($0) }
  }

  /// Nobody answered there, or not as a server should.
  public func failed(_ address: SocketAddress) {
    let now = now()
    let until = now &+ UInt64(clamping: Int64(span / .nanoseconds(1)))
    avoided.withLock { avoided in
      if avoided.count >= Self.addressesKept { avoided = avoided.filter { $0.value > now } }
      if avoided.count >= Self.addressesKept { avoided = [:] }
      avoided[address] = until
    }
  }

  func worked(_ address: SocketAddress) { avoided.withLock { $0[address] = nil } }
}
