import Octets

/// A place to listen at or to connect to, as in `127.0.0.1:8080` or `[::1]:25`.
public struct HostAndPort: Sendable, Equatable, CustomStringConvertible {
  /// A name or an address, without brackets.
  public let host: String
  public let port: UInt16

  public init(host: String, port: UInt16) {
    self.host = host
    self.port = port
  }

  /// Answers `nil` unless both are there; port 0 asks the system for a free one.
  public init?(_ text: String) {
    guard let colon = text.lastIndex(of: ":"),
      let port = UInt16(text[text.index(after: colon)...]),
      text[text.index(after: colon)...].allSatisfy({ $0 != "+" })
    else { return nil }
    var host = text[..<colon]
    if host.first == "[", host.last == "]" {
      host = host.dropFirst().dropLast()
      guard host.contains(":") else { return nil }
    } else if host.contains(":") {
      return nil
    }
    let isClean = host.utf8.allSatisfy { octet in
      octet.isASCIILetter || octet.isASCIIDigit || [0x2D, 0x2E, 0x3A, 0x5F, 0x25].contains(octet)
    }
    guard !host.isEmpty, isClean else { return nil }
    self.init(host: String(host), port: port)
  }

  public var description: String {
    host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
  }
}
