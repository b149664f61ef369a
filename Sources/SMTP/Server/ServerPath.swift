import Octets

/// The address between the angle brackets of MAIL and RCPT (RFC 5321 §4.1.2).
struct ServerPath {
  /// Empty for `<>`.
  let address: [UInt8]
  /// Whether it needs SMTPUTF8.
  let isInternational: Bool

  /// Takes `<address>`, or returns `nil` when what is there is none.
  init?(_ scanner: inout CommandScanner) {
    guard scanner.take(0x3C) else { return nil }
    if scanner.take(0x3E) {
      address = []
      isInternational = false
      return
    }
    // A source route is to be accepted and ignored (RFC 5321 appendix C).
    if scanner.next == ASCII.at {
      _ = scanner.take { $0 != 0x3A && $0 != 0x3E && $0 > 0x20 }
      guard scanner.take(0x3A) else { return nil }
    }
    let start = scanner.index
    guard Self.takeLocalPart(&scanner) else { return nil }
    let local = start..<scanner.index
    guard local.count <= 64 else { return nil }
    if scanner.take(ASCII.at) {
      guard Self.takeDomain(&scanner) else { return nil }
    } else {
      // The one name without a domain (RFC 5321 §4.5.1).
      guard scanner.text(local).equalsIgnoringASCIICase("postmaster") else { return nil }
    }
    let path = Array(scanner.text(start..<scanner.index))
    guard path.count <= 254, scanner.take(0x3E) else { return nil }
    isInternational = path.contains { $0 >= 0x80 }
    if isInternational, String(validating: path, as: UTF8.self) == nil { return nil }
    address = path
  }

  private static func takeLocalPart(_ scanner: inout CommandScanner) -> Bool {
    guard scanner.take(ASCII.quote) else { return takeDotted(&scanner, of: isAtomText) }
    while let octet = scanner.next, octet >= ASCII.space {
      scanner.skip()
      if octet == ASCII.quote { return true }
      if octet == ASCII.backslash { scanner.skip() }
    }
    return false
  }

  private static func takeDomain(_ scanner: inout CommandScanner) -> Bool {
    guard scanner.take(0x5B) else { return takeDotted(&scanner, of: isNameText) }
    let literal = scanner.take { isNameText($0) || $0 == ASCII.dot || $0 == 0x3A }
    return !literal.isEmpty && scanner.take(0x5D)
  }

  /// One or more atoms with single dots between them.
  private static func takeDotted(
    _ scanner: inout CommandScanner, of belongs: (UInt8) -> Bool
  ) -> Bool {
    repeat {
      if scanner.take(while: belongs).isEmpty { return false }
    } while scanner.take(ASCII.dot)
    return true
  }

  private static func isNameText(_ octet: UInt8) -> Bool {
    octet.isASCIILetter || octet.isASCIIDigit || octet == ASCII.hyphen || octet == 0x5F
      || octet >= 0x80
  }

  private static func isAtomText(_ octet: UInt8) -> Bool {
    if isNameText(octet) { return true }
    switch octet {
    // ! # $ % & ' * + / = ? ^ ` { | } ~
    case 0x21, 0x23...0x27, 0x2A, 0x2B, 0x2F, 0x3D, 0x3F, 0x5E, 0x60, 0x7B...0x7E: return true
    default: return false
    }
  }
}
