import Locking
import Model

/// Claimed deliveries on their way from the store to the connections.
///
/// A small window on a large queue: connections take, the dispatcher refills in batches.
final class Feed: Sendable {
  private struct State: Sendable {
    /// In reverse, so that taking is cheap.
    var waiting: [ClaimedDelivery] = []
    /// What cannot go for long, on its way back into the store.
    var homeward: [ClaimedDelivery] = []
    var takers: [UnsafeContinuation<ClaimedDelivery?, Never>] = []
    var isClosed = false
  }

  private let state = Lock(State())

  /// How many deliveries are ready to be taken.
  var count: Int { state.withLock { $0.waiting.count } }

  var isClosed: Bool { state.withLock { $0.isClosed } }

  /// The next delivery, if one is ready.
  func takeIfAny() -> ClaimedDelivery? {
    state.withLock { $0.isClosed ? nil : $0.waiting.popLast() }
  }

  /// The next delivery, as soon as there is one.
  ///
  /// - Returns: `nil` when there will be none.
  func next() async -> ClaimedDelivery? {
    await withUnsafeContinuation { taker in
      let answer: ClaimedDelivery?? = state.withLock { state in
        if state.isClosed { return .some(nil) }
        if let delivery = state.waiting.popLast() { return .some(delivery) }
        state.takers.append(taker)
        return nil
      }
      if let answer { taker.resume(returning: answer) }
    }
  }

  /// Adds claimed deliveries, in send order.
  func add(_ deliveries: [ClaimedDelivery]) {
    let served = state.withLock { state in
      state.waiting.insert(contentsOf: deliveries.reversed(), at: 0)
      return Self.serve(&state)
    }
    for (taker, delivery) in served { taker.resume(returning: delivery) }
  }

  /// Puts a delivery back in front that could not be tried.
  func giveBack(_ delivery: ClaimedDelivery) {
    let served = state.withLock { state in
      state.waiting.append(delivery)
      return Self.serve(&state)
    }
    for (taker, delivery) in served { taker.resume(returning: delivery) }
  }

  /// Leaves a delivery to be put back into the store, because it cannot go for long.
  func sendHome(_ delivery: ClaimedDelivery) { state.withLock { $0.homeward.append(delivery) } }

  /// What has been sent home since the last call.
  func takeHomeward() -> [ClaimedDelivery] {
    state.withLock { state in
      defer { state.homeward = [] }
      return state.homeward
    }
  }

  private typealias Served = (UnsafeContinuation<ClaimedDelivery?, Never>, ClaimedDelivery)

  private static func serve(_ state: inout State) -> [Served] {
    guard !state.isClosed else { return [] }
    var served: [Served] = []
    while !state.takers.isEmpty, let delivery = state.waiting.popLast() {
      served.append((state.takers.removeFirst(), delivery))
    }
    return served
  }

  /// Lets nobody take any more; who waits is sent home.
  func close() {
    let takers = state.withLock { state in
      state.isClosed = true
      defer { state.takers = [] }
      return state.takers
    }
    for taker in takers { taker.resume(returning: nil) }
  }

  /// What nobody has taken, to be put back into the queue.
  func leftovers() -> [ClaimedDelivery] {
    state.withLock { state in
      defer { (state.waiting, state.homeward) = ([], []) }
      return state.waiting + state.homeward
    }
  }
}
