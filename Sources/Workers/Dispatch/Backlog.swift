import Model
import Octets

/// Claimed deliveries that cannot go because of their receiver, by receiver.
///
/// Of each a few are at hand. The others go back into the store with a time; their numbers are kept,
/// so that they come as soon as their receiver takes them, and no row is looked for in vain.
struct Backlog {
  struct Item: Sendable {
    let delivery: ClaimedDelivery
    let lane: Lane
  }

  private struct Post {
    let lane: Lane
    /// The earliest first.
    var queue: [Item] = []
    var parked = ParkedNumbers()
    /// When it is worth asking again.
    var readyAt = Timestamp(microseconds: 0)
    /// Whether it only waits for one of its own connections, as a quick receiver does.
    var isQuick = false
  }

  private var posts: [ObjectIdentifier: Post] = [:]
  private var order: [ObjectIdentifier] = []
  /// When the earliest is worth asking again.
  private var earliest = Timestamp(microseconds: .max)

  /// How long one that is busy is left alone unless something of it ends.
  private static let nap = Duration.milliseconds(20)
  /// Of one receiver so many are at hand at most, and of all.
  private static let mostOfOne = 64
  private static let mostOfAll = 2_048

  /// Deliveries at hand.
  private(set) var count = 0

  var isEmpty: Bool { posts.isEmpty }

  /// Deliveries at hand that go as soon as a connection of their own is free.
  var quickCount: Int { posts.values.reduce(0) { $0 + ($1.isQuick ? $1.queue.count : 0) } }

  /// Whether deliveries of a lane wait, which a new one has to wait behind.
  func contains(_ lane: Lane) -> Bool {
    posts[ObjectIdentifier(lane)].map { !$0.queue.isEmpty } ?? false
  }

  /// Keeps a delivery; `false` when there are enough at hand, so that it must go home.
  mutating func keep(_ item: Item, until readyAt: Timestamp, now: Timestamp, on road: Lane.Road)
    -> Bool
  {
    let key = ObjectIdentifier(item.lane)
    if posts[key] == nil {
      posts[key] = Post(lane: item.lane)
      order.append(key)
    }
    let isQuick = !item.lane.isHindered(now: now, on: road)
    let most = isQuick ? Int.max : Self.most(item.lane, on: road)
    posts[key]?.isQuick = isQuick
    posts[key]?.readyAt = readyAt
    earliest = min(earliest, readyAt)
    guard (posts[key]?.queue.count ?? 0) < most, isQuick || count < Self.mostOfAll else {
      return false
    }
    posts[key]?.queue.append(item)
    count += 1
    return true
  }

  private static func most(_ lane: Lane, on road: Lane.Road) -> Int {
    min(mostOfOne, 2 + Int(min(1_000, lane.flow(on: road) * 2)))
  }

  /// The next that may begin, the receivers in turn, or of one alone.
  mutating func next(
    now: Timestamp, only: Lane? = nil, begin: (Lane) -> Lane.Admission
  ) -> Item? {
    guard count > 0, earliest <= now else { return nil }
    var found: Item?
    earliest = Timestamp(microseconds: .max)
    for (place, key) in order.enumerated() {
      guard let lane = posts[key]?.lane, posts[key]?.queue.isEmpty == false else { continue }
      var readyAt = posts[key]?.readyAt ?? now
      if readyAt <= now, only == nil || lane === only {
        switch begin(lane) {
        case .go:
          found = posts[key]?.queue.removeFirst()
          count -= 1
          order.remove(at: place)
          order.append(key)
        case .notBefore(let moment): readyAt = moment
        case .busy: readyAt = now + Self.nap
        }
        posts[key]?.readyAt = readyAt
      }
      if found != nil { break }
      earliest = min(earliest, readyAt)
    }
    if let found {
      // The others have not been asked.
      earliest = Timestamp(microseconds: 0)
      drop(ObjectIdentifier(found.lane))
    }
    return found
  }

  /// Something of a lane has ended: it is worth asking again.
  mutating func stir(_ lane: Lane) {
    let key = ObjectIdentifier(lane)
    guard posts[key] != nil else { return }
    posts[key]?.readyAt = Timestamp(microseconds: 0)
    earliest = Timestamp(microseconds: 0)
  }

