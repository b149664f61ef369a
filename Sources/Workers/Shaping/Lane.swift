import Locking
import Model
import Octets

/// What goes from one sender to one organisation's domain, over all its campaigns.
final class Lane: Sendable {
  /// Whether a message may begin.
  enum Admission: Sendable, Equatable {
    case go
    case notBefore(Timestamp)
    /// As many are under way as may be.
    case busy
  }

  /// What all lanes of a run have in common.
  struct Road: Sendable {
    /// How many connections the sender has for all its runs, as a lane's are counted.
    var connections: Int
    /// How many of them are this run's part; `nil` for all.
    var part: Int?
    /// Whether it has messages for others too: then no lane may have all connections.
    var isMixed: Bool
    /// What the quickest messages take of late, in seconds; `nil` where nobody is slow.
    var quickest: Double?
  }

  struct State: Sendable {
    var shape = Shape()
    /// Messages and connections under way.
    var messages = 0
    var connections = 0
    /// Seconds from beginning to answer, of late; `nil` before the first.
    var service: Double?
    /// When the last answer came, or the first of those under way began.
    var quietSince = Timestamp(microseconds: 0)
    /// What was written down last.
    var noted: ShapedDomain?
  }

  /// In small letters; empty for the sender's own server.
  let domain: [UInt8]
  private let state: Lock<State>

  init(_ domain: [UInt8], shape: Shape = Shape()) {
    self.domain = domain
    state = Lock(State(shape: shape))
  }

  /// Begins a message where one may; `follows` is on a connection that the lane has already.
  func begin(now: Timestamp, on road: Lane.Road, follows: Bool) -> Admission {
    state.withLock { state in
      if !state.shape.isOpen {
        if state.shape.blocked != nil, state.messages > 0 { return .busy }
        let ready = state.shape.ready(now: now)
        if ready > now { return .notBefore(ready) }
      }
      if follows {
        if Self.isSlow(state, now: now, on: road) { return .busy }
      } else if state.connections >= Self.share(state, now: now, on: road) {
        return .busy
      }
      state.shape.begin(now: now)
      if state.messages == 0 { state.quietSince = now }
      state.messages += 1
      if !follows { state.connections += 1 }
      return .go
    }
  }

  /// Whether a message may begin as far as the rate goes.
  func asks(now: Timestamp) -> Admission {
    state.withLock { state in
      guard !state.shape.isOpen else { return .go }
      if state.shape.blocked != nil, state.messages > 0 { return .busy }
      let ready = state.shape.ready(now: now)
      return ready > now ? .notBefore(ready) : .go
    }
  }

  /// Notes how a message ended; `true` when that changed the rate.
  func end(
    _ signal: ReplySignal, begun: Timestamp, now: Timestamp, freesConnection: Bool
  ) -> Bool {
    state.withLock { state in
      state.messages = max(0, state.messages - 1)
      if freesConnection { state.connections = max(0, state.connections - 1) }
      guard signal != .none else { return false }
      state.quietSince = now
      let seconds = max(0, (now - begun) / .seconds(1))
      state.service = state.service.map { $0 + (seconds - $0) / 4 } ?? seconds
      return state.shape.hear(signal, begun: begun, now: now)
    }
  }

  // MARK: Connections

  /// How many connections it may have: an eighth before its first answer and while it is slow, so
  /// that others always have some.
  private static func share(_ state: State, now: Timestamp, on road: Road) -> Int {
    var share = max(1, road.connections)
    if road.isMixed {
      if state.service == nil || isSlow(state, now: now, on: road) {
        share = max(1, min(share, road.part ?? share) / 8)
      } else if share >= 8 {
        share -= share / 8
      }
    }
    guard !state.shape.isOpen else { return share }
    return min(share, state.shape.connections(service: state.service ?? 0.1))
  }

