import Locking
import Model
import Octets

/// Why a campaign is not worked on for a while although it could be.
struct Waiting: Sendable {
  enum Reason: Sendable {
    /// Its list is still being read.
    case list
    /// The hour's share is used up.
    case limit(Allowance, sender: Identifier)
    /// All that is left is due again later.
    case deferred
    /// Its server lets nobody in, or the database cannot be used; the sender as it was then.
    case trouble(Sender?)
  }

  let until: Timestamp
  let reason: Reason
}

/// Who works on what at the moment, and what waits until when.
final class Docket: Sendable {
  /// Someone at work.
  private struct Post: Sendable {
    let workspace: Identifier
    let sign: StopSign
    /// Counts up with each that is begun.
    let number: Int
    /// When it was first seen to have been asked to end.
    var leavingSince: Timestamp?
  }

  /// Who has not ended after so long is kept by a server.
  private static let leavingTime = Duration.seconds(2)

  private struct State: Sendable {
    var running: [CampaignKey: Post] = [:]
    var waiting: [CampaignKey: Waiting] = [:]
    /// How often in a row a campaign ran into trouble.
    var failures: [CampaignKey: Int] = [:]
    var reading: [Identifier: Post] = [:]
    var unreadable: [Identifier: Timestamp] = [:]
    var lastNumber = 0
    /// The number of the post that each workspace got last, as long as it matters.
    var sent: [Identifier: Int] = [:]
    var read: [Identifier: Int] = [:]

    mutating func post(in workspace: Identifier) -> Post {
      lastNumber += 1
      return Post(workspace: workspace, sign: StopSign(), number: lastNumber)
    }
  }

  private let state = Lock(State())

  /// Everything that is under way is asked to end.
  func stopAll() {
    let posts = state.withLock { Array($0.running.values) + Array($0.reading.values) }
    for post in posts { post.sign.raise() }
  }

  /// Whether nobody is at work and nothing that could be done is left for now.
  func isIdle(now: Timestamp) -> Bool {
    state.withLock { state in
      state.running.isEmpty && state.reading.isEmpty
        && state.waiting.values.allSatisfy { waiting in
          if case .list = waiting.reason { return false }
          return waiting.until > now
        }
    }
  }

  // MARK: Campaigns

  /// Compares with the campaigns that are to be worked on: others are stopped and forgotten.
  func keep(only wanted: Set<CampaignKey>) {
    let signs: [StopSign] = state.withLock { state in
      for key in state.waiting.keys where !wanted.contains(key) { state.waiting[key] = nil }
      for key in state.failures.keys where !wanted.contains(key) && state.running[key] == nil {
        state.failures[key] = nil
      }
      return state.running.filter { !wanted.contains($0.key) }.map(\.value.sign)
    }
    for sign in signs { sign.raise() }
  }

  /// Begins work on campaigns, as many as there are places for: each workspace its fair share.
  ///
  /// Left out are those that someone is at already or whose time has not come. Where one workspace
  /// has more than its share, some of its campaigns are asked to make room.
  func begin(
    _ keys: [CampaignKey], most: Int, now: Timestamp
  ) -> [(key: CampaignKey, sign: StopSign, failures: Int)] {
    let (begun, signs) = state.withLock { state in
      let wishes = keys.filter { key in
        state.running[key] == nil && state.waiting[key].map { $0.until <= now } ?? true
      }
      let share = Self.share(
        most, of: &state.running, state.sent,
        wishes.map { FairShare.Wish(key: $0, workspace: $0.workspace) }, now: now)
      let begun = share.beginning.map { key in
        let post = state.post(in: key.workspace)
        state.waiting[key] = nil
        state.running[key] = post
        state.sent[key.workspace] = post.number
        return (key: key, sign: post.sign, failures: state.failures[key] ?? 0)
      }
      Self.forget(&state.sent, but: keys.map(\.workspace))
      return (begun, share.leaving.compactMap { state.running[$0]?.sign })
    }
    for sign in signs { sign.raise() }
    return begun
  }

  private static func share<Key>(
    _ most: Int, of posts: inout [Key: Post], _ served: [Identifier: Int],
    _ wishes: [FairShare<Key>.Wish], now: Timestamp
  ) -> FairShare<Key> {
    for (key, post) in posts where post.leavingSince == nil && post.sign.isRaised {
      posts[key]?.leavingSince = now
    }
    let taken = posts.sorted { $0.value.number < $1.value.number }.map { key, post in
      let course: FairShare<Key>.Course =
        switch post.leavingSince {
        case nil: .staying
        case let since?: now - since < leavingTime ? .leaving : .stuck
        }
      return FairShare<Key>.Place(key: key, workspace: post.workspace, course: course)
    }
    return FairShare(most: most, taken: taken, wishes: wishes, served: served)
  }

  /// When someone was served last matters only among those who want something.
  private static func forget(_ served: inout [Identifier: Int], but workspaces: [Identifier]) {
    let wanting = Set(workspaces)
    served = served.filter { wanting.contains($0.key) }
  }

  func end(_ key: CampaignKey, until waiting: Waiting?) {
    state.withLock { state in
      state.running[key] = nil
      state.waiting[key] = waiting
      if case .trouble = waiting?.reason {
        state.failures[key] = min(30, (state.failures[key] ?? 0) + 1)
      } else {
        state.failures[key] = nil
      }
    }
  }

  /// What waits for longer.
  var waiting: [CampaignKey: Waiting] { state.withLock { $0.waiting } }

  /// Lets a campaign that waits be taken up at once; its failures stay counted.
  func hurry(_ key: CampaignKey) { state.withLock { $0.waiting[key] = nil } }

  // MARK: Lists

  /// Begins to read lists, as ``begin(_:most:now:)`` does with campaigns.
  func beginReading(
    _ lists: [Audience], most: Int, now: Timestamp
  ) -> [(list: Audience, sign: StopSign)] {
    let (begun, signs) = state.withLock { state in
      state.unreadable = state.unreadable.filter { $0.value > now }
      let wishes = lists.filter { list in
        state.reading[list.id] == nil && state.unreadable[list.id] == nil
      }
      let share = Self.share(
        most, of: &state.reading, state.read,
        wishes.map { FairShare.Wish(key: $0.id, workspace: $0.workspace) }, now: now)
      let chosen = Set(share.beginning)
      let begun = wishes.filter { chosen.contains($0.id) }.map { list in
        let post = state.post(in: list.workspace)
        state.reading[list.id] = post
        state.read[list.workspace] = post.number
        return (list: list, sign: post.sign)
      }
      Self.forget(&state.read, but: lists.map(\.workspace))
      return (begun, share.leaving.compactMap { state.reading[$0]?.sign })
    }
    for sign in signs { sign.raise() }
    return begun
  }

  /// `retry` tells when to try again what could not be read for reasons of our own.
  func endReading(_ audience: Identifier, retry: Timestamp?) {
    state.withLock { state in
      state.reading[audience] = nil
      state.unreadable[audience] = retry
    }
  }
}
