import Foundation
import Model
import Net
import Octets
import SMTP
import Storage
import Testing

@testable import Workers

/// How the engine deals with mail servers that are not there, or must not be spoken to.
@Suite(.timeLimit(.minutes(2)))
struct EngineServerTests {
  @Test func `a server that is not there is waited for, and the page is told why`() async throws {
    try await EngineRoom.open { room in
      // A port that was free a moment ago.
      let port = try await Mailroom().whileServing(on: room.loop) { $0 }
      let sender = try await room.sender(port: port)
      let key = try await room.campaign(to: try await room.upload(), through: sender)
      try await room.whileRunning { _ in
        try await room.until {
          try await room.progress(key).pace.slowReason?.hasPrefix("Nobody answers at") == true
        }
        #expect(try await room.progress(key).state == .sending)
        // Someone corrects the port: no need to wait for the next try.
        let mailroom = Mailroom()
        try await mailroom.whileServing(on: room.loop) { port in
          var moved = sender
          moved.port = Int(port)
          #expect(try await room.store.senders.update(moved))
          try await room.wait(for: .sent, of: key)
        }
        #expect(mailroom.book.messages == 20)
      }
    }
  }

  @Test func `what is deferred waits without anybody at it, until it is due or wanted now`()
    async throws
  {
    try await EngineRoom.open { room in
      let mailroom = Mailroom { moment, book in
        moment.isRecipient && moment.recipient == "p5@example.com"
          && (book.tries["p5@example.com"] ?? 0) < 1
          ? .reply(ServerReply(451, "4.7.1", "Try later")) : .accept
      }
      try await mailroom.whileServing(on: room.loop) { port in
        let sender = try await room.sender(port: port)
        let key = try await room.campaign(to: try await room.upload(), through: sender)
        try await room.whileRunning { _ in
          try await room.until { try await room.progress(key).pace.slowReason != nil }
          let progress = try await room.progress(key)
          #expect(
            progress.pace.slowReason
              == "One message could not be handed over yet; it is tried again later.")
          #expect(progress.state == .sending)
          #expect(progress.counts[.deferred] == 1)
          #expect(progress.counts[.sent] == 19)
          #expect(try #require(progress.pace.finishEstimate) > .now() + .seconds(200))
          #expect(try await room.store.deliveries.sendNow(key, 5, now: .now()))
          try await room.wait(for: .sent, of: key)
        }
        #expect(try await room.counts(key)[.sent] == 20)
      }
    }
  }

  @Test func `where anybody may register, private addresses are refused`() async throws {
    try await EngineRoom.open { room in
      try await room.store.settings.setRegistration(.open)
      let mailroom = Mailroom()
      try await mailroom.whileServing(on: room.loop) { port in
        let list = try await room.upload()
        let sender = try await room.sender(port: port)
        let named = try await room.sender(port: port, host: "localhost")
        let first = try await room.campaign(to: list, through: sender)
        let second = try await room.campaign(to: list, through: named)
        let sandboxed = try await room.campaign(to: list)
        try await room.whileRunning { _ in
          for key in [first, second] {
            try await room.wait(for: .failed, of: key)
            #expect(
              try await room.progress(key).failure?.contains("is at a private address") == true)
          }
          // The sandbox is within, and always allowed.
          try await room.wait(for: .sent, of: sandboxed)
        }
        #expect(mailroom.book.connections == 0)
        // The administrator allows the address.
        let allowed = try #require(AllowedHosts(parsing: ["127.0.0.0/8"]))
        let third = try await room.campaign(to: list, through: sender)
        try await room.whileRunning({ $0.privateHosts = allowed }) { _ in
          try await room.wait(for: .sent, of: third)
        }
        #expect(mailroom.book.messages == 20)
      }
    }
  }

  @Test func `allowed hosts are blocks of addresses or names`() async throws {
    let address = try #require(
      try await SocketAddress.resolve(host: "10.1.2.3", port: 25).first)
    let hosts = try #require(AllowedHosts(parsing: ["10.1.0.0/16", "Mail.LAN", "::1"]))
    #expect(hosts.contains(address, of: "anything"))
    #expect(try #require(AllowedHosts(parsing: ["mail.lan"])).contains(address, of: "MAIL.lan"))
    #expect(!AllowedHosts().contains(address, of: "mail.lan"))
    for bad in ["", "10.0.0.0/99", "a b", "http://x", "10.0.0.256", "*"] {
      #expect(AllowedHosts(parsing: [bad]) == nil, "\(bad)")
    }
  }

  @Test func `until it is known who may register, strangers are thought to be among the users`()
    async throws
  {
    let rule = AddressRule(allowing: AllowedHosts())
    let address = try #require(
      try await SocketAddress.resolve(host: "127.0.0.1", port: 25).first)
    #expect(!rule.admits(address, of: "localhost"))
    rule.follow(.invite)
    #expect(rule.admits(address, of: "localhost"))
    rule.follow(.open)
    #expect(!rule.admits(address, of: "localhost"))
  }

  @Test func `lines that nobody uses are let go, and those in use are not`() async throws {
    try await EngineRoom.open { room in
      let bench = Workbench(
        store: room.store, folders: Engine.Folders(uploads: "", attachments: ""),
        options: Engine.Options(),
        senders: try SenderDoors(
          keys: room.keys, inbox: SandboxInbox(store: room.store, log: nil),
          rule: AddressRule(allowing: AllowedHosts()), hello: nil, loop: room.loop))
      func sender() -> Sender {
        Sender(
          id: .new(), workspace: .new(), name: "", host: "", port: 25, security: "none", user: nil,
          sealedPassword: nil)
      }
      let (ada, lease) = (sender(), Lease.new())
      for _ in 0..<10 { _ = bench.lines(of: sender()) }
      do {
        let lines = bench.lines(of: ada)
        lines.join(lease)
        bench.sweep()
        #expect(bench.lineCount == 1)
        #expect(bench.lines(of: ada) === lines)
        lines.leave(lease)
      }
      bench.sweep()
      #expect(bench.lineCount == 0)
    }
  }

  @Test func `two campaigns of one sender are sent side by side`() async throws {
    try await EngineRoom.open { room in
      let gate = SlowRoom()
      try await gate.mailroom.whileServing(on: room.loop) { port in
        let sender = try await room.sender(port: port)
        let large = try await room.campaign(
          to: try await room.upload(EngineRoom.people(2_000)), through: sender)
        try await room.whileRunning({ $0.connectionsPerSender = 3 }) { _ in
          try await room.until { try await room.progress(large).counts[.sent] > 20 }
          let small = try await room.campaign(
            to: try await room.upload(EngineRoom.people(5)), through: sender)
          try await room.wait(for: .sent, of: small)
          #expect(try await room.progress(large).state == .sending)
          gate.open()
          try await room.wait(for: .sent, of: large)
        }
        #expect(gate.mailroom.book.messages == 2_005)
      }
    }
  }

  @Test func `speed is what the last seconds saw`() throws {
    var speed = Speedometer()
    let start = Timestamp(seconds: 1_800_000_000)
    #expect(speed.rate == nil)
    for second in 0..<20 {
      speed.note(second * (second < 10 ? 100 : 50), now: start + .seconds(Int64(second)))
    }
    let rate = try #require(speed.rate)
    #expect(abs(rate - 50) < 1)
    for second in 20..<30 { speed.note(950, now: start + .seconds(Int64(second))) }
    #expect(speed.rate == nil)
  }
}
