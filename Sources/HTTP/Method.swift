/// What a request asks to be done, by its exact name (RFC 9110 §9).
package struct Method: Sendable, Hashable, CustomStringConvertible {
  package let name: String

  package init(_ name: String) { self.name = name }

  package static let get = Method("GET")
  package static let head = Method("HEAD")
  package static let post = Method("POST")
  package static let put = Method("PUT")
  package static let patch = Method("PATCH")
  package static let delete = Method("DELETE")
  package static let options = Method("OPTIONS")

  /// Whether the request promises to change nothing (RFC 9110 §9.2.1), so that it needs no proof
  /// of where it came from.
  package var isSafe: Bool { self == .get || self == .head || self == .options }

  package var description: String { name }
}
