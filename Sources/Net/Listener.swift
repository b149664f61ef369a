import CNet
import Glibc

/// A listening TCP socket on one ``EventLoop``.
package final class Listener {
  private let channel: Channel
  private let loop: EventLoop
  /// The port in use, which tells what port 0 became.
  package let port: UInt16

  /// Listens at an address. Call it on the loop.
  ///
  /// - Throws: ``NetError/system(_:doing:)``, as when the port is taken.
  package init(at address: SocketAddress, on loop: EventLoop) throws(NetError) {
    let fd = address.octets.withUnsafeBytes {
      martlet_tcp_listen($0.baseAddress, UInt32($0.count), 1_024)
    }
    guard fd >= 0 else { throw .system(-fd, doing: "listening at \(address)") }
    do throws(NetError) {
      channel = try loop.open(fd)
    } catch {
      Glibc.close(fd)
      throw error
    }
    self.loop = loop
    port = UInt16(clamping: martlet_local_port(fd))
  }

  deinit { channel.close() }

  /// The next client.
  ///
  /// - Returns: `nil` once the listener has been closed.
  package func accept() async -> Stream? {
    while true {
      let fd = martlet_tcp_accept(channel.fd)
      if fd >= 0 {
        // A client whose socket cannot be watched is turned away; the next may fare better.
        guard let stream = try? Stream.adopt(fd, on: loop) else {
          Glibc.close(fd)
          continue
        }
        return stream
      }
      switch -fd {
      case EAGAIN:
        guard await channel.readable(by: .never) else { return nil }
      case EMFILE, ENFILE, ENOBUFS, ENOMEM:
        // Descriptors have run out: one that is in use must end first.
        guard await channel.readable(by: .after(.milliseconds(200))) || isOpen else { return nil }
      case EBADF, EINVAL: return nil
      default: continue
      }
    }
  }

  private var isOpen = true

  package func close() {
    isOpen = false
    channel.close()
  }
}
