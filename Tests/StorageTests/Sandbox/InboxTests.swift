import Database
import Model
import Octets
import Storage
import TestSupport
import Testing

@Suite("The inbox")
struct InboxTests {
  @Test func `the newest ten thousand messages of a workspace are kept`() async throws {
    try await Scene.set { scene async throws in
      let twin = try await scene.twin(recipients: 0)
      let (inbox, home) = (scene.store.inbox, scene.key.workspace)
      try await inbox.add(messages(3, in: twin.key.workspace))
      let all = messages(10_040, in: home)
      for start in stride(from: 0, to: all.count, by: 1_004) {
        try await inbox.add(Array(all[start..<min(start + 1_004, all.count)]))
      }
      #expect(try await inbox.count(in: home) == 10_000)
      #expect(try await inbox.find(all[39].message.id, in: home) == nil)
      #expect(try await inbox.find(all[40].message.id, in: home) != nil)
      #expect(try await inbox.find(all[10_039].message.id, in: home) != nil)
      #expect(try await inbox.count(in: twin.key.workspace) == 3)
    }
  }

  @Test func `large messages make room for each other, however few they are`() async throws {
    try await Scene.set { scene async throws in
      let twin = try await scene.twin(recipients: 0)
      let (inbox, home) = (scene.store.inbox, scene.key.workspace)
      var ids: [Identifier] = []
      for second in 0..<5 {
        // What is said of the size counts; the content is spared.
        let large = message(
          "large", in: second == 0 ? twin.key.workspace : home, at: second,
          size: Inbox.capacityInOctets / 2)
        try await inbox.add([(large, [])])
        ids.append(large.id)
      }
      #expect(try await inbox.page(in: home, after: nil, limit: 9).map(\.id) == [ids[4], ids[3]])
      #expect(try await inbox.count(in: twin.key.workspace) == 1)
      // Small ones are not counted in octets.
      try await inbox.add([(message("small", in: home, at: 9), [])])
      #expect(try await inbox.count(in: home) == 3)
    }
  }

  @Test func `messages are listed newest first, page by page`() async throws {
    try await Scene.set { scene async throws in
      let (inbox, home) = (scene.store.inbox, scene.key.workspace)
      let all = messages(25, in: home)
      try await inbox.add(all)
      var (listed, last): ([Identifier], Identifier?) = ([], nil)
      while case let page = try await inbox.page(in: home, after: last, limit: 10), !page.isEmpty {
        #expect(page.count <= 10)
        listed += page.map(\.id)
        last = listed.last
      }
      #expect(listed == all.reversed().map(\.message.id))
      #expect(try await inbox.page(in: home, after: nil, limit: -1).isEmpty)
    }
  }

  @Test func `a message comes back octet by octet`() async throws {
    try await Scene.set { scene async throws in
      let (inbox, home) = (scene.store.inbox, scene.key.workspace)
      let content = (0..<70_000).map { UInt8(truncatingIfNeeded: $0) }
      let message = InboxMessage(
        id: .new(), workspace: home, receivedAt: Scene.start, envelopeFrom: "",
        recipients: "a@x.org, b@x.org", from: "'; --\u{0}", subject: "<script>👩‍👩‍👧‍👦",
        size: content.count)
      try await inbox.add([(message, content), (self.message("empty", in: home), [])])
      let found = try #require(try await inbox.find(message.id, in: home))
      #expect(found.content == content && found.message.size == 70_000)
      #expect(found.message.subject == message.subject && found.message.from == message.from)
      #expect(found.message.recipients == message.recipients)
      #expect(found.message.receivedAt == Scene.start && found.message.envelopeFrom == "")
    }
  }

  @Test(arguments: [
    ("HELLO", ["Hello World"]), ("world", ["Hello World"]), ("%", ["100% off"]), ("_", ["a_b"]),
    ("\\", ["back\\slash"]), ("ada@", []), ("'", []), ("éa", ["Été éalo"]),
    ("example.org", ["back\\slash", "Été éalo", "a_b", "100% off", "Hello World"]),
  ])
  func `a search takes its text as it is`(_ text: String, _ subjects: [String]) async throws {
    try await Scene.set { scene async throws in
      let (inbox, home) = (scene.store.inbox, scene.key.workspace)
      let made = ["Hello World", "100% off", "a_b", "Été éalo", "back\\slash"]
      try await inbox.add(
        made.enumerated().map { (message($1, in: home, at: $0), [UInt8]("ada@".utf8)) })
      let found = try await inbox.page(in: home, after: nil, limit: 10, search: text)
      #expect(found.map(\.subject) == subjects)
    }
  }

  @Test func `a very long search finds nothing and harms nothing`() async throws {
    try await Scene.set { scene async throws in
      try await scene.store.inbox.add(messages(2, in: scene.key.workspace))
      let text = String(repeating: "%_\\", count: 100_000)
      let found = try await scene.store.inbox.page(
        in: scene.key.workspace, after: nil, limit: 10, search: text)
      #expect(found.isEmpty)
    }
  }

  @Test func `messages of another workspace are neither seen nor cleared`() async throws {
    try await Scene.set { scene async throws in
      let twin = try await scene.twin(recipients: 0)
      let (inbox, home, stranger) = (scene.store.inbox, scene.key.workspace, twin.key.workspace)
      let mine = messages(3, in: home)
      try await inbox.add(mine)
      try await inbox.add(messages(2, in: stranger))
      // The first two have twins there, with the same identifiers.
      #expect(try await inbox.find(mine[2].message.id, in: stranger) == nil)
      #expect(try await inbox.find(mine[0].message.id, in: home)?.message.workspace == home)
      #expect(try await inbox.page(in: stranger, after: nil, limit: 10).count == 2)
      try await inbox.clear(in: stranger)
      #expect(try await inbox.count(in: stranger) == 0)
      #expect(try await inbox.count(in: home) == 3)
    }
  }

  @Test func `a batch that cannot be stored whole is not stored`() async throws {
    try await Scene.set { scene async throws in
      let (inbox, home) = (scene.store.inbox, scene.key.workspace)
      let mine = messages(2, in: home)
      await #expect(throws: DatabaseError.self) {
        try await inbox.add(mine + [mine[0]])
      }
      #expect(try await inbox.count(in: home) == 0)
      try await inbox.add([])
    }
  }

  private func messages(
    _ count: Int, in workspace: Identifier
  ) -> [(message: InboxMessage, content: [UInt8])] {
    (0..<count).map { (message("Hello", in: workspace, at: $0), [65]) }
  }

  private func message(
    _ subject: String, in workspace: Identifier, at second: Int = 0, size: Int = 1
  ) -> InboxMessage {
    var random = SeededRandom(seed: UInt64(second))
    let moment = Scene.start + .seconds(second)
    return InboxMessage(
      id: Identifier(at: moment, from: &random), workspace: workspace, receivedAt: moment,
      envelopeFrom: "bob@example.org", recipients: "eve@example.net", from: "Bob", subject: subject,
      size: size)
  }
}
