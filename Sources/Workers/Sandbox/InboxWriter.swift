import Locking
import Model
import Octets
import Storage
import Telemetry

/// Writes the sandbox's messages, all that have come in meanwhile in one transaction.
///
/// A message is acknowledged once it is stored, so what the page shows is all there is.
final class InboxWriter: Sendable {
  enum Outcome: Sendable {
    case stored, refused
  }

  private struct Entry: Sendable {
    let message: InboxMessage
    let content: [UInt8]
    let waiting: UnsafeContinuation<Outcome, Never>
  }

  private struct State: Sendable {
    var entries: [Entry] = []
    var octets = 0
    var isClosed = false
  }

  private let store: Store
  private let log: Log?
  private let state = Lock(State())
  private let bell: AsyncStream<Void>
  private let ring: AsyncStream<Void>.Continuation
  /// What waits to be written may have so many octets; who comes then has to try again.
  private static let mostOctets = 64 << 20
  /// The most of one transaction.
  private static let batch = (messages: 256, octets: 8 << 20)

  init(store: Store, log: Log?) {
    self.store = store
    self.log = log
    (bell, ring) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
  }

  /// Stores a message and returns when it is durable.
  func write(_ message: InboxMessage, content: [UInt8]) async -> Outcome {
    await withUnsafeContinuation { waiting in
      let isTaken = state.withLock { state in
        guard !state.isClosed, state.octets + content.count <= Self.mostOctets else {
          return false
        }
        state.entries.append(Entry(message: message, content: content, waiting: waiting))
        state.octets += content.count
        return true
      }
      if isTaken { ring.yield() } else { waiting.resume(returning: .refused) }
    }
  }

  /// Writes until the task is cancelled.
  func work() async {
    for await _ in bell {
      while true {
        let batch = takeBatch()
        if batch.isEmpty { break }
        await store(batch)
      }
    }
    let left = state.withLock { state in
      state.isClosed = true
      defer { state.entries = [] }
      return state.entries
    }
    for entry in left { entry.waiting.resume(returning: .refused) }
  }

  private func takeBatch() -> [Entry] {
    state.withLock { state in
      var (count, octets) = (0, 0)
      while count < min(state.entries.count, Self.batch.messages), octets < Self.batch.octets {
        octets += state.entries[count].content.count
        count += 1
      }
      let batch = Array(state.entries[..<count])
      state.entries.removeFirst(count)
      state.octets -= octets
      return batch
    }
  }

  private func store(_ batch: [Entry]) async {
    do throws(StoreError) {
      try await store.inbox.add(batch.map { (message: $0.message, content: $0.content) })
      for entry in batch { entry.waiting.resume(returning: .stored) }
    } catch {
      // One message that the database refuses must not take the others with it.
      if error.isRefusal, batch.count > 1 {
        for entry in batch { await store([entry]) }
        return
      }
      log?.warning("the inbox cannot be written", ["reason": .text("\(error)")])
      for entry in batch { entry.waiting.resume(returning: .refused) }
    }
  }
}
