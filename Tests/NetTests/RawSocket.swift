import Glibc

/// A socket without an event loop, for peers that misbehave.
final class RawSocket: Sendable {
  let descriptor: Int32

  private init(_ descriptor: Int32) { self.descriptor = descriptor }

  deinit { close(descriptor) }

  /// Bound to a port of loopback at which nobody listens, unless a backlog is given.
  static func bound(backlog: Int32? = nil) -> (socket: RawSocket, port: UInt16) {
    let socket = RawSocket(Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0))
    var address = loopback(port: 0)
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    withUnsafeMutableBytes(of: &address) { bytes in
      let pointer = bytes.baseAddress?.assumingMemoryBound(to: sockaddr.self)
      bind(socket.descriptor, pointer, length)
      if let backlog { listen(socket.descriptor, backlog) }
      getsockname(socket.descriptor, pointer, &length)
    }
    return (socket, UInt16(bigEndian: address.sin_port))
  }

  /// Connecting to a port of loopback; nobody waits for it to be done.
  static func connecting(to port: UInt16) -> RawSocket {
    let kind = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue)
    let socket = RawSocket(Glibc.socket(AF_INET, kind, 0))
    var address = loopback(port: port)
    withUnsafeMutableBytes(of: &address) { bytes in
      _ = connect(
        socket.descriptor, bytes.baseAddress?.assumingMemoryBound(to: sockaddr.self),
        socklen_t(bytes.count))
    }
    return socket
  }

  /// Makes closing a reset instead of a farewell.
  func resetWhenClosed() {
    var linger = linger(l_onoff: 1, l_linger: 0)
    setsockopt(
      descriptor, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout.size(ofValue: linger)))
  }

  private static func loopback(port: UInt16) -> sockaddr_in {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    return address
  }
}
