import Octets

/// The challenges and responses of AUTH PLAIN (RFC 4616) and AUTH LOGIN, as the server sees them.
struct AuthenticationExchange {
  private enum Mechanism {
    case plain
    case login
  }

  enum Step {
    case challenge(StaticString)
    case credentials(user: [UInt8], password: [UInt8])
    case refused(StaticString)
  }

  private let mechanism: Mechanism
  private var user: [UInt8]?

  /// - Parameter name: In lower case; `nil` comes back for one that is not offered.
  init?(_ name: [UInt8]) {
    if name == Array("plain".utf8) {
      mechanism = .plain
    } else if name == Array("login".utf8) {
      mechanism = .login
    } else {
      return nil
    }
  }

  /// What follows from the response in AUTH itself, `nil` when there is none.
  mutating func begin(_ initial: [UInt8]?) -> Step {
    if let initial {
      // RFC 4954 §4: "=" is a response without octets.
      return receive(initial == [ASCII.equals] ? [] : initial)
    }
    return mechanism == .plain
      ? .challenge("334 \r\n") : .challenge("334 VXNlcm5hbWU6\r\n")
  }

  /// What follows from a line of the client.
  mutating func receive(_ line: [UInt8]) -> Step {
    if line == [0x2A] { return .refused("501 5.7.0 Authentication cancelled\r\n") }
    guard let response = Self.decode(line) else { return .refused("501 5.5.2 Bad base64\r\n") }
    switch mechanism {
    case .plain:
      let parts = response.split(separator: 0, omittingEmptySubsequences: false)
      guard parts.count == 3, !parts[1].isEmpty else {
        return .refused("501 5.5.2 Bad PLAIN response\r\n")
      }
      // Acting for another user is nothing a sandbox needs.
      guard parts[0].isEmpty || parts[0] == parts[1] else {
        return .refused("535 5.7.8 Authentication failed\r\n")
      }
      return .credentials(user: Array(parts[1]), password: Array(parts[2]))
    case .login:
      guard let user else {
        user = response
        return .challenge("334 UGFzc3dvcmQ6\r\n")
      }
      return .credentials(user: user, password: response)
    }
  }

  /// Base64 with its padding and nothing else; `nil` otherwise.
  private static func decode(_ text: [UInt8]) -> [UInt8]? {
    guard text.count.isMultiple(of: 4) else { return nil }
    let padding = text.suffix(2).count { $0 == ASCII.equals }
    var bytes: [UInt8] = []
    var pool: UInt32 = 0
    var bits = 0
    for octet in text.dropLast(padding) {
      let value: UInt8
      switch octet {
      case 0x41...0x5A: value = octet - 0x41
      case 0x61...0x7A: value = octet - 0x61 + 26
      case 0x30...0x39: value = octet - 0x30 + 52
      case 0x2B: value = 62
      case 0x2F: value = 63
      default: return nil
      }
      pool = pool << 6 | UInt32(value)
      bits += 6
      if bits >= 8 {
        bits -= 8
        bytes.append(UInt8(truncatingIfNeeded: pool >> UInt32(bits)))
      }
    }
    return bytes
  }
}
