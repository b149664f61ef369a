import CNet
import Glibc
import Locking

/// A listening TCP socket on one ``EventLoop``.
public final class Listener {
  private let channel: Channel
  private let loop: EventLoop
  /// The port in use, which tells what port 0 became.
  public let port: UInt16

  /// Listens at an address, on the loop's thread.
  ///
  /// - Throws: ``NetError/system(_:doing:)``, as when the port is taken.
  public init(at address: SocketAddress, on loop: EventLoop) throws(NetError) {
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

  /// The next client, not yet watched: hand it to the task that will serve it.
  ///
  /// - Returns: `nil` once the listener has been closed.
  public func acceptDescriptor() async -> AcceptedDescriptor? {
    while channel.isOpen {
      let fd = martlet_tcp_accept(channel.fd)
      if fd >= 0 { return AcceptedDescriptor(fd) }
      switch -fd {
      case EAGAIN:
        guard await channel.readable(by: .never) else { return nil }
      case EMFILE, ENFILE, ENOBUFS, ENOMEM:
        // Descriptors have run out: one that is in use must end first.
        guard await channel.readable(by: .after(.milliseconds(200))) || channel.isOpen else {
          return nil
        }
      case EBADF, EINVAL: return nil
      default: continue
      }
    }
    return nil
  }

  public func close() {
    channel.close()
  }
}

/// A client's connection on its way to the task that will serve it.
public final class AcceptedDescriptor: Sendable {
  private let fd: Lock<Int32?>

  init(_ fd: Int32) { self.fd = Lock(fd) }

  deinit {
    if let fd = fd.withLock({ $0 }) { close(fd) }
  }

  /// Takes the connection over, on the loop's thread.
  ///
  /// - Returns: `nil` when it cannot be watched; then it is closed.
  public func stream(on loop: EventLoop) -> Stream? {
    guard let taken = fd.withLock({ $0 }), let stream = try? Stream.adopt(taken, on: loop) else {
      return nil
    }
    fd.withLock { $0 = nil }
    return stream
  }
}

/// Closes a listener from any thread.
public struct ListenerHandle: @unchecked Sendable {
  // Safe: the listener is only touched on its loop.
  private let listener: Listener
  private let loop: EventLoop

  public init(_ listener: Listener, on loop: EventLoop) {
    self.listener = listener
    self.loop = loop
  }

  public func close() {
    loop.perform { [self] in listener.close() }
  }
}

/// Closes a stream from any thread.
public struct StreamHandle: @unchecked Sendable {
  // Safe: the stream is only touched on its loop.
  private let stream: Stream
  private let loop: EventLoop

  public init(_ stream: Stream, on loop: EventLoop) {
    self.stream = stream
    self.loop = loop
  }

  public func close() {
    loop.perform { [self] in stream.close() }
  }
}
