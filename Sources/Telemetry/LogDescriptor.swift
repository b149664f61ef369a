import Glibc
import Locking

/// An open file that takes log lines, and survives whatever happens to its other end.
///
/// A closed pipe is not an error and a full one is waited for only briefly: a program must not
/// stop sending because nobody reads its log. Lines that found no room are counted.
public final class LogDescriptor: Sendable {
  private struct State {
    var lost = 0
    var isStalled = false
    var isMidLine = false
  }

  private enum Room {
    case free
    case none
  }

  /// A pipe that is ready to be written takes at least this much without blocking (PIPE_BUF).
  private static let atomicSize = 4_096
  private static let patienceMilliseconds: Int32 = 50

  private let descriptor: Int32
  private let state = Lock(State())

  public static let standardError = LogDescriptor(STDERR_FILENO)

  /// - Parameter descriptor: Stays the caller's to close.
  public init(_ descriptor: Int32) {
    self.descriptor = descriptor
    Self.ignoreBrokenPipes()
  }

  /// How many lines found no room or nobody to read them.
  public var lostLines: Int { state.withLock { $0.lost } }

  func write(_ line: [UInt8]) {
    state.withLock { state in
      if state.isMidLine {
        // The rest of a line found no room; a new one must not continue it.
        guard write([0x0A], &state) == 1 else {
          state.lost += 1
          return
        }
        state.isMidLine = false
      }
      let written = write(line[...], &state)
      state.isMidLine = written > 0 && written < line.count
      if written < line.count { state.lost += 1 }
    }
  }

  /// Returns how many octets found room.
  private func write(_ bytes: ArraySlice<UInt8>, _ state: inout State) -> Int {
    var rest = bytes
    while !rest.isEmpty {
      guard waitForRoom(&state) == .free else { break }
      let count = rest.prefix(Self.atomicSize).withUnsafeBytes {
        Glibc.write(descriptor, $0.baseAddress, $0.count)
      }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { break }
      rest = rest.dropFirst(count)
    }
    return bytes.count - rest.count
  }

  /// Waits once for a reader that has fallen behind, then not again until it has caught up.
  private func waitForRoom(_ state: inout State) -> Room {
    var request = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
    let ready = poll(&request, 1, state.isStalled ? 0 : Self.patienceMilliseconds)
    state.isStalled = ready <= 0
    return ready > 0 && request.revents & Int16(POLLOUT) != 0 ? .free : .none
  }

  /// A write to a pipe whose reader is gone would end the process otherwise.
  private static func ignoreBrokenPipes() {
    var action = sigaction()
    guard sigaction(SIGPIPE, nil, &action) == 0, action.__sigaction_handler.sa_handler == nil else {
      return
    }
    signal(SIGPIPE, SIG_IGN)
  }
}
