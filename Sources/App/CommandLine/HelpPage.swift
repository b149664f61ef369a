/// Help text that is being set, in lines of at most 80 columns.
struct HelpPage {
  private(set) var text = ""
  private let style: Style
  private static let width = 80
  /// Where the second column of a table begins.
  private static let column = 26

  init(style: Style) { self.style = style }

  mutating func blank() { text += "\n" }

  mutating func heading(_ title: String) {
    text += "\n\(style.bold(title + ":"))\n"
  }

  /// Sets paragraphs parted by empty lines.
  mutating func paragraph(_ content: String) {
    for (index, part) in Self.paragraphs(content).enumerated() {
      if index > 0 { blank() }
      for line in Self.wrap(part, to: Self.width) { text += line + "\n" }
    }
  }

  /// Sets text whose further lines are indented by `hang`.
  mutating func hanging(_ content: String, indent: Int, hang: Int) {
    let lines = Self.wrap(content, to: Self.width - max(indent, hang))
    for (index, line) in lines.enumerated() {
      text += String(repeating: " ", count: index == 0 ? indent : hang) + line + "\n"
    }
  }

  /// Sets names on the left and their meanings on the right.
  mutating func table(_ rows: [(name: String, meaning: String)]) {
    let widest = rows.map(\.name.count).max() ?? 0
    let column = min(widest + 4, Self.column)
    for row in rows {
      let name = "  " + row.name
      let lines = Self.wrap(row.meaning, to: Self.width - column)
      let gap = column - name.count
      if gap >= 2 {
        text += name + String(repeating: " ", count: gap) + (lines.first ?? "") + "\n"
      } else {
        text += name + "\n"
      }
      for line in lines.dropFirst(gap >= 2 ? 1 : 0) {
        text += String(repeating: " ", count: column) + line + "\n"
      }
    }
  }

  private static func paragraphs(_ content: String) -> [String] {
    var parts = [""]
    for line in content.split(separator: "\n", omittingEmptySubsequences: false) {
      if line.allSatisfy(\.isWhitespace) {
        if parts[parts.count - 1] != "" { parts.append("") }
      } else {
        parts[parts.count - 1] += (parts[parts.count - 1].isEmpty ? "" : " ") + line
      }
    }
    return parts.filter { !$0.isEmpty }
  }

  /// Breaks text at spaces; a no-break space keeps its words together and becomes a space.
  static func wrap(_ content: String, to width: Int) -> [String] {
    var lines: [String] = []
    var line = ""
    for word in content.split(separator: " ") {
      if !line.isEmpty, line.count + 1 + word.count > width {
        lines.append(line)
        line = ""
      }
      line += (line.isEmpty ? "" : " ") + word
    }
    if !line.isEmpty { lines.append(line) }
    return lines.map { String($0.map { $0 == "\u{A0}" ? " " : $0 }) }
  }
}
