/// Whether text is coloured, and how.
public struct Style: Sendable, Equatable {
  public let isColoured: Bool

  public static let plain = Style(isColoured: false)
  public static let coloured = Style(isColoured: true)

  private init(isColoured: Bool) { self.isColoured = isColoured }

  /// Colours belong on a terminal that is not dumb, unless `NO_COLOR` has any value.
  public init(isTerminal: Bool, environment: [String: String]) {
    isColoured =
      isTerminal && (environment["NO_COLOR"] ?? "").isEmpty && environment["TERM"] != "dumb"
  }

  public func bold(_ text: String) -> String { wrap(text, "1") }
  public func red(_ text: String) -> String { wrap(text, "31") }
  public func green(_ text: String) -> String { wrap(text, "32") }
  public func yellow(_ text: String) -> String { wrap(text, "33") }
  public func dim(_ text: String) -> String { wrap(text, "2") }

  private func wrap(_ text: String, _ code: String) -> String {
    isColoured ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text
  }
}
