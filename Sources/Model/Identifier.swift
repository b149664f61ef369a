public import Octets

/// A UUID of version 7 (RFC 9562): unguessable enough beside a token, and sorted by birth.
///
/// Storage keeps its 16 octets; outside it is written with a prefix that names the noun, as in
/// `cmp_01jz…`.
public struct Identifier: Sendable, Hashable, Comparable {
  private let high: UInt64
  private let low: UInt64

  /// Makes a new one for a moment.
  public init(at moment: Timestamp, from random: inout some RandomNumberGenerator) {
    let milliseconds = UInt64(bitPattern: moment.milliseconds) & 0xFFFF_FFFF_FFFF
    high = milliseconds << 16 | 0x7000 | random.next(upperBound: 0x1000)
    low = 0x8000_0000_0000_0000 | random.next() >> 2
  }

  public static func new() -> Identifier {
    var random = SystemRandomNumberGenerator()
    return Identifier(at: .now(), from: &random)
  }

  /// Reads the 16 octets that storage keeps.
  public init?(octets: [UInt8]) {
    guard octets.count == 16 else { return nil }
    high = octets[..<8].reduce(0) { $0 << 8 | UInt64($1) }
    low = octets[8...].reduce(0) { $0 << 8 | UInt64($1) }
  }

  /// Made of the two halves that ``words`` gives.
  public init(high: UInt64, low: UInt64) {
    self.high = high
    self.low = low
  }

  public var words: (high: UInt64, low: UInt64) { (high, low) }

  public var octets: [UInt8] {
    (0..<8).map { UInt8(truncatingIfNeeded: high >> (56 - 8 * $0)) }
      + (0..<8).map { UInt8(truncatingIfNeeded: low >> (56 - 8 * $0)) }
  }

  public static func < (left: Self, right: Self) -> Bool {
    (left.high, left.low) < (right.high, right.low)
  }

  // MARK: Text

  /// Crockford's base 32 without letters that look like digits.
  private static let alphabet = [UInt8]("0123456789abcdefghjkmnpqrstvwxyz".utf8)

  /// The 26 characters behind the prefix.
  public var base32: [UInt8] {
    var text = [UInt8](repeating: 0, count: 26)
    var (high, low) = (high, low)
    for index in (0..<26).reversed() {
      text[index] = Self.alphabet[Int(low & 31)]
      low = low >> 5 | high << 59
      high >>= 5
    }
    return text
  }

  public func text(_ kind: Kind) -> String {
    "\(kind.rawValue)_\(String(decoding: base32, as: UTF8.self))"
  }

  /// Reads text such as `cmp_01jz…`.
  public init?(_ text: String, _ kind: Kind) {
    let octets = [UInt8](text.utf8)
    let prefix = [UInt8]("\(kind.rawValue)_".utf8)
    guard octets.count == prefix.count + 26, octets.starts(with: prefix) else { return nil }
    var (high, low): (UInt64, UInt64) = (0, 0)
    for octet in octets[prefix.count...] {
      guard let digit = Self.alphabet.firstIndex(of: octet) else { return nil }
      guard high >> 59 == 0 else { return nil }
      high = high << 5 | low >> 59
      low = low << 5 | UInt64(digit)
    }
    self.high = high
    self.low = low
  }

  /// The noun that an identifier names.
  public enum Kind: String, Sendable {
    case workspace = "wsp"
    case campaign = "cmp"
    case `import` = "imp"
    case sender = "snd"
    /// A list: the people of an uploaded file.
    case list = "lst"
    case template = "tpl"
    case user = "usr"
    case job = "job"
    /// A message in the sandbox's inbox.
    case message = "msg"
  }
}
