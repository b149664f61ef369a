import Crypto
import HTTP
import Octets

/// A line that the next page shows once, such as “Sender saved”.
///
/// It travels in a cookie, signed, so that nobody else can put words into our mouth.
struct Notice: Sendable, Equatable {
  enum Tone: String, Sendable { case good, bad }

  let tone: Tone
  let text: String

  static let cookie = "notice"

  init(_ text: String, _ tone: Tone = .good) {
    self.text = text
    self.tone = tone
  }

  /// Reads a cookie's value; `nil` when it was not written with this key.
  init?(cookie value: String, key: SecretKey) {
    let parts = value.split(separator: ".", maxSplits: 2).map { Array($0.utf8) }
    guard parts.count == 3, let tone = Tone(rawValue: String(decoding: parts[0], as: UTF8.self)),
      let text = Hex.decode(parts[1]),
      ConstantTime.areEqual(parts[2], Self.signature(tone, text, key: key))
    else { return nil }
    self.init(String(decoding: text, as: UTF8.self), tone)
  }

  func cookieValue(key: SecretKey) -> String {
    let octets = Array(text.utf8.prefix(600))
    let signature = String(decoding: Self.signature(tone, octets, key: key), as: UTF8.self)
    return "\(tone.rawValue).\(Hex.encode(octets)).\(signature)"
  }

  private static func signature(_ tone: Tone, _ text: [UInt8], key: SecretKey) -> [UInt8] {
    Token.base64URL(HMAC.sha256(Array(tone.rawValue.utf8) + [0] + text, key: key))
  }
}
