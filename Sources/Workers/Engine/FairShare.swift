import Model

/// Divides a few places among the workspaces that want them.
///
/// Who has fewest comes first, and of those who was served longest ago. Where all places are taken
/// and one workspace has at least two more than another that waits, one of its own is to be given
/// up: no one keeps others out, however much they have begun before. What is stuck on its way out
/// gives its place away, until there are as many of those as there are places.
struct FairShare<Key: Hashable & Sendable>: Sendable {
  /// Something that is under way.
  struct Place: Sendable {
    let key: Key
    let workspace: Identifier
    let course: Course
  }

  enum Course: Sendable {
    case staying
    /// It has been asked to end, and will soon.
    case leaving
    /// It was asked long ago: a server keeps it.
    case stuck
  }

  /// Something that could be begun.
  struct Wish: Sendable {
    let key: Key
    let workspace: Identifier
  }

  private(set) var beginning: [Key] = []
  /// What is to be asked to end, so that another can begin.
  private(set) var leaving: [Key] = []

  /// `taken` and `wishes` are in the order of time, the oldest first; `served` tells when a
  /// workspace has last been given a place.
  init(most: Int, taken: [Place], wishes: [Wish], served: [Identifier: Int]) {
    var having: [Identifier: Int] = [:]
    for place in taken where place.course == .staying {
      having[place.workspace, default: 0] += 1
    }
    var waiting: [Identifier: [Key]] = [:]
    for wish in wishes.reversed() { waiting[wish.workspace, default: []].append(wish.key) }
    let order = Self.firstPlaces(wishes)
    var free = min(most - taken.count { $0.course != .stuck }, 2 * most - taken.count)
    var coming = taken.count { $0.course == .leaving }
    var staying = taken.filter { $0.course == .staying }
    var given: [Identifier: Int] = [:]

    func poorest() -> Identifier? {
      waiting.keys.min { first, second in
        let ranks = [first, second].map { workspace in
          (
            having[workspace] ?? 0, given[workspace] ?? 0, served[workspace] ?? 0,
            order[workspace] ?? 0
          )
        }
        return ranks[0] < ranks[1]
      }
    }

    while let workspace = poorest() {
      if free > 0 {
        free -= 1
        if let key = waiting[workspace]?.last { beginning.append(key) }
      } else if coming > 0 {
        coming -= 1
      } else {
        let own = having[workspace] ?? 0
        guard let most = staying.map({ having[$0.workspace] ?? 0 }).max(), most >= own + 2,
          // The youngest has the least to lose.
          let last = staying.lastIndex(where: { having[$0.workspace] == most })
        else { break }
        let place = staying.remove(at: last)
        leaving.append(place.key)
        having[place.workspace] = most - 1
      }
      having[workspace, default: 0] += 1
      given[workspace, default: 0] += 1
      waiting[workspace]?.removeLast()
      if waiting[workspace]?.isEmpty == true { waiting[workspace] = nil }
    }
  }

  private static func firstPlaces(_ wishes: [Wish]) -> [Identifier: Int] {
    var places: [Identifier: Int] = [:]
    for (place, wish) in wishes.enumerated() where places[wish.workspace] == nil {
      places[wish.workspace] = place
    }
    return places
  }
}
