import CMicrohttpd
import Glibc
import Locking

/// One request and its answer, between libmicrohttpd's thread and the task of the handler.
///
/// One lock covers the body, the answer and whether the connection sleeps, so that no wake-up is
/// lost and none comes twice.
final class Exchange: Sendable, BodySource {
  private struct State: Sendable {
    let connection: Connection
    var isSuspended = false
    /// The connection is gone; it must not be touched.
    var isOver = false
    /// The program stops: nothing may sleep any more.
    var isClosing = false
    var response: Response?

    var buffer: [UInt8] = []
    var received = 0
    var hasBodyEnded = false
    var failure: RequestBody.Failure?
    var readers: [CheckedContinuation<Void, Never>] = []
    var deadline: Deadlines.Instant

    var handler: Task<Void, Never>?
    var producer: Task<Void, Never>?
    var stream: (bytes: ByteStream, isEvents: Bool)?

    mutating func suspend() {
      isSuspended = true
      MHD_suspend_connection(connection.pointer)
    }

    mutating func resume() {
      guard isSuspended else { return }
      isSuspended = false
      MHD_resume_connection(connection.pointer)
    }

    mutating func takeReaders() -> [CheckedContinuation<Void, Never>] {
      defer { readers = [] }
      return readers
    }
  }

  /// What libmicrohttpd is to do next.
  enum Step: Sendable {
    /// Call again when there is more, or when resumed.
    case wait(isTaken: Bool)
    case answer(Response)
    case close
  }

  /// Octets of body that wait for the handler; beyond, the client has to.
  private static let capacity = 64 << 10
  /// How much of a body that is too large is read over so that the client gets to see the 413.
  private static let patience = 256 << 10

  let descriptor: Int32
  let isChunked: Bool
  let isHead: Bool
  private let bodyLimit: Int
  /// How long the body is to be, `nil` where only its end will tell.
  private let length: Int?
  private let pace: Pace
  private let deadlines: Deadlines
  private let state: Lock<State>

  /// How slow a client may be.
  struct Pace: Sendable {
    let stall: Duration
    let bytesPerSecond: Int

    func time(for bytes: Int) -> Duration { .seconds(Double(bytes) / Double(bytesPerSecond)) }
  }

  init(
    _ connection: Connection, descriptor: Int32, head: RequestHead, bodyLimit: Int, pace: Pace,
    deadlines: Deadlines
  ) {
    self.descriptor = descriptor
    isChunked = head.isChunked
    isHead = head.method == .head
    length = head.contentLength
    self.bodyLimit = bodyLimit
    self.pace = pace
    self.deadlines = deadlines
    let deadline = ContinuousClock.now + pace.stall
    state = Lock(State(connection: connection, deadline: deadline))
    if head.isChunked || (head.contentLength ?? 0) > 0 {
      deadlines.set(descriptor, until: deadline)
    }
  }

  /// Whether the handler is still to be started; true once.
  private let isFresh = Lock(true)

  /// Starts the handler on one of the threads that may wait for the disk.
  ///
  /// ``end(_:)`` and ``close(with:)`` cancel the task.
  func start(_ respond: @escaping @Sendable () async -> Response) {
    let isFirst = isFresh.withLock { isFresh in
      defer { isFresh = false }
      return isFresh
    }
    guard isFirst else { return }
    let task = Task(executorPreference: PageThreads.shared) { self.complete(await respond()) }
    let isOver = state.withLock { state in
      state.handler = task
      return state.isOver
    }
    if isOver { task.cancel() }
  }

  // MARK: libmicrohttpd's thread

  /// Offers octets of the body.
  func offer(_ octets: UnsafeRawBufferPointer) -> Step {
    let chunk = [UInt8](octets)
    let now = ContinuousClock.now
    let (step, readers) = state.withLock { state -> (Step, [CheckedContinuation<Void, Never>]) in
      if state.isClosing { return (.close, state.takeReaders()) }
      let isWanted = state.response == nil && state.failure == nil
      if isWanted, state.buffer.count >= Self.capacity {
        deadlines.set(descriptor, until: nil)
        state.suspend()
        return (.wait(isTaken: false), [])
      }
      state.received += chunk.count
      state.deadline = min(state.deadline + pace.time(for: chunk.count), now + pace.stall)
      deadlines.set(descriptor, until: state.deadline)
      if state.received > bodyLimit {
        if state.failure == nil { state.failure = .tooLarge(limit: bodyLimit) }
        state.buffer = []
        let isEnough = state.received - bodyLimit > Self.patience
        return (isEnough ? .close : .wait(isTaken: true), state.takeReaders())
      }
      if isWanted { state.buffer += chunk }
      let isMissing = length.map { state.received < $0 } ?? false
      return (isMissing && hasClientLeft ? .close : .wait(isTaken: true), state.takeReaders())
    }
    for reader in readers { reader.resume() }
    return step
  }

