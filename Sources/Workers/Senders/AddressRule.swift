import Locking
import Model
import Net

/// Which addresses may be connected to: all while registration is closed, public ones and those
/// allowed by name otherwise (ruling C23).
final class AddressRule: Sendable {
  private let allowed: AllowedHosts
  /// Until it is known who may register, strangers may be among the users.
  private let isStrict = Lock(true)

  init(allowing allowed: AllowedHosts) { self.allowed = allowed }

  func follow(_ registration: Registration) { isStrict.withLock { $0 = registration == .open } }

  func admits(_ address: SocketAddress, of host: String) -> Bool {
    !isStrict.withLock { $0 } || address.isPublic || allowed.contains(address, of: host)
  }
}
