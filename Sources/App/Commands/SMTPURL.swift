import Octets
import SMTP

/// A mail server as it is written on a command line.
///
/// `smtp://user:password@host:587` begins TLS when the server offers it and insists on it as soon
/// as there is a user name; `smtps://host:465` speaks TLS from the first octet;
/// `smtp+unsafe://` never asks for TLS.
struct SMTPURL {
  let host: String
  let port: UInt16
  let security: Endpoint.Security
  let user: String?
  let password: [UInt8]?

  /// - Returns: `nil` when the text is no such address.
  init?(_ text: String) {
    let schemes: [(String, Endpoint.Security, UInt16)] = [
      ("smtp://", .opportunistic, 587), ("smtps://", .implicit, 465), ("smtp+unsafe://", .none, 25),
    ]
    guard let (scheme, security, port) = schemes.first(where: { text.hasPrefix($0.0) }) else {
      return nil
    }
    var rest = [UInt8](text.utf8.dropFirst(scheme.utf8.count))
    if rest.last == UInt8(ascii: "/") { rest.removeLast() }
    var user: String?
    var password: [UInt8]?
    // The last @: one in a password may have been left unescaped.
    if let at = rest.lastIndex(of: ASCII.at) {
      let parts = rest[..<at].split(
        separator: UInt8(ascii: ":"), maxSplits: 1, omittingEmptySubsequences: false)
      guard let octets = parts.first.flatMap(Self.decoded),
        let name = String(validating: octets, as: UTF8.self), !name.isEmpty
      else { return nil }
      user = name
      if parts.count > 1 {
        guard let decoded = Self.decoded(parts[1]) else { return nil }
        password = decoded
      }
      rest = [UInt8](rest[(at + 1)...])
    }
    let place = String(decoding: rest, as: UTF8.self)
    if let both = HostAndPort(place) {
      (host, self.port) = (both.host, both.port)
    } else if let alone = HostAndPort("\(place):\(port)") {
      (host, self.port) = (alone.host, port)
    } else {
      return nil
    }
    self.security = security
    self.user = user
    self.password = password
  }

  private static func decoded(_ text: ArraySlice<UInt8>) -> [UInt8]? {
    var octets: [UInt8] = []
    var rest = text
    while let first = rest.popFirst() {
      guard first == UInt8(ascii: "%") else {
        octets.append(first)
        continue
      }
      let digits = String(decoding: rest.prefix(2), as: UTF8.self)
      guard digits.count == 2, digits.allSatisfy(\.isHexDigit),
        let value = UInt8(digits, radix: 16)
      else { return nil }
      octets.append(value)
      rest = rest.dropFirst(2)
    }
    // A NUL parts the fields of a sign-in, a line break ends its command.
    return octets.contains { $0 < 0x20 } ? nil : octets
  }
}

extension Conversion where Value == SMTPURL {
  static var smtpURL: Self {
    Self(
      "a server such as smtp://user@mail.example.org:587 or smtps://mail.example.org",
      isSecret: true
    ) { SMTPURL($0) }
  }
}
