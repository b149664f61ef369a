import Crypto
import Glibc
import HTTP
import Locking

/// Hashes passwords, one or two at a time: each takes 19 MB, and one of the threads that make
/// pages.
final class PasswordHasher: Sendable {
  /// So many wait for their turn; who comes then is asked to come again.
  private static let longestQueue = 100
  /// A thread for each processor makes pages; one is always left to them where there are several.
  private static let together = max(1, min(2, sysconf(Int32(_SC_NPROCESSORS_ONLN)) - 1))

  private struct State {
    var running = 0
    var waiting: [CheckedContinuation<Void, Never>] = []
  }

  private let state = Lock(State())
  private let cost: PasswordHash.Cost

  init(cost: PasswordHash.Cost) { self.cost = cost }

  /// - Throws: ``CryptoError/outOfMemory``, or ``PageError/tooMany(_:)`` when too many wait.
  func hash(_ password: String) async throws -> PasswordHash {
    try await enter()
    defer { leave() }
    return try await Self.compute(password, cost)
  }

  /// Whether it is the password; without a hash it never is, after as long a time.
  ///
  /// - Throws: As ``hash(_:)``.
  func matches(_ password: String, _ hash: PasswordHash?) async throws -> Bool {
    try await enter()
    defer { leave() }
    guard let hash else {
      _ = try await Self.compute(password, cost)
      return false
    }
    return await Self.compare(password, hash)
  }

  /// Whether the hash was made at another cost than new ones are.
  func isOutdated(_ hash: PasswordHash) -> Bool { hash.isOutdated(for: cost) }

  @concurrent
  private static func compute(
    _ password: String, _ cost: PasswordHash.Cost
  ) async throws(CryptoError) -> PasswordHash {
    try PasswordHash(of: Array(password.utf8), cost: cost)
  }

  @concurrent
  private static func compare(_ password: String, _ hash: PasswordHash) async -> Bool {
    hash.matches(Array(password.utf8))
  }

  // MARK: Turns

  private enum Turn { case mine, later, never }

  private func enter() async throws(PageError) {
    let turn = state.withLock { state -> Turn in
      if state.running < Self.together {
        state.running += 1
        return .mine
      }
      return state.waiting.count < Self.longestQueue ? .later : .never
    }
    switch turn {
    case .mine: return
    case .never: throw .tooMany(.seconds(5))
    case .later:
      await withCheckedContinuation { continuation in
        let isMine = state.withLock { state in
          // Somebody may have left in the meantime.
          if state.running < Self.together {
            state.running += 1
            return true
          }
          state.waiting.append(continuation)
          return false
        }
        if isMine { continuation.resume() }
      }
    }
  }

  private func leave() {
    let next = state.withLock { state -> CheckedContinuation<Void, Never>? in
      // The turn is handed on, so that nobody overtakes who has waited.
      guard state.waiting.isEmpty else { return state.waiting.removeFirst() }
      state.running -= 1
      return nil
    }
    next?.resume()
  }
}
