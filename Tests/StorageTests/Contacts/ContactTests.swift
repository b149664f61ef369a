import Model
import Octets
import Storage
import Testing

@Suite("Contacts of lists")
struct ContactTests {
  /// Two lists that share people; refused rows among them.
  private func fill(_ scene: Scene) async throws -> [Identifier] {
    let lists = try await scene.lists(["first", "second"])
    let addresses = [
      ["carol@x.org", "Ada@x.org", "nobody", "bob@x.org", "adam@x.org"],
      ["bob@x.org", "ada@X.ORG", "dora@x.org", "adrian", "abel@x.org"],
    ]
    for (list, people) in zip(lists, addresses) {
      let rows = people.enumerated().map { Sample.row(line: $0 + 2, $1) }
      try await scene.store.audiences.store(
        rows, of: Sample.list("", in: scene.key.workspace, id: list), state: .ready)
    }
    return lists
  }

  @Test(arguments: [1, 2, 3, 100])
  func `pages hold everyone of all lists once, by address`(_ limit: Int) async throws {
    try await Scene.set { scene async throws in
      let lists = try await fill(scene)
      var (seen, last): ([String], ContactRow.Place?) = ([], nil)
      while true {
        let page = try await scene.store.audiences.contacts(
          in: scene.key.workspace, after: last, limit: limit)
        guard let end = page.last else { break }
        #expect(page.count <= limit)
        #expect(page.allSatisfy { $0.fieldNames == ["email", "first_name"] })
        seen += page.map { "\($0.email) \($0.list == lists[0] ? 1 : 2)" }
        last = end.place
      }
      #expect(
        seen == [
          "abel@x.org 2", "Ada@x.org 1", "ada@x.org 2", "adam@x.org 1", "bob@x.org 1",
          "bob@x.org 2", "carol@x.org 1", "dora@x.org 2",
        ])
    }
  }

  @Test func `contacts are searched by the beginning of their address, whatever its case`()
    async throws
  {
    try await Scene.set { scene async throws in
      _ = try await fill(scene)
      func found(_ search: String) async throws -> [String] {
        try await scene.store.audiences.contacts(
          in: scene.key.workspace, limit: 9, search: search
        ).map(\.email)
      }
      #expect(try await found("ADA") == ["Ada@x.org", "ada@x.org", "adam@x.org"])
      #expect(try await found("a%") == [])
      #expect(try await found("da") == [])
      #expect(try await found(String(repeating: "a", count: 100_000)) == [])
    }
  }

  @Test(arguments: [1, 2, 100])
  func `one list's rows come in the file's order, each once`(_ limit: Int) async throws {
    try await Scene.set { scene async throws in
      let list = try await fill(scene)[0]
      func lines(_ search: String?, _ refused: Bool?) async throws -> [Int] {
        var (seen, last): ([Int], Int) = ([], 0)
        while true {
          let page = try await scene.store.audiences.rows(
            of: list, in: scene.key.workspace, after: last, limit: limit, search: search,
            refused: refused)
          guard let end = page.last else { return seen }
          seen += page.map(\.line)
          last = end.line
        }
      }
      #expect(try await lines(nil, nil) == [2, 3, 4, 5, 6])
      #expect(try await lines(nil, true) == [4])
      #expect(try await lines(nil, false) == [2, 3, 5, 6])
      #expect(try await lines("ad", nil) == [3, 6])
      #expect(try await lines("AD", true) == [])
      #expect(try await lines("N", nil) == [4])
    }
  }

  @Test(arguments: [1, 2, 3, 100])
  func `a search finds who can be mailed first, then the refused`(_ limit: Int) async throws {
    try await Scene.set { scene async throws in
      let rows = [
        Sample.row(line: 2, "amy"), Sample.row(line: 3, "alan@x.org"),
        Sample.row(line: 4, "Abe@x.org"), Sample.row(line: 5, "al"),
        Sample.row(line: 6, "bob@x.org"),
      ]
      try await scene.store.audiences.store(rows, of: scene.audience, state: .ready)
      var (seen, last): ([Int], Int) = ([], 0)
      while true {
        let page = try await scene.store.audiences.rows(
          of: scene.audience.id, in: scene.key.workspace, after: last, limit: limit, search: "A")
        guard let end = page.last else { break }
        seen += page.map(\.line)
        last = end.line
      }
      #expect(seen == [4, 3, 2, 5])
    }
  }
}
