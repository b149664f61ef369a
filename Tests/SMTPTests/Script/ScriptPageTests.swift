import Foundation
import SMTP
import Testing

/// The page about scripts says what is so.
@Suite struct ScriptPageTests {
  private static func page() throws -> String {
    let root = #filePath.split(separator: "/").dropLast(4).joined(separator: "/")
    return try String(contentsOfFile: "/\(root)/docs/sandbox-scripts.md", encoding: .utf8)
  }

  /// What stands between backquotes in the last cell of a table's row.
  private static func rules(in row: Substring) -> [String] {
    let cells = row.split(separator: "|")
    let parts = (cells.last ?? "").split(separator: "`", omittingEmptySubsequences: false)
    return parts.indices.filter { !$0.isMultiple(of: 2) }.map { String(parts[$0]) }
      .filter { !$0.hasPrefix("--") }
  }

  @Test func `every row of the fault matrix has rules that can be played`() throws {
    let rows = try Self.page().split(separator: "\n").filter { $0.hasPrefix("| F") }
    #expect(rows.count == 30)
    for (index, row) in rows.enumerated() {
      #expect(row.hasPrefix("| F\(index + 1) |"))
      let rules = Self.rules(in: row)
      #expect(rules.isEmpty == (index + 1 == 8), "\(row)")
      for rule in rules {
        #expect(throws: Never.self, "\(rule)") { try SandboxScript(parsing: rule) }
      }
    }
  }

  @Test func `the other rules of the page can be played`() throws {
    let rows = try Self.page().split(separator: "\n").drop {
      !$0.hasPrefix("And what is no single")
    }
    let rules = rows.filter { $0.hasPrefix("| ") && !$0.hasPrefix("| |") }.flatMap(Self.rules(in:))
    #expect(rules.count == 7)
    for rule in rules {
      #expect(try SandboxScript(parsing: rule).count == 1, "\(rule)")
    }
  }

  @Test func `the scripts that come with the program are on the page`() throws {
    let page = try Self.page()
    for preset in ScriptPreset.allCases { #expect(page.contains("| `\(preset.rawValue)` |")) }
  }
}
