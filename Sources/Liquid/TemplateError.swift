/// Why a text is not a template, and where.
public struct TemplateError: Error, Equatable, CustomStringConvertible {
  /// Counted from 1.
  public let line: Int
  /// In characters, counted from 1.
  public let column: Int
  public let message: String
  /// The partial that the place is in, `nil` for the template itself.
  public let partial: String?

  public var description: String {
    "\(line):\(column): \(message)" + (partial.map { " (in partial '\($0)')" } ?? "")
  }
}
