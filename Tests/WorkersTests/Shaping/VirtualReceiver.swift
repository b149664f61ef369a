import Model
import Octets

@testable import Workers

/// A receiver with a limit that the engine cannot see, by the virtual clock.
struct VirtualReceiver {
  enum Limit {
    case none
    /// So many in any span of seconds; those it refuses may count as well.
    case window(Int, seconds: Double, countsRefused: Bool = false)
    /// So many a second, of which a few may come at once.
    case bucket(perSecond: Double, burst: Double)
    /// So many at a time.
    case atOnce(Int)
  }

  var limit: Limit
  /// Seconds from the beginning of a message to its answer.
  var service = 0.05
  private(set) var accepted: [Double] = []
  private(set) var refused = 0
  private var counted: [Double] = []
  private var first = 0
  private var tokens: Double
  private var filledAt = 0.0
  var open = 0

  init(_ limit: Limit, service: Double = 0.05) {
    self.limit = limit
    self.service = service
    tokens = if case .bucket(_, let burst) = limit { burst } else { 0 }
  }

  /// Whether it takes a message at a moment.
  mutating func takes(at now: Double) -> Bool {
    let takes: Bool
    switch limit {
    case .none: takes = true
    case .window(let most, let seconds, let countsRefused):
      while first < counted.count, counted[first] <= now - seconds { first += 1 }
      takes = counted.count - first < most
      if takes || countsRefused { counted.append(now) }
    case .bucket(let perSecond, let burst):
      tokens = min(burst, tokens + (now - filledAt) * perSecond)
      filledAt = now
      takes = tokens >= 1
      if takes { tokens -= 1 }
    case .atOnce(let most): takes = open <= most
    }
    if takes { accepted.append(now) } else { refused += 1 }
    return takes
  }

  /// How many it would have taken in so many seconds, asked in the best way.
  func capacity(_ seconds: Double) -> Double {
    switch limit {
    case .none: .infinity
    case .window(let most, let span, _): Double(most) * seconds / span
    case .bucket(let perSecond, _): perSecond * seconds
    case .atOnce(let most): Double(most) * seconds / service
    }
  }
}

/// Connections that bring messages to several receivers, in virtual time.
struct VirtualRun {
  struct Road {
    let lane: Lane
    var receiver: VirtualReceiver
    /// Messages that have not begun, and those due again at a time with their tries so far.
    var fresh: Int
    var again: [(at: Double, tries: Int)] = []
    var mostTries = 0
    var finishedAt: Double?
    /// The most messages at a time.
    var mostOpen = 0
  }

  var roads: [Road]
  let connections: Int
  var now = 0.0
  private var running: [(end: Double, road: Int, begun: Timestamp, tries: Int, takes: Bool)] = []
  private var quickest = 0.0
  static let start = Timestamp(seconds: 1_800_000_000)
  /// What a refusal is heard as.
  var signal = ReplySignal.slowDown

  init(_ receivers: [VirtualReceiver], messages: [Int], connections: Int) {
    roads = zip(receivers, messages).enumerated().map {
      Road(lane: Lane(Array("d\($0)".utf8)), receiver: $1.0, fresh: $1.1)
    }
    self.connections = connections
  }

  static func moment(_ seconds: Double) -> Timestamp {
    start + .microseconds(Int64((seconds * 1e6).rounded()))
  }

  /// Runs until a time, or until nothing is left.
  mutating func run(until end: Double) {
    while now < end {
      begin()
      var next = end
      if let first = running.min(by: { $0.end < $1.end }) { next = min(next, first.end) }
      for road in roads where running.count < connections {
        if road.fresh > 0 || road.again.contains(where: { $0.at <= now }) {
          let ready = road.lane.ready(now: Self.moment(now))
          let seconds = (ready - Self.start) / .seconds(1)
          if seconds > now { next = min(next, seconds) }
        }
        if let due = road.again.map(\.at).min(), due > now { next = min(next, due) }
      }
      // Nobody looks at the clock all the time.
      now = max(now + 0.001, next)
      finish()
    }
  }

  private mutating func begin() {
    var isMore = true
    while isMore, running.count < connections {
      isMore = false
      for index in roads.indices where running.count < connections {
        let due = roads[index].again.firstIndex { $0.at <= now }
        guard due != nil || roads[index].fresh > 0 else { continue }
        let road = Lane.Road(
          connections: connections, isMixed: roads.count > 1, quickest: quickest)
        let begun = Self.moment(now)
        guard roads[index].lane.begin(now: begun, on: road, follows: false) == .go else { continue }
        var tries = 0
        if let due {
          tries = roads[index].again.remove(at: due).tries
        } else {
          roads[index].fresh -= 1
        }
        roads[index].receiver.open += 1
        roads[index].mostOpen = max(roads[index].mostOpen, roads[index].receiver.open)
        let takes = roads[index].receiver.takes(at: now)
        running.append(
          (now + roads[index].receiver.service, index, begun, tries + 1, takes))
        isMore = true
      }
    }
  }

  private mutating func finish() {
    for message in running.filter({ $0.end <= now }).sorted(by: { $0.end < $1.end }) {
      roads[message.road].receiver.open -= 1
      _ = roads[message.road].lane.end(
        message.takes ? .accepted : signal, begun: message.begun, now: Self.moment(now),
        freesConnection: true)
      roads[message.road].mostTries = max(roads[message.road].mostTries, message.tries)
      if message.takes {
        let seconds = now - (message.begun - Self.start) / .seconds(1)
        quickest =
          quickest == 0 || seconds < quickest
          ? seconds : quickest + (seconds - quickest) / 64
      } else {
        roads[message.road].again.append((now + 300, message.tries))
      }
      let road = roads[message.road]
      if road.fresh == 0, road.again.isEmpty, road.receiver.open == 0 {
        roads[message.road].finishedAt = now
      }
    }
    running.removeAll { $0.end <= now }
  }
}