  /// Whether answers take much longer than elsewhere, or fail to come: more than a second and eight
  /// times as long as the quickest, or more than ten seconds.
  private static func isSlow(_ state: State, now: Timestamp, on road: Road) -> Bool {
    guard let quickest = road.quickest else { return false }
    let most = min(10, max(1, quickest * 8))
    if let service = state.service, service > most { return true }
    return state.messages > 0 && (now - state.quietSince) / .seconds(1) > most
  }

  // MARK: Telling

  /// Whether it is held up for other reasons than that all is busy.
  func isHindered(now: Timestamp, on road: Road) -> Bool {
    state.withLock { !$0.shape.isOpen || Self.isSlow($0, now: now, on: road) }
  }

  /// Whether its answers take long.
  func isSlow(now: Timestamp, on road: Road) -> Bool {
    state.withLock { Self.isSlow($0, now: now, on: road) }
  }

  /// When a message may begin by the rate; `now` or earlier when it may.
  func ready(now: Timestamp) -> Timestamp { state.withLock { $0.shape.ready(now: now) } }

  /// How many messages a second it takes at the moment, as far as something holds it up.
  func flow(on road: Road) -> Double {
    state.withLock { state in
      if let rate = state.shape.rate { return rate }
      if state.shape.blocked != nil { return 1 }
      let service = max(0.001, state.service ?? 1)
      return Double(max(1, (road.part ?? road.connections) / 8)) / service
    }
  }

  /// What holds it up; `nil` when nothing does.
  func hindrance(now: Timestamp, on road: Road) -> Hindrance? {
    state.withLock { state in
      if !state.shape.isOpen {
        return .slowedDown(perSecond: state.shape.rate, blockedUntil: state.shape.blocked?.until)
      }
      guard Self.isSlow(state, now: now, on: road) else { return nil }
      return .slow(connections: Self.share(state, now: now, on: road))
    }
  }

  enum Hindrance: Sendable, Equatable {
    /// It has asked us to slow down; while it is blocked it is only asked now and then.
    case slowedDown(perSecond: Double?, blockedUntil: Timestamp?)
    /// Its answers take long, so it has some of the connections and no more.
    case slow(connections: Int)
  }

  /// Whether there is anything to lose when it is forgotten.
  var isRemarkable: Bool { state.withLock { $0.messages > 0 || !$0.shape.isOpen } }

  /// Whether it has been asked to slow down.
  var isShaped: Bool { state.withLock { !$0.shape.isOpen } }

  /// What is to be written down, if it is not yet.
  func change(now: Timestamp) -> ShapeChange? {
    state.withLock { state in
      _ = state.shape.forget(now: now)
      let current = state.shape.isOpen ? nil : Self.noted(state.shape, domain)
      guard current != state.noted else { return nil }
      state.noted = current
      return current.map { .keep($0) } ?? .forget(domain)
    }
  }

  /// Takes over what was written down before this process began, if nothing is known yet.
  func restore(_ shaped: ShapedDomain) {
    state.withLock { state in
      guard state.shape.refusedAt == nil, state.messages == 0 else { return }
      var blocked: (Timestamp, Timestamp)?
      if let since = shaped.blockedSince, let until = shaped.blockedUntil {
        blocked = (since, until)
      }
      state.shape = Shape(
        rate: shaped.rate, ceiling: shaped.ceiling, blocked: blocked, refusedAt: shaped.refusedAt)
      state.noted = shaped
    }
  }

  private static func noted(_ shape: Shape, _ domain: [UInt8]) -> ShapedDomain? {
    guard let refusedAt = shape.refusedAt else { return nil }
    return ShapedDomain(
      domain: domain, rate: shape.rate ?? 0, ceiling: shape.ceiling,
      blockedSince: shape.blocked?.since, blockedUntil: shape.blocked?.until, refusedAt: refusedAt)
  }
}

/// What has become known about a receiver since it was last written down.
enum ShapeChange: Sendable, Equatable {
  case keep(ShapedDomain)
  case forget([UInt8])
}
