import CNet
import Glibc

/// A watched descriptor: who waits for it to become readable or writable, and until when.
///
/// Edge-triggered: read or write until the kernel says "would block", and only then wait.
/// Loop only.
final class Channel {
  let fd: Int32
  let token: UInt64
  private unowned let loop: EventLoop
  private(set) var isOpen = true

  private struct Waiter {
    var continuation: UnsafeContinuation<Bool, Never>
    var deadline: UInt64
  }
  private var reader: Waiter?
  private var writer: Waiter?
  private var isReadable = false
  private var isWritable = false
  /// The other side has ended its stream: no further event will say so.
  private var isEnded = false
  /// Whether all that had come was read, so that a read now would find nothing.
  private(set) var isDrained = false

  init(fd: Int32, token: UInt64, loop: EventLoop) {
    self.fd = fd
    self.token = token
    self.loop = loop
  }

  var earliestDeadline: UInt64 {
    min(reader?.deadline ?? .max, writer?.deadline ?? .max)
  }

  /// Waits until there may be something to read; a cancellation closes the channel.
  ///
  /// - Returns: `false` when the deadline passed or the channel was closed meanwhile.
  func readable(by deadline: Deadline) async -> Bool {
    await withTaskCancellationHandler {
      // The flag is tested inside the closure: the await itself may let an event in first.
      await withUnsafeContinuation { continuation in
        if isReadable || !isOpen {
          isReadable = false
          continuation.resume(returning: isOpen)
        } else {
          reader = Waiter(continuation: continuation, deadline: deadline.nanoseconds)
        }
      }
    } onCancel: { [loop, token] in
      loop.cut(token)
    }
  }

  /// Waits until there may be room to write; a cancellation closes the channel.
  ///
  /// - Returns: `false` when the deadline passed or the channel was closed meanwhile.
  func writable(by deadline: Deadline) async -> Bool {
    await withTaskCancellationHandler {
      await withUnsafeContinuation { continuation in
        if isWritable || !isOpen {
          isWritable = false
          continuation.resume(returning: isOpen)
        } else {
          writer = Waiter(continuation: continuation, deadline: deadline.nanoseconds)
        }
      }
    } onCancel: { [loop, token] in
      loop.cut(token)
    }
  }

  /// Notes that a read took all there was.
  func drained() { isDrained = !isEnded }

  /// Whether there was room to write since it was last asked; does not wait.
  func tookRoom() -> Bool {
    defer { isWritable = false }
    return isWritable
  }

  func wake(reading: Bool, writing: Bool, isLast: Bool) {
    if isLast { isEnded = true }
    if reading {
      isDrained = false
      if let waiter = reader {
        reader = nil
        waiter.continuation.resume(returning: true)
      } else {
        isReadable = true
      }
    }
    if writing {
      if let waiter = writer {
        writer = nil
        waiter.continuation.resume(returning: true)
      } else {
        isWritable = true
      }
    }
  }

  func endOverdueWaits(now: UInt64) {
    if let waiter = reader, waiter.deadline <= now {
      reader = nil
      waiter.continuation.resume(returning: false)
    }
    if let waiter = writer, waiter.deadline <= now {
      writer = nil
      waiter.continuation.resume(returning: false)
    }
  }

  /// Closes the descriptor; whoever waits is told so.
  func close() {
    guard isOpen else { return }
    isOpen = false
    loop.forget(self)
    Glibc.close(fd)
    let waiters = [reader, writer]
    (reader, writer) = (nil, nil)
    for waiter in waiters { waiter?.continuation.resume(returning: false) }
  }
}

/// A moment on the monotonic clock by which a step must be done.
public struct Deadline: Sendable, Comparable {
  let nanoseconds: UInt64

  /// Whether the moment has passed.
  var isOver: Bool { nanoseconds <= martlet_monotonic() }

  public static func < (left: Deadline, right: Deadline) -> Bool {
    left.nanoseconds < right.nanoseconds
  }

  /// The moment that lies `duration` ahead.
  public static func after(_ duration: Duration) -> Deadline {
    let nanoseconds = max(0, duration / .nanoseconds(1))
    return Deadline(nanoseconds: martlet_monotonic() &+ UInt64(min(nanoseconds, 1e18)))
  }

  public static let never = Deadline(nanoseconds: .max)
}
