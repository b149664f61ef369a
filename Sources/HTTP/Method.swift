/// What a request asks to be done, by its exact name (RFC 9110 §9).
public struct Method: Sendable, Hashable, CustomStringConvertible {
  public let name: String

  public init(_ name: String) { self.name = name }

  public static let get = Method("GET")
  public static let head = Method("HEAD")
  public static let post = Method("POST")
  public static let put = Method("PUT")
  public static let patch = Method("PATCH")
  public static let delete = Method("DELETE")
  public static let options = Method("OPTIONS")

  /// Whether the request promises to change nothing (RFC 9110 §9.2.1), so that it needs no proof
  /// of where it came from.
  public var isSafe: Bool { self == .get || self == .head || self == .options }

  public var description: String { name }
}
