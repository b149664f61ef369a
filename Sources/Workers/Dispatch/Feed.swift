import Locking
import Model
import Octets

/// Claimed deliveries on their way from the store to the connections.
///
/// A small window on a large queue: connections take, the feeder refills in batches. Who takes gets
/// what may be sent now, by the limits and by its receiver; what may not is passed over.
final class Feed: Sendable {
  /// A delivery and the right to send it.
  struct Handout: Sendable {
    let delivery: ClaimedDelivery
    let pass: Pass
  }

  private struct State: Sendable {
    /// In reverse, so that taking is cheap.
    var waiting: [Backlog.Item] = []
    var backlog = Backlog()
    /// What cannot go for long, on its way back into the store.
    var homeward: [Backlog.Item] = []
    var takers: [UnsafeContinuation<Handout?, Never>] = []
    var isClosed = false
    /// The first receiver that was seen.
    var firstLane: Lane?
    var road: Lane.Road
    /// When the sender's own server takes messages again that has asked us to slow down.
    var serverReadyAt: Timestamp?
  }

  private let shaper: Shaper
  private let allowance: Allowance?
  private let now: @Sendable () -> Timestamp
  private let state: Lock<State>

  init(
    shaper: Shaper = Shaper(), allowance: Allowance? = nil, connections: Int = 8,
    now: @escaping @Sendable () -> Timestamp = { .now() }
  ) {
    self.shaper = shaper
    self.allowance = allowance
    self.now = now
    state = Lock(
      State(road: Lane.Road(connections: connections, isMixed: false, quickest: 0)))
  }

  /// How many of the sender's connections are the run's part at the moment.
  func setPart(_ count: Int) { state.withLock { $0.road.part = max(1, count) } }

  /// How many deliveries are ready to be taken, as far as their receivers are quick.
  var count: Int { state.withLock { $0.waiting.count + $0.backlog.quickCount } }

  /// How many deliveries are claimed and in nobody's hand.
  var claimedCount: Int {
    state.withLock { $0.waiting.count + $0.backlog.count + $0.homeward.count }
  }

  var isClosed: Bool { state.withLock { $0.isClosed } }

  /// The next delivery, if one may go; `previous` is that of the message it would follow on a
  /// connection.
  func takeIfAny(after previous: Pass? = nil) -> Handout? {
    let now = now()
    return state.withLock { take(&$0, now: now, after: previous) }
  }

  /// The next delivery, as soon as there is one.
  ///
  /// - Returns: `nil` when there will be none, or when one should look around: see ``stir()``.
  func next() async -> Handout? {
    await withUnsafeContinuation { taker in
      let now = now()
      let answer: Handout?? = state.withLock { state in
        if state.isClosed { return .some(nil) }
        if let handout = take(&state, now: now, after: nil) { return .some(handout) }
        state.takers.append(taker)
        return nil
      }
      if let answer { taker.resume(returning: answer) }
    }
  }

  // MARK: Choosing

  private func take(_ state: inout State, now: Timestamp, after previous: Pass?) -> Handout? {
    guard !state.isClosed, !state.waiting.isEmpty || state.backlog.count > 0 else { return nil }
    var permit: Permit?
    if let allowance {
      permit = allowance.take()
      if permit == nil { return nil }
    }
    state.road.quickest = shaper.quickest
    let road = state.road
    let server = shaper.server
    let admission = server.asks(now: now)
    guard admission == .go else {
      if case .notBefore(let moment) = admission { state.serverReadyAt = moment }
      return nil
    }
    state.serverReadyAt = nil
    guard let (item, follows) = choose(&state, now: now, on: road, after: previous) else {
      return nil
    }
    _ = server.begin(now: now, on: Self.everywhere, follows: true)
    if follows { previous?.isFollowed() }
    let pass = Pass(item.lane, of: shaper, permit: permit, begun: now)
    return Handout(delivery: item.delivery, pass: pass)
  }

  /// The sender's server serves everybody, so its connections are not counted.
  private static let everywhere = Lane.Road(
    connections: .max, isMixed: false, quickest: nil)

  private func choose(
    _ state: inout State, now: Timestamp, on road: Lane.Road, after previous: Pass?
  ) -> (Backlog.Item, follows: Bool)? {
    // Behind a message that may take long nobody else has to wait.
    let only = previous.flatMap { $0.lane.isSlow(now: now, on: road) ? $0.lane : nil }
    func begin(_ lane: Lane) -> Lane.Admission {
      lane.begin(now: now, on: road, follows: lane === previous?.lane)
    }
    if let item = state.backlog.next(now: now, only: only, begin: begin) {
      return (item, item.lane === previous?.lane)
    }
    if only != nil { return nil }
    while let item = state.waiting.popLast() {
      var readyAt = now
      if state.backlog.isEmpty || !state.backlog.contains(item.lane) {
        switch begin(item.lane) {
        case .go: return (item, item.lane === previous?.lane)
        case .notBefore(let moment): readyAt = moment
        case .busy: readyAt = now + .milliseconds(20)
        }
      }
      if !state.backlog.keep(item, until: readyAt, now: now, on: road) {
        state.homeward.append(item)
      }
    }
    return nil
  }

  // MARK: Filling

