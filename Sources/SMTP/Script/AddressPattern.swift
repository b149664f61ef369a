import Octets

/// A pattern for addresses: `*` stands for any text, `?` for one octet, and case makes no
/// difference.
///
/// One for addresses that has no `@` is for the domain alone.
struct AddressPattern: Sendable, Equatable {
  private let pattern: [UInt8]
  private let isForDomain: Bool

  /// - Parameters:
  ///   - text: At least one octet, and at most 254; otherwise there is no pattern.
  ///   - isForNames: Whether it is for names of users, which need not be addresses.
  init?(_ text: some Collection<UInt8>, isForNames: Bool = false) {
    guard !text.isEmpty, text.count <= 254 else { return nil }
    pattern = text.lowercasedASCII
    isForDomain = !isForNames && !pattern.contains(ASCII.at)
  }

  func matches(_ address: [UInt8]) -> Bool {
    Self.matches(pattern, (isForDomain ? Self.domain(of: address) : address).lowercasedASCII)
  }

  /// What stands behind the last `@`.
  static func domain(of address: [UInt8]) -> [UInt8] {
    guard let at = address.lastIndex(of: ASCII.at) else { return [] }
    return Array(address[(at + 1)...])
  }

  /// Goes back to the last star only, so that its time is bounded by the product of both lengths.
  private static func matches(_ pattern: [UInt8], _ text: [UInt8]) -> Bool {
    var (p, t) = (0, 0)
    var star: (p: Int, t: Int)?
    while t < text.count {
      if p < pattern.count, pattern[p] == UInt8(ascii: "*") {
        star = (p, t)
        p += 1
      } else if p < pattern.count, pattern[p] == UInt8(ascii: "?") || pattern[p] == text[t] {
        p += 1
        t += 1
      } else if let last = star {
        star = (last.p, last.t + 1)
        p = last.p + 1
        t = last.t + 1
      } else {
        return false
      }
    }
    return pattern[p...].allSatisfy { $0 == UInt8(ascii: "*") }
  }
}