  /// Whether nothing more comes from the client.
  ///
  /// Libmicrohttpd, told once of data and the end behind it, reads the data and waits for the end
  /// to be told.
  private var hasClientLeft: Bool {
    var octet: UInt8 = 0
    return recv(descriptor, &octet, 1, Int32(MSG_PEEK) | Int32(MSG_DONTWAIT)) == 0
  }

  /// Notes that the whole body is there.
  func endBody() {
    let readers = state.withLock { state in
      state.hasBodyEnded = true
      deadlines.set(descriptor, until: nil)
      return state.takeReaders()
    }
    for reader in readers { reader.resume() }
  }

  /// The answer, or a sleep until there is one.
  func answerOrSleep() -> Step {
    state.withLock { state in
      if let response = state.response { return .answer(response) }
      if state.isClosing { return .close }
      state.suspend()
      return .wait(isTaken: true)
    }
  }

  /// Starts writing a stream's body; ``end(_:)`` cancels the task.
  func produce(
    _ produce: @escaping Response.Producer, isEvents: Bool
  ) -> ByteStream {
    let bytes = ByteStream()
    // Whoever does not take what is there in time is cut; waiting for us costs no one's time.
    let progress: ByteStream.Progress = { [deadlines, descriptor, pace] bytes in
      deadlines.set(
        descriptor, until: bytes.map { ContinuousClock.now + pace.stall + pace.time(for: $0) })
    }
    let isClosing = state.withLock { state in
      bytes.attach(to: state.connection, progress: progress)
      state.stream = (bytes, isEvents)
      return state.isClosing
    }
    if isClosing { bytes.abort() }
    guard !isHead else { return bytes }
    let task = Task(executorPreference: PageThreads.shared) {
      do {
        try await produce(bytes)
        bytes.finish()
      } catch {
        bytes.abort()
      }
    }
    state.withLock { $0.producer = task }
    return bytes
  }

  /// The connection is done with this exchange, well or not.
  func end(wasAnswered: Bool) {
    let (readers, handler, producer, stream) = state.withLock { state in
      state.isOver = true
      state.isSuspended = false
      if !state.hasBodyEnded, state.failure == nil { state.failure = .disconnected }
      return (
        state.takeReaders(), wasAnswered ? nil : state.handler, state.producer, state.stream?.bytes
      )
    }
    stream?.detach()
    handler?.cancel()
    producer?.cancel()
    for reader in readers { reader.resume() }
  }

  // MARK: any thread

  private func complete(_ response: Response) {
    state.withLock { state in
      guard !state.isOver, state.response == nil else { return }
      state.response = response
      state.buffer = []
      state.resume()
    }
  }

  func next() async throws(RequestBody.Failure) -> [UInt8]? {
    while true {
      let (chunk, failure, hasEnded) = state.withLock { state in
        let chunk = state.failure == nil && !state.buffer.isEmpty ? state.buffer : nil
        if chunk != nil {
          state.buffer = []
          if state.isSuspended {
            // The client could not send while we were slow: it gets a new allowance.
            state.deadline = ContinuousClock.now + pace.stall
            deadlines.set(descriptor, until: state.hasBodyEnded ? nil : state.deadline)
            if !state.hasBodyEnded { state.resume() }
          }
        }
        return (chunk, state.failure, state.hasBodyEnded)
      }
      if let failure { throw failure }
      if let chunk { return chunk }
      if hasEnded { return nil }
      await withCheckedContinuation { continuation in
        let mustWait = state.withLock { state in
          guard state.buffer.isEmpty, state.failure == nil, !state.hasBodyEnded else {
            return false
          }
          state.readers.append(continuation)
          return true
        }
        if !mustWait { continuation.resume() }
      }
    }
  }

  /// Sends a comment on a silent event stream.
  func beat() {
    let stream = state.withLock { $0.stream.flatMap { $0.isEvents ? $0.bytes : nil } }
    stream?.sendIfIdle([0x3A, 0x0A, 0x0A])
  }

  /// Ends an event stream, so that its client connects again elsewhere or later.
  func endEvents() {
    let (stream, producer) = state.withLock { state in
      let isEvents = state.stream?.isEvents ?? false
      return (isEvents ? state.stream?.bytes : nil, isEvents ? state.producer : nil)
    }
    stream?.finish()
    producer?.cancel()
  }

  /// Gives up waiting: answers what can be answered, and lets nothing sleep any more.
  func close(with response: Response) {
    let (readers, handler, producer, stream) = state.withLock { state in
      state.isClosing = true
      if state.response == nil { state.response = response }
      if !state.hasBodyEnded, state.failure == nil { state.failure = .disconnected }
      state.buffer = []
      if !state.isOver { state.resume() }
      return (state.takeReaders(), state.handler, state.producer, state.stream?.bytes)
    }
    stream?.abort()
    handler?.cancel()
    producer?.cancel()
    for reader in readers { reader.resume() }
  }
}
