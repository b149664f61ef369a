import Octets

/// A cookie that an answer sets (RFC 6265bis).
public struct Cookie: Sendable, Equatable {
  public enum SameSite: String, Sendable { case strict = "Strict", lax = "Lax", none = "None" }

  public let name: String
  public let value: String
  public let path: String
  /// `nil` ends with the browser's session; zero deletes.
  public let maxAge: Duration?
  public let isSecure: Bool
  public let isHTTPOnly: Bool
  public let sameSite: SameSite

  public init(
    _ name: String, _ value: String, path: String = "/", maxAge: Duration? = nil,
    isSecure: Bool, isHTTPOnly: Bool = true, sameSite: SameSite = .lax
  ) {
    self.name = name
    self.value = value
    self.path = path
    self.maxAge = maxAge
    self.isSecure = isSecure
    self.isHTTPOnly = isHTTPOnly
    self.sameSite = sameSite
  }

  /// A cookie that no other host and no script can set or read.
  ///
  /// Over TLS its name gets the `__Host-` prefix, which a browser takes only from this very host,
  /// with `Secure` and the path `/`; over plain HTTP the prefix would make it refuse the cookie.
  public static func host(
    _ name: String, _ value: String, maxAge: Duration? = nil, isSecure: Bool,
    sameSite: SameSite = .lax
  ) -> Cookie {
    Cookie(
      hostName(name, isSecure: isSecure), value, maxAge: maxAge, isSecure: isSecure,
      sameSite: sameSite)
  }

  /// The name under which ``host(_:_:maxAge:isSecure:sameSite:)`` stores its cookie.
  public static func hostName(_ name: String, isSecure: Bool) -> String {
    isSecure ? "__Host-\(name)" : name
  }

  /// The value of `Set-Cookie`.
  ///
  /// Octets that a name or value may not hold are left out, so that no value can add an attribute.
  public var field: String {
    var text = "\(Self.cleaned(name, \.isTokenOctet))=\(Self.cleaned(value, \.isCookieOctet))"
    text += "; Path=\(Self.cleaned(path) { $0 > ASCII.space && $0 < 0x7F && $0 != 0x3B })"
    if let maxAge { text += "; Max-Age=\(max(0, maxAge.components.seconds))" }
    if isSecure { text += "; Secure" }
    if isHTTPOnly { text += "; HttpOnly" }
    return text + "; SameSite=\(sameSite.rawValue)"
  }

  private static func cleaned(_ text: String, _ allows: (UInt8) -> Bool) -> String {
    String(decoding: text.utf8.filter(allows), as: UTF8.self)
  }

  /// The names and values of `Cookie` fields; pairs without a name are left out.
  static func pairs(in fields: [String]) -> [(name: String, value: String)] {
    fields.flatMap { field in
      field.utf8.split(separator: UInt8(ascii: ";")).compactMap { pair in
        let octets = Array(pair)
        guard let middle = octets.firstIndex(of: ASCII.equals) else { return nil }
        let name = octets[..<middle].trimmingASCIIWhitespace
        var value = octets[(middle + 1)...].trimmingASCIIWhitespace
        if value.count >= 2, value.first == ASCII.quote, value.last == ASCII.quote {
          value = value.dropFirst().dropLast()
        }
        guard !name.isEmpty else { return nil }
        return (String(decoding: name, as: UTF8.self), String(decoding: value, as: UTF8.self))
      }
    }
  }
}

extension UInt8 {
  /// RFC 6265 §4.1.1, `cookie-octet`.
  fileprivate var isCookieOctet: Bool {
    self > ASCII.space && self < 0x7F && self != ASCII.quote && self != UInt8(ascii: ",")
      && self != UInt8(ascii: ";") && self != ASCII.backslash
  }
}
