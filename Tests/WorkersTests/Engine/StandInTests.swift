import Foundation
import Locking
import Model
import Octets
import SMTP
import Storage
import Testing
import Workers

/// A server that goes away and comes back.
@Suite(.timeLimit(.minutes(2)))
struct LostServerTests {
  @Test func `nobody is given up while the server is away, and no crowd comes when it is back`()
    async throws
  {
    try await EngineRoom.open { room in
      // A port that was free a moment ago.
      let port = try await Mailroom().whileServing(on: room.loop) { $0 }
      let sender = try await room.sender(port: port)
      let list = try await room.upload(EngineRoom.people(2_000))
      var keys: [CampaignKey] = []
      for _ in 0..<3 { keys.append(try await room.campaign(to: list, through: sender)) }
      try await room.whileRunning { _ in
        for key in keys {
          try await room.until {
            try await room.progress(key).pace.slowReason?.hasPrefix("Nobody answers at") == true
          }
        }
        let second = Mailroom()
        try await second.whileServing(on: room.loop, at: port) { _ in
          for key in keys { try await room.wait(for: .sent, of: key) }
        }
        // Each campaign has its connections, and what breaks off is none of them.
        #expect(second.book.connections <= 3 * 8)
        #expect(second.book.messages == 6_000)
        for key in keys { #expect(try await room.counts(key)[.sent] == 2_000) }
      }
    }
  }
}

/// Senders that stand in for others whose servers cannot be reached or do not let us in.
@Suite(.timeLimit(.minutes(2)))
struct StandInTests {
  /// A sender whose port nobody listens at.
  private func deadSender(_ room: EngineRoom) async throws -> Sender {
    let port = try await Mailroom().whileServing(on: room.loop) { $0 }
    return try await room.sender(port: port)
  }

  private func attemptsBySender(
    _ room: EngineRoom, _ key: CampaignKey
  ) async throws -> [Identifier: Int] {
    var senders: [Identifier: Int] = [:]
    for usage in [room.sandbox.id] { senders[usage] = nil }
    for sender in try await room.store.senders.all(in: room.workspace.id) {
      let sent = try await room.store.usage.sent(
        by: sender.id, in: room.workspace.id, since: .now() + .seconds(-3_600))
      senders[sender.id] = sent.reduce(0) { $0 + $1.count }
    }
    return senders
  }

  @Test func `where the first cannot be reached, the second sends, under its own limits`()
    async throws
  {
    try await EngineRoom.open { room in
      let mailroom = Mailroom()
      try await mailroom.whileServing(on: room.loop) { port in
        let first = try await deadSender(room)
        let second = try await deadSender(room)
        let third = try await room.sender(port: port, perHour: 15)
        #expect(
          try await room.store.senders.setFallbacks(
            [second.id, third.id], of: first.id, in: room.workspace.id) == nil)
        let key = try await room.campaign(to: try await room.upload(), through: first)
        try await room.whileRunning { _ in
          try await room.until { mailroom.book.messages == 15 }
          try await room.until {
            try await room.progress(key).pace.slowReason
              == "Limited to 15 messages an hour by the sender’s setting."
          }
        }
        #expect(mailroom.book.messages == 15)
        let counted = try await attemptsBySender(room, key)
        #expect(counted[third.id] == 15)
        #expect(counted[first.id] == 0 && counted[second.id] == 0)
        #expect(try await room.counts(key)[.sent] == 15)
        // The From is still the campaign's.
        let found = try #require(try await room.store.deliveries.find(key, 1))
        #expect(found.attempts.map(\.server) == ["127.0.0.1:\(port)"])
      }
    }
  }