  /// Adds claimed deliveries, in send order.
  func add(_ deliveries: [ClaimedDelivery]) {
    let lanes = shaper.lanes(of: deliveries.map(\.email))
    let served = state.withLock { state in
      for lane in lanes {
        if state.firstLane == nil { state.firstLane = lane }
        if lane !== state.firstLane {
          state.road.isMixed = true
          break
        }
      }
      state.waiting.insert(
        contentsOf: zip(deliveries, lanes).reversed().map { Backlog.Item(delivery: $0, lane: $1) },
        at: 0)
      return serve(&state)
    }
    for (taker, handout) in served { taker.resume(returning: handout) }
  }

  /// Puts a delivery back in front that could not be tried.
  func giveBack(_ delivery: ClaimedDelivery) {
    let lanes = shaper.lanes(of: [delivery.email])
    let served = state.withLock { state in
      for lane in lanes { state.waiting.append(Backlog.Item(delivery: delivery, lane: lane)) }
      return serve(&state)
    }
    for (taker, handout) in served { taker.resume(returning: handout) }
  }

  /// Something of a lane has ended: others of it may go.
  func ended(_ lane: Lane) {
    let served = state.withLock { state in
      guard state.backlog.count > 0 else { return [Served]() }
      state.backlog.stir(lane)
      return serve(&state)
    }
    for (taker, handout) in served { taker.resume(returning: handout) }
  }

  /// Gives to those who wait what may go by now.
  func serve() {
    let served = state.withLock { serve(&$0) }
    for (taker, handout) in served { taker.resume(returning: handout) }
  }

  private typealias Served = (UnsafeContinuation<Handout?, Never>, Handout)

  private func serve(_ state: inout State) -> [Served] {
    guard !state.isClosed, !state.takers.isEmpty else { return [] }
    let now = now()
    var served: [Served] = []
    while !state.takers.isEmpty, let handout = take(&state, now: now, after: nil) {
      served.append((state.takers.removeFirst(), handout))
    }
    return served
  }

  /// Lets those who wait look around: another may want their connection.
  func stir() {
    let takers = state.withLock { state in
      defer { state.takers = [] }
      return state.takers
    }
    for taker in takers { taker.resume(returning: nil) }
  }

  // MARK: Looking

  /// When the first of those can go that wait for their receiver; `nil` where there is none.
  func readyAt(now: Timestamp) -> Timestamp? {
    state.withLock { state in
      let first = state.backlog.ready(now: now)
      guard let server = state.serverReadyAt, !state.waiting.isEmpty || first != nil else {
        return first
      }
      return max(server, first ?? server)
    }
  }

  /// Until when the sender's own server wants nothing; `nil` when it takes messages.
  var serverReadyAt: Timestamp? { state.withLock { $0.serverReadyAt } }

  /// How many deliveries wait for whom; the sender's own server has an empty domain.
  func hindrances(now: Timestamp) -> [Hindrance] {
    let (waiting, road, rest) = state.withLock { state in
      (state.backlog.waiting, state.road, state.waiting.count)
    }
    var hindrances: [Hindrance] = []
    if let kind = shaper.server.hindrance(
      now: now, on: Self.everywhere), rest > 0
    {
      hindrances.append(Hindrance(domain: [], waiting: rest, kind: kind))
    }
    for (lane, count) in waiting {
      guard let kind = lane.hindrance(now: now, on: road) else { continue }
      hindrances.append(Hindrance(domain: lane.domain, waiting: count, kind: kind))
    }
    return hindrances
  }

  /// A receiver that holds deliveries up.
  struct Hindrance: Sendable, Equatable {
    let domain: [UInt8]
    /// How many deliveries of the run are known to wait for it.
    let waiting: Int
    let kind: Lane.Hindrance
  }

  // MARK: Home

  /// What has to go home since the last call, with the time when it will be its turn; from now on
  /// it counts as being there.
  func takeHomeward() -> [(number: Int, due: Timestamp)] {
    let now = now()
    return state.withLock { state in
      state.homeward += state.backlog.shed(now: now, on: state.road)
      guard !state.homeward.isEmpty else { return [] }
      defer { state.homeward = [] }
      var numbers: [ObjectIdentifier: (lane: Lane, numbers: [Int])] = [:]
      var dates: [(number: Int, due: Timestamp)] = []
      for item in state.homeward {
        let key = ObjectIdentifier(item.lane)
        let ahead = state.backlog.parkedCount(item.lane) + (numbers[key]?.numbers.count ?? 0)
        dates.append(
          (item.delivery.number, Self.turn(item.lane, ahead: ahead, now: now, on: state.road)))
        numbers[key, default: (item.lane, [])].numbers.append(item.delivery.number)
      }
      for (lane, numbers) in numbers.values { state.backlog.park(numbers, of: lane) }
      return dates
    }
  }

  /// When it is a delivery's turn with so many before it: rather early than late, at least in half a
  /// minute and at most in a quarter of an hour, for nobody knows what will be then.
  private static func turn(
    _ lane: Lane, ahead: Int, now: Timestamp, on road: Lane.Road
  ) -> Timestamp {
    let seconds = min(900, Double(ahead) / max(0.001, lane.flow(on: road)) / 1.3)
    return max(lane.ready(now: now) + .milliseconds(Int64(seconds * 1_000)), now + .seconds(30))
  }

  /// The numbers of what is at home and may come again.
  func recall() -> [Int] {
    let now = now()
    return state.withLock { state in
      guard !state.backlog.isEmpty else { return [] }
      return state.backlog.recall(now: now, on: state.road)
    }
  }

  // MARK: The end

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
      return (state.waiting + state.backlog.empty() + state.homeward).map(\.delivery)
    }
  }
}
