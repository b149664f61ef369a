import Model
import Octets
import Storage
import TestSupport
import Testing

@Suite("Templates")
struct TemplateTests {
  private func template(
    _ name: String, in workspace: Identifier, id: Identifier = .new()
  ) -> MailTemplate {
    MailTemplate(
      id: id, workspace: workspace, name: name, subject: "Hello {{ first_name }}",
      html: [UInt8](0...255), text: nil, createdAt: Scene.start, changedAt: Scene.start)
  }

  @Test func `a template comes back octet by octet, and changes in place`() async throws {
    try await Scene.set { scene async throws in
      let templates = scene.store.templates
      var made = template("Welcome", in: scene.key.workspace)
      try await templates.add(made)
      let stored = try #require(try await templates.find(made.id, in: made.workspace))
      #expect(stored.name == "Welcome" && stored.subject == made.subject)
      #expect(stored.html == made.html && stored.text == nil)
      made.html = nil
      made.text = []
      made.name = "Farewell"
      #expect(try await templates.update(made, now: Scene.start + .seconds(5)))
      let changed = try #require(try await templates.find(made.id, in: made.workspace))
      #expect(changed.html == nil && changed.text == [] && changed.name == "Farewell")
      #expect(changed.createdAt == Scene.start)
      #expect(changed.changedAt == Scene.start + .seconds(5))
    }
  }

  @Test(arguments: [1, 2, 10])
  func `pages hold each template once, newest first`(_ limit: Int) async throws {
    try await Scene.set { scene async throws in
      var random = SeededRandom(seed: 1)
      for place in 0..<5 {
        let id = Identifier(at: Scene.start + .seconds(place), from: &random)
        try await scene.store.templates.add(
          template("\(place)", in: scene.key.workspace, id: id))
      }
      var (seen, last): ([String], Identifier?) = ([], nil)
      while true {
        let page = try await scene.store.templates.page(
          in: scene.key.workspace, after: last, limit: limit)
        guard let end = page.last else { break }
        seen += page.map(\.name)
        last = end.id
      }
      #expect(seen == ["4", "3", "2", "1", "0"])
      let found = try await scene.store.templates.page(
        in: scene.key.workspace, limit: 9, search: "3")
      #expect(found.map(\.name) == ["3"])
    }
  }

  @Test func `a copy says whose copy it is, and stands alone`() async throws {
    try await Scene.set { scene async throws in
      let templates = scene.store.templates
      let made = template("Welcome", in: scene.key.workspace)
      try await templates.add(made)
      let copy = try #require(
        try await templates.copy(made.id, in: made.workspace, now: Scene.start + .seconds(9)))
      #expect(copy.name == "Copy of Welcome" && copy.html == made.html)
      #expect(copy.createdAt == Scene.start + .seconds(9))
      #expect(try await templates.remove(made.id, in: made.workspace))
      #expect(try await templates.remove(made.id, in: made.workspace) == false)
      #expect(try await templates.find(copy.id, in: made.workspace)?.subject == made.subject)
    }
  }

  @Test func `templates of another workspace are not there`() async throws {
    try await Scene.set { scene async throws in
      let templates = scene.store.templates
      let made = template("Welcome", in: scene.key.workspace)
      try await templates.add(made)
      let stranger = Identifier.new()
      #expect(try await templates.find(made.id, in: stranger) == nil)
      #expect(try await templates.page(in: stranger, limit: 9).isEmpty)
      #expect(try await templates.copy(made.id, in: stranger, now: Scene.start) == nil)
      #expect(try await templates.remove(made.id, in: stranger) == false)
      #expect(
        try await templates.update(template("x", in: stranger, id: made.id), now: Scene.start)
          == false)
      #expect(try await templates.find(made.id, in: made.workspace)?.name == "Welcome")
    }
  }
}