  @Test func `a server that refuses messages is not gone round`() async throws {
    try await EngineRoom.open { room in
      let strict = Mailroom { moment, _ in
        moment.isRecipient ? .reply(ServerReply(550, "5.7.1", "Not from you")) : .accept
      }
      let other = Mailroom()
      try await strict.whileServing(on: room.loop) { port in
        try await other.whileServing(on: room.loop) { otherPort in
          let first = try await room.sender(port: port)
          let second = try await room.sender(port: otherPort)
          #expect(
            try await room.store.senders.setFallbacks(
              [second.id], of: first.id, in: room.workspace.id) == nil)
          let key = try await room.campaign(to: try await room.upload(), through: first)
          try await room.whileRunning { _ in try await room.wait(for: .sent, of: key) }
          #expect(try await room.counts(key)[.failed] == 20)
          #expect(other.book.connections == 0)
        }
      }
    }
  }

  @Test func `as soon as the first is well again, it goes on, and nobody gets two`() async throws {
    try await EngineRoom.open { room in
      let slow = SlowRoom()
      let first = Mailroom()
      let port = try await Mailroom().whileServing(on: room.loop) { $0 }
      try await slow.mailroom.whileServing(on: room.loop) { secondPort in
        var sender = try await room.sender(port: port)
        let second = try await room.sender(port: secondPort)
        #expect(
          try await room.store.senders.setFallbacks(
            [second.id], of: sender.id, in: room.workspace.id) == nil)
        let key = try await room.campaign(
          to: try await room.upload(EngineRoom.people(500)), through: sender)
        try await room.whileRunning({ $0.lookBack = .milliseconds(50) }) { _ in
          try await room.until { slow.mailroom.book.messages > 20 }
          try await first.whileServing(on: room.loop) { port in
            sender.port = Int(port)
            #expect(try await room.store.senders.update(sender))
            try await room.wait(for: .sent, of: key)
          }
        }
        #expect(first.book.messages > 0)
        #expect(first.book.messages + slow.mailroom.book.messages == 500)
        let copies = first.book.dots.merging(slow.mailroom.book.dots) { $0 + $1 }
        #expect(copies.count == 500 && copies.values.allSatisfy { $0 == 1 })
      }
    }
  }

  @Test func `one that insists on its own From gets it, and answers go to the campaign's`()
    async throws
  {
    try await EngineRoom.open { room in
      let letters = LetterBox()
      try await letters.whileServing(on: room.loop) { port in
        let first = try await deadSender(room)
        var second = try await room.sender(port: port)
        second.fromAddress = "backup@example.net"
        second.fromName = "Ada \"B\""
        second.rules.usesOwnFromOnly = true
        #expect(try await room.store.senders.update(second))
        #expect(
          try await room.store.senders.setFallbacks(
            [second.id], of: first.id, in: room.workspace.id) == nil)
        let key = try await room.campaign(
          to: try await room.upload(EngineRoom.people(1)), through: first)
        try await room.whileRunning { _ in try await room.wait(for: .sent, of: key) }
        let letter = try #require(letters.all.first)
        #expect(letter.sender == "backup@example.net")
        #expect(letter.text.contains("From: \"Ada \\\"B\\\"\" <backup@example.net>\r\n"))
        #expect(letter.text.contains("Reply-To: Ada <ada@example.org>\r\n"))
        #expect(letter.text.contains("@example.org>\r\n"))
        let name = letter.text.split(separator: "\r\n").first { $0.hasPrefix("Message-ID:") }
        #expect(name?.hasSuffix("@example.org>") == true)
      }
    }
  }

  @Test(arguments: [
    ServerReply(535, "5.7.8", "Wrong password"), ServerReply(454, "4.7.0", "Try again later"),
  ])
  func `where the first refuses the sign-in, the second sends all`(_ reply: ServerReply)
    async throws
  {
    try await EngineRoom.open { room in
      let signIns = Lock(0)
      let locked = Mailroom { moment, _ in
        guard case .authentication = moment else { return .accept }
        signIns.withLock { $0 += 1 }
        return .reply(reply)
      }
      let open = Mailroom()
      try await locked.whileServing(
        on: room.loop, { $0.authenticator = { _, _ in true } }
      ) { port in
        try await open.whileServing(on: room.loop) { otherPort in
          let first = try await room.sender(port: port, user: "ada", password: "x")
          let second = try await room.sender(port: otherPort)
          #expect(
            try await room.store.senders.setFallbacks(
              [second.id], of: first.id, in: room.workspace.id) == nil)
          let key = try await room.campaign(to: try await room.upload(), through: first)
          try await room.whileRunning { _ in try await room.wait(for: .sent, of: key) }
          #expect(try await room.counts(key)[.sent] == 20)
          #expect(open.book.messages == 20 && locked.book.messages == 0)
          let stopped = try await room.store.senders.find(first.id, in: room.workspace.id)
          // A wrong password stops the sender for its owner to see; a busy server does not.
          #expect((stopped?.refusal != nil) == (reply.code == 535))
          if reply.code == 535 { #expect(signIns.withLock { $0 } == 1) }
          // Every try says by whom it went.
          let found = try #require(try await room.store.deliveries.find(key, 1))
          #expect(found.attempts.map(\.sender) == [second.name])
        }
      }
    }
  }

  @Test func `where all are stopped, the campaign fails; where one may come back, it waits`()
    async throws
  {
    try await EngineRoom.open { room in
      let locked = Mailroom()
      let configure = { (configuration: inout ServerConfiguration) in
        configuration.authenticator = { _, _ in false }
      }
      try await locked.whileServing(on: room.loop, configure) { port in
        let first = try await room.sender(port: port, user: "ada", password: "x")
        let dead = try await deadSender(room)
        #expect(
          try await room.store.senders.setFallbacks(
            [dead.id], of: first.id, in: room.workspace.id) == nil)
        let key = try await room.campaign(to: try await room.upload(), through: first)
        try await room.whileRunning { _ in
          try await room.until {
            try await room.progress(key).pace.slowReason?.hasPrefix("Nobody answers at") == true
          }
          #expect(try await room.progress(key).state == .sending)
          #expect(
            try await room.store.senders.find(first.id, in: room.workspace.id)?.refusal != nil)
        }
        #expect(try await room.counts(key)[.queued] == 20)
        #expect(
          try await room.store.senders.setFallbacks([], of: first.id, in: room.workspace.id) == nil)
        try await room.whileRunning { _ in try await room.wait(for: .failed, of: key) }
        #expect(try await room.counts(key)[.cancelled] == 20)
      }
    }
  }
}
