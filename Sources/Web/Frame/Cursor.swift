import Crypto
import Octets

/// Where a list goes on, as the address of its next page holds it.
struct Cursor: Sendable, Equatable {
  let parts: [String]

  init(_ parts: [String]) { self.parts = parts }

  /// Reads a cursor of so many parts; anything else starts the list anew.
  init?(_ text: String?, parts count: Int) {
    guard let text, text.utf8.count <= 2_000, let octets = Hex.decode(text.utf8) else { return nil }
    let parts = octets.split(separator: 0, omittingEmptySubsequences: false)
      .map { String(decoding: $0, as: UTF8.self) }
    guard parts.count == count else { return nil }
    self.parts = parts
  }

  var text: String { Hex.encode(Array(parts.joined(separator: "\0").utf8)) }
}
