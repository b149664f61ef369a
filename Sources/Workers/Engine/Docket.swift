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
  private struct State: Sendable {
    var running: [CampaignKey: StopSign] = [:]
    var waiting: [CampaignKey: Waiting] = [:]
    /// How often in a row a campaign ran into trouble.
    var failures: [CampaignKey: Int] = [:]
    var reading: [Identifier: StopSign] = [:]
    var unreadable: [Identifier: Timestamp] = [:]
  }

  private let state = Lock(State())

  /// Everything that is under way is asked to end.
  func stopAll() {
    let signs = state.withLock { Array($0.running.values) + Array($0.reading.values) }
    for sign in signs { sign.raise() }
  }

  // MARK: Campaigns

  /// Compares with the campaigns that are to be worked on: others are stopped and forgotten.
  func keep(only wanted: Set<CampaignKey>) {
    let signs: [StopSign] = state.withLock { state in
      for key in state.waiting.keys where !wanted.contains(key) { state.waiting[key] = nil }
      for key in state.failures.keys where !wanted.contains(key) && state.running[key] == nil {
        state.failures[key] = nil
      }
      return state.running.filter { !wanted.contains($0.key) }.map(\.value)
    }
    for sign in signs { sign.raise() }
  }

  /// Begins work on a campaign, unless someone is at it already or its time has not come.
  func begin(_ key: CampaignKey, most: Int, now: Timestamp) -> (sign: StopSign, failures: Int)? {
    state.withLock { state in
      guard state.running[key] == nil, state.running.count < most,
        state.waiting[key].map({ $0.until <= now }) ?? true
      else { return nil }
      state.waiting[key] = nil
      let sign = StopSign()
      state.running[key] = sign
      return (sign, state.failures[key] ?? 0)
    }
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

  func beginReading(_ audience: Identifier, most: Int, now: Timestamp) -> StopSign? {
    state.withLock { state in
      guard state.reading[audience] == nil, state.reading.count < most,
        state.unreadable[audience].map({ $0 <= now }) ?? true
      else { return nil }
      state.unreadable[audience] = nil
      let sign = StopSign()
      state.reading[audience] = sign
      return sign
    }
  }

  /// `retry` tells when to try again what could not be read for reasons of our own.
  func endReading(_ audience: Identifier, retry: Timestamp?) {
    state.withLock { state in
      state.reading[audience] = nil
      state.unreadable[audience] = retry
    }
  }
}
