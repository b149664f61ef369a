import Database
import Model
import Octets
import Storage
import Testing

@Suite("Sessions")
struct SessionTests {
  private let now = Scene.start
  private let digest: [UInt8] = [1, 2, 3]

  @Test func `a session tells who is signed in, and where they work`() async throws {
    try await signedIn { scene, user async throws in
      let found = try #require(try await scene.store.sessions.find(digest: digest, now: now))
      #expect(found.user.id == user.id)
      #expect(found.user.signedInAt == now)
      #expect(found.workspace.id == scene.key.workspace)
      #expect(try await scene.store.sessions.find(digest: [1, 2, 4], now: now) == nil)
      #expect(try await scene.store.sessions.find(digest: [], now: now) == nil)
      try await scene.store.sessions.end(digest: digest)
      #expect(try await scene.store.sessions.find(digest: digest, now: now) == nil)
    }
  }

  @Test func `a session ends after half an hour of silence`() async throws {
    try await signedIn { scene, _ async throws in
      #expect(try await !scene.isSignedIn(digest, after: SignInRule.idle + .seconds(1)))
      #expect(try await scene.isSignedIn(digest, after: SignInRule.idle))
      // That was a sign of life.
      #expect(try await scene.isSignedIn(digest, after: SignInRule.idle * 2))
      #expect(try await !scene.isSignedIn(digest, after: SignInRule.idle * 3 + .seconds(1)))
    }
  }

  @Test func `a session that is always in use ends after twelve hours`() async throws {
    try await signedIn { scene, _ async throws in
      for minutes in stride(from: 20, through: 720, by: 20) {
        #expect(try await scene.isSignedIn(digest, after: .seconds(60 * minutes)))
      }
      #expect(try await !scene.isSignedIn(digest, after: SignInRule.longest + .seconds(1)))
    }
  }

  @Test func `requests within a minute write nothing`() async throws {
    try await signedIn { scene, _ async throws in
      func seen() async throws -> Int {
        try #require(try await scene.look("SELECT seen_at FROM sessions").first).integer("seen_at")
      }
      let first = try await seen()
      #expect(try await scene.isSignedIn(digest, after: .seconds(59)))
      #expect(try await seen() == first)
      #expect(try await scene.isSignedIn(digest, after: .seconds(60)))
      #expect(try await seen() == first + 60_000_000)
      #expect(try await scene.isSignedIn(digest, after: .seconds(30)))
      #expect(try await seen() == first + 60_000_000)
    }
  }

  @Test func `shutting a user out signs them out at once and for good`() async throws {
    try await signedIn { scene, user async throws in
      let other = try await scene.user("bob@example.org")
      try await scene.store.sessions.begin(digest: [9], user: other, now: now)
      #expect(try await scene.store.users.setDisabled(true, of: user.id))
      #expect(try await !scene.isSignedIn(digest))
      #expect(try await !scene.store.sessions.begin(digest: [4], user: user, now: now))
      try await scene.store.users.setDisabled(false, of: user.id)
      #expect(try await !scene.isSignedIn(digest))
      #expect(try await !scene.isSignedIn([4]))
      #expect(try await scene.isSignedIn([9]))
    }
  }

  @Test func `another rank ends all sessions of that user alone`() async throws {
    try await signedIn { scene, user async throws in
      let other = try await scene.user("bob@example.org", isAdministrator: true)
      try await scene.store.sessions.begin(digest: [9], user: other, now: now)
      #expect(try await scene.store.users.setAdministrator(true, of: user.id))
      #expect(try await !scene.isSignedIn(digest))
      #expect(try await scene.isSignedIn([9]))
    }
  }

  @Test func `a session that is left over does not help a disabled user`() async throws {
    try await signedIn { scene, _ async throws in
      try await scene.pool.write { connection throws(DatabaseError) in
        _ = try connection.change("UPDATE users SET is_disabled = 1")
      }
      #expect(try await !scene.isSignedIn(digest))
    }
  }

  @Test func `a new password ends all sessions, links for choosing one, and sign-ins under way`()
    async throws
  {
    try await signedIn { scene, user async throws in
      let other = try await scene.user("bob@example.org")
      try await scene.store.sessions.begin(digest: [9], user: other, now: now)
      for (place, who) in [user, other].enumerated() {
        let link = OneTimeLink(
          purpose: .newPassword, user: who.id, createdAt: now, expiresAt: now + .seconds(60))
        try await scene.store.links.add(link, digest: [UInt8(place)])
      }
      try await scene.store.users.setPassword(hash: "new", of: user.id)
      #expect(try await !scene.isSignedIn(digest))
      #expect(try await scene.isSignedIn([9]))
      #expect(try await scene.store.links.find(digest: [0], now: now) == nil)
      #expect(try await scene.store.links.find(digest: [1], now: now) != nil)
      // Whoever had the old password checked comes too late.
      #expect(try await !scene.store.sessions.begin(digest: [5], user: user, now: now))
      let renewed = try #require(try await scene.store.users.find(user.id))
      #expect(renewed.passwordHash == "new")
      #expect(try await scene.store.sessions.begin(digest: [5], user: renewed, now: now))
      #expect(try await scene.isSignedIn([5]))
      #expect(try await scene.store.users.find(other.id)?.passwordHash == other.passwordHash)
    }
  }

  @Test func `one may sign out everywhere else`() async throws {
    try await signedIn { scene, user async throws in
      let other = try await scene.user("bob@example.org")
      try await scene.store.sessions.begin(digest: [9], user: other, now: now)
      try await scene.store.sessions.begin(digest: [7], user: user, now: now)
      try await scene.store.sessions.endAll(of: user.id, except: [7])
      #expect(try await !scene.isSignedIn(digest))
      #expect(try await scene.isSignedIn([7]))
      try await scene.store.sessions.endAll(of: user.id, except: nil)
      #expect(try await !scene.isSignedIn([7]))
      #expect(try await scene.isSignedIn([9]))
    }
  }

  @Test func `sweeping removes what has ended and nothing else`() async throws {
    try await signedIn { scene, user async throws in
      let later = now + SignInRule.idle
      try await scene.store.sessions.begin(digest: [2], user: user, now: later)
      try await scene.store.sessions.sweep(now: later)
      #expect(try await scene.count("sessions") == 2)
      try await scene.store.sessions.sweep(now: later + .seconds(1))
      #expect(try await scene.count("sessions") == 1)
      #expect(try await scene.isSignedIn([2], after: SignInRule.idle))
      // Busy to the last, and too old all the same.
      try await scene.pool.write { connection throws(DatabaseError) in
        _ = try connection.change("UPDATE sessions SET seen_at = seen_at + 86400000000")
      }
      try await scene.store.sessions.sweep(now: later + SignInRule.longest + .seconds(1))
      #expect(try await scene.count("sessions") == 0)
    }
  }

  /// A scene with one user who is signed in.
  private func signedIn(_ body: (Scene, User) async throws -> Void) async throws {
    try await Scene.set { scene async throws in
      let user = try await scene.user("ada@example.org")
      #expect(try await scene.store.sessions.begin(digest: digest, user: user, now: now))
      try await body(scene, user)
    }
  }
}

extension Scene {
  fileprivate func isSignedIn(
    _ digest: [UInt8], after time: Duration = .zero
  ) async throws -> Bool {
    try await store.sessions.find(digest: digest, now: Scene.start + time) != nil
  }
}
