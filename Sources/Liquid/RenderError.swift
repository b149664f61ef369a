/// Why a rendering ended early, and where.
public struct RenderError: Error, Equatable, CustomStringConvertible {
  public enum Cause: Sendable, Equatable {
    /// The data does not fit what the template does with it.
    case data
    /// The template wanted more steps, octets or depth than it may have.
    case limit
  }

  public let cause: Cause
  public let message: String
  /// Counted from 1.
  public internal(set) var line = 1
  /// In characters, counted from 1.
  public internal(set) var column = 1
  /// The partial that the place is in, `nil` for the template itself.
  public internal(set) var partial: String?

  init(_ cause: Cause, _ message: String) {
    self.cause = cause
    self.message = message
  }

  init(_ message: String) { self.init(.data, message) }

  public var description: String {
    "\(line):\(column): \(message)" + (partial.map { " (in partial '\($0)')" } ?? "")
  }
}
