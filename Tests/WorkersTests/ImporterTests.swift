import Foundation
import Model
import Octets
import Spreadsheet
import Storage
import Testing
import Workers

struct ImporterTests {
  /// What became of each row: number, address, state and reason.
  private func outcome(_ office: Office) async throws -> [String] {
    try await Planner(store: office.store).run(office.campaign)
    return try await office.report().map { row in
      "\(row.number) \(Mailroom.text(row.email)) \(row.state.word) \(row.reason)"
    }
  }

  private func file(_ text: String, in office: Office) throws -> String {
    let path = "\(office.folder)/people.csv"
    try Data(text.utf8).write(to: URL(filePath: path))
    return path
  }

  /// Adds the campaign with an audience whose file has not been read.
  private func begin(_ path: String, in office: Office) async throws -> Audience {
    let survey = try Importer.survey(path, column: nil)
    var audience = office.audience(path)
    audience.emailColumn = survey.emailColumn
    audience.fieldNames = survey.columns
    audience.offset = survey.offset
    audience.line = survey.line
    try await office.store.campaigns.add(office.campaign, with: audience, now: .now())
    return audience
  }

  private static let mixed = """
    name,email
    Ann,ann@example.com
    Bob,not-an-address
    ,
    "O'Neill
    two lines",neill@example.com
     , 

    Cy, CY@Example.COM\u{20}
    Again,ann@EXAMPLE.com
    None,
    Short
    Dee,dee@example.com,more
    End,end@example.com
    """

  private static let wanted = [
    "1 ann@example.com queued ",
    "2 not-an-address skipped invalid address: ",
    "3 neill@example.com queued ",
    "4 CY@example.com queued ",
    "5 ann@example.com skipped duplicate of line 2",
    "6  skipped no e-mail address",
    "7  skipped no e-mail address",
    "8 dee@example.com queued ",
    "9 end@example.com queued ",
  ]

  @Test func `rows become recipients, or reasons why not`() async throws {
    try await Office.open { office in
      let audience = try await begin(try file(Self.mixed, in: office), in: office)
      let ready = try await Importer(store: office.store).run(audience)
      #expect(ready.state == .ready)
      let outcome = try await outcome(office)
      #expect(outcome.count == Self.wanted.count)
      for (row, wanted) in zip(outcome, Self.wanted) {
        #expect(wanted.hasSuffix(": ") ? row.hasPrefix(wanted) : row == wanted)
      }
      let counts = try await office.counts()
      #expect(counts[.queued] == 5)
      #expect(counts[.skipped] == 4)
      let stored = try await office.store.audiences.find(audience.id, in: office.workspace)
      #expect(stored?.state == .ready)
    }
  }

  @Test func `the values of a row reach its delivery`() async throws {
    try await Office.open { office in
      let audience = try await begin(try file(Self.mixed, in: office), in: office)
      _ = try await Importer(store: office.store).run(audience)
      try await Planner(store: office.store).run(office.campaign)
      let (claimed, _) = try await office.store.deliveries.claim(
        100, of: office.key, after: 0, lease: .new(), now: .now())
      let values = claimed.map { FieldList.values($0.fields)?.map(Mailroom.text) }
      #expect(values.count == 5)
      #expect(values[0] == ["Ann", "ann@example.com"])
      #expect(values[1] == ["O'Neill\ntwo lines", "neill@example.com"])
      #expect(values[3] == ["Dee", "dee@example.com"])
    }
  }

  /// Stores the first rows as an importer would have that was killed behind them.
  private func storeFirst(
    _ count: Int, of audience: Audience, in office: Office
  ) async throws {
    var file = try ContactFile(
      path: audience.file, resumingAt: audience.offset, line: audience.line)
    var (row, rows, stopped) = (Spreadsheet.Row(), [AudienceRow](), audience)
    for _ in 0..<count {
      guard try file.next(into: &row) else { break }
      if !row.isBlank {
        rows.append(
          Importer.verdict(on: row, emailColumn: audience.emailColumn, of: file.columns.count))
      }
      (stopped.offset, stopped.line) = (row.endOffset, row.nextLine)
    }
    try await office.store.audiences.store(rows, of: stopped, state: .reading)
  }

  @Test(arguments: 0...12)
  func `an import goes on behind any row it stopped at`(rows: Int) async throws {
    try await Office.open { office in
      let audience = try await begin(try file(Self.mixed, in: office), in: office)
      try await storeFirst(rows, of: audience, in: office)
      let stored = try #require(
        try await office.store.audiences.find(audience.id, in: office.workspace))
      _ = try await Importer(store: office.store).run(stored)
      let outcome = try await outcome(office)
      #expect(outcome.count == Self.wanted.count)
      for (row, wanted) in zip(outcome, Self.wanted) { #expect(row.hasPrefix(wanted)) }
    }
  }

  @Test func `a long file is stored in batches and resumed between them`() async throws {
    let lines = (1...10_002).map { "p\($0 == 5_001 ? 1 : $0)@example.com,\($0)" }
    let text = "email,n\n" + lines.joined(separator: "\n") + "\n"
    for stop in [0, 5_000, 10_000] {
      try await Office.open { office in
        let audience = try await begin(try file(text, in: office), in: office)
        try await storeFirst(stop, of: audience, in: office)
        let stored = try #require(
          try await office.store.audiences.find(audience.id, in: office.workspace))
        let ready = try await Importer(store: office.store).run(stored)
        #expect(ready.line == 10_004)
        try await Planner(store: office.store).run(office.campaign)
        let counts = try await office.counts()
        #expect(counts[.queued] == 10_001)
        #expect(counts[.skipped] == 1)
        let twice = try await office.report()[5_000]
        #expect(twice.reason == "duplicate of line 2")
      }
    }
  }

  @Test func `an audience that is ready is not read again`() async throws {
    try await Office.open { office in
      let audience = office.audience("/nowhere", state: .ready)
      let ready = try await Importer(store: office.store).run(audience)
      #expect(ready.state == .ready)
    }
  }

  @Test func `a file that has changed is not gone on with`() async throws {
    try await Office.open { office in
      var audience = try await begin(try file(Self.mixed, in: office), in: office)
      audience.offset += 3
      let inside = audience
      await #expect(throws: SpreadsheetError.cannotResume(offset: inside.offset)) {
        try await Importer(store: office.store).run(inside)
      }
    }
  }

  @Test(arguments: [
    ("a,b\n1,2\n", nil, SpreadsheetError.noEmailColumn(has: ["a", "b"])),
    ("a,b\n1,2\n", "c", .noColumn(name: "c", has: ["a", "b"])),
    ("", nil, .emptyFile),
  ])
  func `a file without addresses is refused at a glance`(
    text: String, column: String?, wanted: SpreadsheetError
  ) async throws {
    try await Office.open { office in
      let path = try file(text, in: office)
      #expect(throws: wanted) { try Importer.survey(path, column: column) }
    }
  }
}
