/// Whether text is coloured, and how.
package struct Style: Sendable, Equatable {
  package let isColoured: Bool

  package static let plain = Style(isColoured: false)
  package static let coloured = Style(isColoured: true)

  private init(isColoured: Bool) { self.isColoured = isColoured }

  /// Colours belong on a terminal that is not dumb, unless `NO_COLOR` has any value.
  package init(isTerminal: Bool, environment: [String: String]) {
    isColoured =
      isTerminal && (environment["NO_COLOR"] ?? "").isEmpty && environment["TERM"] != "dumb"
  }

  package func bold(_ text: String) -> String { wrap(text, "1") }
  package func red(_ text: String) -> String { wrap(text, "31") }
  package func green(_ text: String) -> String { wrap(text, "32") }
  package func yellow(_ text: String) -> String { wrap(text, "33") }
  package func dim(_ text: String) -> String { wrap(text, "2") }

  private func wrap(_ text: String, _ code: String) -> String {
    isColoured ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text
  }
}
