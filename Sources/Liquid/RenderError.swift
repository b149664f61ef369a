/// Why a rendering ended early, and where.
package struct RenderError: Error, Equatable, CustomStringConvertible {
  package enum Cause: Sendable, Equatable {
    /// The data does not fit what the template does with it.
    case data
    /// The template wanted more steps, octets or depth than it may have.
    case limit
  }

  package let cause: Cause
  package let message: String
  /// Counted from 1.
  package internal(set) var line = 1
  /// In characters, counted from 1.
  package internal(set) var column = 1
  /// The partial that the place is in, `nil` for the template itself.
  package internal(set) var partial: String?

  init(_ cause: Cause, _ message: String) {
    self.cause = cause
    self.message = message
  }

  init(_ message: String) { self.init(.data, message) }

  package var description: String {
    "\(line):\(column): \(message)" + (partial.map { " (in partial '\($0)')" } ?? "")
  }
}