  /// Takes out what is too much to be at hand, because its receiver is not quick any more.
  mutating func shed(now: Timestamp, on road: Lane.Road) -> [Item] {
    var shed: [Item] = []
    for key in order {
      guard let post = posts[key], !post.queue.isEmpty else { continue }
      let isQuick = !post.lane.isHindered(now: now, on: road)
      posts[key]?.isQuick = isQuick
      let most = Self.most(post.lane, on: road)
      guard !isQuick, post.queue.count > most else { continue }
      shed += post.queue[most...]
      posts[key]?.queue.removeSubrange(most...)
    }
    count -= shed.count
    return shed
  }

  private mutating func drop(_ key: ObjectIdentifier) {
    guard let post = posts[key], post.queue.isEmpty, post.parked.isEmpty else { return }
    posts[key] = nil
    order.removeAll { $0 == key }
  }

  // MARK: At home

  /// Notes where the rest of a lane's deliveries are: in the store, under these numbers.
  mutating func park(_ numbers: [Int], of lane: Lane) {
    let key = ObjectIdentifier(lane)
    if posts[key] == nil {
      posts[key] = Post(lane: lane)
      order.append(key)
    }
    posts[key]?.parked.add(numbers)
  }

  /// How many of a lane's deliveries are at home.
  func parkedCount(_ lane: Lane) -> Int { posts[ObjectIdentifier(lane)]?.parked.count ?? 0 }

  /// The numbers to be fetched from home now, because those at hand go to an end.
  mutating func recall(now: Timestamp, on road: Lane.Road) -> [Int] {
    var numbers: [Int] = []
    for key in order where posts[key]?.parked.isEmpty == false {
      guard let post = posts[key], numbers.count < Self.mostOfAll else { break }
      let isQuick = !post.lane.isHindered(now: now, on: road)
      let most = isQuick ? Self.mostOfOne : Self.most(post.lane, on: road)
      let isSoon = post.lane.ready(now: now) <= now + .seconds(5)
      guard isSoon, post.queue.count <= most / 2 else { continue }
      numbers += posts[key]?.parked.take(most - post.queue.count) ?? []
    }
    for key in order { drop(key) }
    return numbers
  }

  /// When the first of all can go, at hand or at home; `nil` where there is none.
  func ready(now: Timestamp) -> Timestamp? {
    posts.values.map { max($0.readyAt, $0.lane.ready(now: now)) }.min()
  }

  /// Takes everything out.
  mutating func empty() -> [Item] {
    defer { self = Backlog() }
    return order.flatMap { posts[$0]?.queue ?? [] }
  }

  /// What waits for whom: the lane and how many, in no order.
  var waiting: [(lane: Lane, count: Int)] {
    posts.values.map { ($0.lane, $0.queue.count + $0.parked.count) }.filter { $0.count > 0 }
  }
}

/// Numbers of deliveries in send order, each once.
struct ParkedNumbers {
  private var numbers: [Int] = []
  private var first = 0
  private var isSorted = true
  private var clean = 0

  var isEmpty: Bool { first == numbers.count }
  var count: Int { numbers.count - first }

  mutating func add(_ more: [Int]) {
    for number in more {
      if let last = numbers.last, last >= number { isSorted = false }
      numbers.append(number)
    }
    // What comes again from the store is there twice.
    if !isSorted, count > 2 * clean + 1_024 { tidy() }
  }

  /// Takes the first of them.
  mutating func take(_ most: Int) -> [Int] {
    guard most > 0 else { return [] }
    if !isSorted { tidy() }
    let taken = Array(numbers[first..<min(numbers.count, first + most)])
    first += taken.count
    if first > 4_096, first > numbers.count / 2 {
      numbers.removeFirst(first)
      first = 0
    }
    return taken
  }

  private mutating func tidy() {
    var sorted = numbers[first...].sorted()
    var last: Int?
    sorted.removeAll { number in
      defer { last = number }
      return number == last
    }
    (numbers, first, isSorted, clean) = (sorted, 0, true, sorted.count)
  }
}
