/// Why a text is not a template, and where.
package struct TemplateError: Error, Equatable, CustomStringConvertible {
  /// Counted from 1.
  package let line: Int
  /// In characters, counted from 1.
  package let column: Int
  package let message: String
  /// The partial that the place is in, `nil` for the template itself.
  package let partial: String?

  package var description: String {
    "\(line):\(column): \(message)" + (partial.map { " (in partial '\($0)')" } ?? "")
  }
}
