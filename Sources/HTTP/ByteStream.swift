import CMicrohttpd
import Glibc
import Locking

/// The body of an answer that is written while the client reads it, 64 KB ahead at most.
public final class ByteStream: Sendable {
  /// The client has left, was too slow, or the program is stopping.
  public struct Ended: Error {}

  public static let capacity = 64 << 10

  private struct State: Sendable {
    var pending: [UInt8] = []
    /// How much of `pending` has been read.
    var taken = 0
    var isFinished = false
    var isBroken = false
    var isAwaited = false
    var connection: Connection?
    var progress: Progress?
    var writers: [CheckedContinuation<Void, Never>] = []

    var count: Int { pending.count - taken }

    /// Wakes the connection if it waits for octets; under the lock that put it to sleep.
    mutating func wake() {
      guard isAwaited, let connection else { return }
      isAwaited = false
      MHD_resume_connection(connection.pointer)
    }
  }
  /// Told on the connection's thread how many octets go out, `nil` when there are none to send.
  typealias Progress = @Sendable (_ bytes: Int?) -> Void

  private let state = Lock(State())

  public init() {}

  /// Whether writing still reaches anyone.
  public var isOpen: Bool { state.withLock { !$0.isBroken && !$0.isFinished } }

  /// Adds octets, waiting while the client has 64 KB before it.
  public func write(_ octets: [UInt8]) async throws(Ended) {
    while true {
      let (isOpen, isFull) = state.withLock { state in
        let isOpen = !state.isBroken && !state.isFinished
        let isFull = state.count >= Self.capacity
        if isOpen, !isFull {
          state.pending += octets
          state.wake()
        }
        return (isOpen, isFull)
      }
      guard isOpen else { throw Ended() }
      if !isFull { return }
      await withCheckedContinuation { continuation in
        let mustWait = state.withLock { state in
          guard state.count >= Self.capacity, !state.isBroken, !state.isFinished else {
            return false
          }
          state.writers.append(continuation)
          return true
        }
        if !mustWait { continuation.resume() }
      }
    }
  }

  /// Adds octets, or drops a client that has not read the 64 KB before them.
  public func send(_ octets: [UInt8]) throws(Ended) {
    let isTaken = state.withLock { state in
      guard !state.isBroken, !state.isFinished else { return false }
      guard state.count + octets.count <= Self.capacity else {
        state.isBroken = true
        state.connection.map { $0.shutDown() }
        state.wake()
        return false
      }
      state.pending += octets
      state.wake()
      return true
    }
    guard isTaken else { throw Ended() }
  }

  /// Says that all has been written.
  public func finish() { close { $0.isFinished = true } }

  /// Ends the answer in the middle, so that the client can see it is not whole; one that is
  /// finished stays so.
  func abort() { close { $0.isBroken = $0.isBroken || !$0.isFinished } }

  /// Adds octets if nothing else waits to be read.
  func sendIfIdle(_ octets: [UInt8]) {
    state.withLock { state in
      guard state.count == 0, !state.isBroken, !state.isFinished else { return }
      state.pending += octets
      state.wake()
    }
  }

  func attach(to connection: Connection, progress: @escaping Progress) {
    state.withLock { state in
      state.connection = connection
      state.progress = progress
    }
  }

  /// To be called when the connection ends; it is not touched after.
  func detach() {
    close {
      $0.connection = nil
      $0.isBroken = true
    }
  }

  private func close(_ change: @Sendable (inout State) -> Void) {
    let writers = state.withLock { state in
      change(&state)
      state.wake()
      defer { state.writers = [] }
      return state.writers
    }
    for writer in writers { writer.resume() }
  }

  /// For libmicrohttpd: copies what is there, or puts the connection to sleep and returns 0.
  func read(into room: UnsafeMutableRawBufferPointer) -> Int {
    let room = Room(octets: room)
    let (count, progress) = state.withLock { state -> (Int, Progress?) in
      if state.isBroken { return (MHD_CONTENT_READER_END_WITH_ERROR, nil) }
      let count = min(state.count, room.octets.count)
      if count > 0 {
        state.pending.withUnsafeBytes { pending in
          room.octets.copyMemory(from: .init(rebasing: pending[state.taken...].prefix(count)))
        }
        state.taken += count
        if state.taken == state.pending.count {
          state.pending.removeAll(keepingCapacity: state.pending.capacity <= 8 << 10)
          state.taken = 0
        }
        return (count, state.progress)
      }
      if state.isFinished { return (MHD_CONTENT_READER_END_OF_STREAM, nil) }
      guard let connection = state.connection else {
        return (MHD_CONTENT_READER_END_WITH_ERROR, nil)
      }
      state.isAwaited = true
      MHD_suspend_connection(connection.pointer)
      return (0, state.progress)
    }
    if count >= 0 { progress?(count > 0 ? count : nil) }
    wakeWriters()
    return count
  }

  /// Lets writers go on once half of the room is free.
  private func wakeWriters() {
    let writers = state.withLock { state -> [CheckedContinuation<Void, Never>] in
      guard state.count < Self.capacity / 2 else { return [] }
      defer { state.writers = [] }
      return state.writers
    }
    for writer in writers { writer.resume() }
  }

  /// What has been written and not read, for answers that no socket reads.
  public func drain() -> [UInt8] {
    state.withLock { state in
      defer { (state.pending, state.taken) = ([], 0) }
      return Array(state.pending[state.taken...])
    }
  }

  /// The room libmicrohttpd offers.
  private struct Room: @unchecked Sendable {
    // Safe: used only inside the call that was given it.
    let octets: UnsafeMutableRawBufferPointer
  }
}

/// A libmicrohttpd connection.
struct Connection: @unchecked Sendable {
  // Safe: touched only by libmicrohttpd's thread in its callbacks, or while it is suspended, when
  // only suspend, resume and shutDown are called and the library does not free it.
  let pointer: OpaquePointer

  /// Ends both directions; the library then sees an end of file and closes.
  func shutDown() {
    let descriptor = martlet_mhd_descriptor(pointer)
    if descriptor >= 0 { shutdown(descriptor, Int32(SHUT_RDWR)) }
  }
}
