import CNet
import Glibc

/// How a port turns clients away, and for how long.
public struct PortOutage: Sendable, Equatable {
  public enum Kind: String, Sendable, CaseIterable {
    /// Connections are refused at once.
    case closed
    /// Nobody answers, as behind a firewall: clients wait until their patience ends.
    case silent
  }

  public let kind: Kind
  /// `nil`: for good.
  public let duration: Duration?

  public init(_ kind: Kind, for duration: Duration? = nil) {
    self.kind = kind
    self.duration = duration
  }
}

/// A port that is taken, and at which nobody is served.
public final class HeldPort {
  private var descriptors: [Int32]

  /// Holds the port of `address` until this goes away.
  ///
  /// - Throws: ``NetError/system(_:doing:)``, as when the port is taken.
  public init(at address: SocketAddress, _ kind: PortOutage.Kind) throws(NetError) {
    let holder = martlet_tcp_socket(address.family)
    guard holder >= 0 else { throw .system(-holder, doing: "opening a socket") }
    descriptors = [holder]
    var on: Int32 = 1
    setsockopt(holder, SOL_SOCKET, SO_REUSEADDR, &on, socklen_t(MemoryLayout<Int32>.size))
    let bound = address.octets.withUnsafeBytes { bytes in
      bind(
        holder, bytes.baseAddress?.assumingMemoryBound(to: sockaddr.self), socklen_t(bytes.count))
    }
    guard bound == 0 else { throw .system(errno, doing: "holding \(address)") }
    guard kind == .silent else { return }
    guard listen(holder, 0) == 0 else { throw .system(errno, doing: "holding \(address)") }
    // Once its queue is full, Linux leaves whoever knocks without an answer. We knock first.
    for _ in 0..<2 {
      let client = martlet_tcp_socket(address.family)
      guard client >= 0 else { throw .system(-client, doing: "opening a socket") }
      descriptors.append(client)
      _ = address.octets.withUnsafeBytes {
        martlet_tcp_connect(client, $0.baseAddress, UInt32($0.count))
      }
    }
  }

  deinit { for descriptor in descriptors { close(descriptor) } }
}

extension SocketAddress {
  /// The same host's address with another port.
  public func at(port: UInt16) -> SocketAddress {
    var octets = octets
    // The port follows the family, in IPv4 and in IPv6.
    guard octets.count >= 4 else { return self }
    octets[2] = UInt8(truncatingIfNeeded: port >> 8)
    octets[3] = UInt8(truncatingIfNeeded: port)
    return SocketAddress(octets: octets)
  }
}
