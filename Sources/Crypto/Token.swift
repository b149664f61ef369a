/// A random text that whoever presents it is known by: a session, an API key, a public link.
///
/// It is shown once; storage keeps its ``digest``.
public struct Token: Sendable {
  /// How the random octets are written.
  public enum Alphabet: Sendable {
    /// Six bits a character; upper and lower case differ.
    case base64URL
    /// Five bits a character, all lower case: survives being read aloud or put into a host name.
    case base32
  }

  /// Where the octets come from; tests bring their own.
  public struct Source: Sendable {
    let bytes: @Sendable (_ count: Int) -> [UInt8]

    public init(_ bytes: @escaping @Sendable (_ count: Int) -> [UInt8]) { self.bytes = bytes }

    public static let system = Source { Random.bytes($0) }
  }

  public let text: String

  /// A new token of at least 128 bits, rounded up to whole octets.
  public init(bits: Int = 160, as alphabet: Alphabet = .base64URL, from source: Source = .system) {
    precondition(bits >= 128, "a shorter token can be guessed")
    let bytes = source.bytes((bits + 7) / 8)
    text =
      switch alphabet {
      case .base64URL: String(decoding: Self.base64URL(bytes), as: UTF8.self)
      case .base32: String(decoding: Self.spell(bytes, bits: 5, Self.base32), as: UTF8.self)
      }
  }

  /// What storage keeps and looks up.
  public var digest: [UInt8] { Self.digest(of: text.utf8) }

  /// The digest of a text that someone presents.
  public static func digest(of text: some Collection<UInt8>) -> [UInt8] {
    SHA256.hash(Array(text))
  }

  /// Octets as a link may hold them: base64 with `-` and `_`, without padding (RFC 4648 §5).
  public static func base64URL(_ bytes: [UInt8]) -> [UInt8] {
    spell(bytes, bits: 6, base64URLDigits)
  }

  private static let base64URLDigits = Array(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
  private static let base32 = Array("abcdefghijklmnopqrstuvwxyz234567".utf8)

  /// RFC 4648 without padding, for digits of any number of bits.
  private static func spell(_ bytes: [UInt8], bits: Int, _ digits: [UInt8]) -> [UInt8] {
    var text: [UInt8] = []
    text.reserveCapacity(bytes.count * 8 / bits + 1)
    var pool = 0
    var held = 0
    for byte in bytes {
      pool = (pool << 8 | Int(byte)) & 0xFFFF
      held += 8
      while held >= bits {
        held -= bits
        text.append(digits[pool >> held & (digits.count - 1)])
      }
    }
    if held > 0 { text.append(digits[pool << (bits - held) & (digits.count - 1)]) }
    return text
  }
}

extension Token: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  public var description: String { "[token]" }
  public var debugDescription: String { "[token]" }
  public var customMirror: Mirror { Mirror(self, children: []) }
}
