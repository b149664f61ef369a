import Locking
import Model
import Net
import Octets

/// What one sender has learnt about its receivers, shared by all its campaigns.
///
/// A message whose receiver has never complained costs two looks into a dictionary and a few locks
/// that nobody else wants.
public final class Shaper: Sendable {
  private struct State: Sendable {
    /// By domain as it stands in addresses, for speed; let go of from time to time.
    var names: [ArraySlice<UInt8>: Lane] = [:]
    /// By the domain of the organisation.
    var lanes: [[UInt8]: Lane] = [:]
    var most = Shaper.mostNames
    var changed: [ObjectIdentifier: Lane] = [:]
    var isRestored = false
    var quickest = 0.0
  }

  /// How many domains are known at a time before those are let go that nothing is known of.
  static let mostNames = 20_000

  private let state = Lock(State())
  /// The sender's own server, whoever the recipient is.
  let server = Lane([])

  public init() {}

  // MARK: Lanes

  /// The lanes of recipients' addresses, in their order.
  func lanes(of addresses: [[UInt8]]) -> [Lane] {
    state.withLock { state in
      addresses.map { address in
        let domain = address.lastIndex(of: UInt8(ascii: "@")).map { address[($0 + 1)...] } ?? []
        return Self.lane(of: domain, in: &state)
      }
    }
  }

  private static func lane(of domain: ArraySlice<UInt8>, in state: inout State) -> Lane {
    if let known = state.names[domain] { return known }
    if state.names.count >= state.most { clear(&state) }
    let lane = lane(ofOrganization: OrganizationalDomain.of(domain), in: &state)
    state.names[ArraySlice(Array(domain))] = lane
    return lane
  }

  private static func lane(ofOrganization domain: [UInt8], in state: inout State) -> Lane {
    if let known = state.lanes[domain] { return known }
    let new = Lane(domain)
    state.lanes[domain] = new
    return new
  }

  private static func clear(_ state: inout State) {
    state.names = [:]
    for domain in Array(state.lanes.keys) {
      // Out of its place, so that the reference at hand is the only one unless somebody has it.
      var lane = state.lanes.removeValue(forKey: domain)
      if lane?.isRemarkable == true || !isKnownUniquelyReferenced(&lane) {
        state.lanes[domain] = lane
      }
    }
    state.most = max(mostNames, state.lanes.count * 2)
  }

  /// How many organisations are known.
  var laneCount: Int { state.withLock { $0.lanes.count } }

  // MARK: What comes of messages

  func ended(
    _ lane: Lane, _ signal: ReplySignal, server: ReplySignal, begun: Timestamp, now: Timestamp,
    freesConnection: Bool
  ) {
    let hasChanged = lane.end(signal, begun: begun, now: now, freesConnection: freesConnection)
    let hasServerChanged = self.server.end(server, begun: begun, now: now, freesConnection: false)
    guard signal != .none || hasServerChanged else { return }
    let seconds = max(0, (now - begun) / .seconds(1))
    state.withLock { state in
      if hasChanged { state.changed[ObjectIdentifier(lane)] = lane }
      if hasServerChanged { state.changed[ObjectIdentifier(self.server)] = self.server }
      guard signal == .accepted else { return }
      // Falls at once, rises slowly: the slow ones shall not decide what is slow.
      state.quickest =
        state.quickest == 0 || seconds < state.quickest
        ? seconds : state.quickest + (seconds - state.quickest) / 64
    }
  }

  /// What the quickest messages take of late, in seconds.
  var quickest: Double { state.withLock { $0.quickest } }

  // MARK: Memory

  /// Takes over what was written down before this process began, once.
  func restore(_ domains: [ShapedDomain]) {
    let lanes: [Lane]? = state.withLock { state in
      guard !state.isRestored else { return nil }
      state.isRestored = true
      return domains.map { domain in
        domain.domain.isEmpty ? server : Self.lane(ofOrganization: domain.domain, in: &state)
      }
    }
    guard let lanes else { return }
    for (lane, domain) in zip(lanes, domains) { lane.restore(domain) }
    state.withLock { state in
      // So that they are forgotten when their time comes.
      for lane in lanes { state.changed[ObjectIdentifier(lane)] = lane }
    }
  }

  var isRestored: Bool { state.withLock { $0.isRestored } }

  /// What is to be written down since the last call.
  func changes(now: Timestamp) -> [ShapeChange] {
    let lanes = state.withLock { state in
      defer { state.changed = [:] }
      return Array(state.changed.values)
    }
    let changes = lanes.compactMap { $0.change(now: now) }
    // What is held up is looked after until it is forgotten.
    state.withLock { state in
      for lane in lanes where lane.isShaped { state.changed[ObjectIdentifier(lane)] = lane }
    }
    return changes
  }
}
