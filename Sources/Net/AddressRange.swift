import Glibc

/// A block of IP addresses, as in `10.0.0.0/8`, `fd00::/8` or `192.0.2.7`.
public struct AddressRange: Sendable, Hashable {
  /// As IPv6 has it; IPv4 stands in its mapped form (RFC 4291 §2.5.5.2).
  private let start: [UInt8]
  private let bits: Int

  /// Reads a block; `nil` for what is none.
  public init?(_ text: some StringProtocol) {
    let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
    guard let first = parts.first else { return nil }
    let (octets, offset): ([UInt8], Int)
    if let four = Self.parsed(String(first), family: AF_INET, count: 4) {
      (octets, offset) = (SocketAddress.mapped(four), 96)
    } else if let sixteen = Self.parsed(String(first), family: AF_INET6, count: 16) {
      (octets, offset) = (sixteen, 0)
    } else {
      return nil
    }
    start = octets
    guard parts.count > 1 else {
      bits = 128
      return
    }
    guard let length = Int(parts[1]), 0...(128 - offset) ~= length else { return nil }
    bits = offset + length
  }

  public func contains(_ address: SocketAddress) -> Bool { contains(address.ip) }

  func contains(_ ip: [UInt8]) -> Bool {
    guard ip.count == 16 else { return false }
    let whole = bits / 8
    guard ip[..<whole] == start[..<whole] else { return false }
    let rest = bits % 8
    guard rest > 0, whole < 16 else { return true }
    return (ip[whole] ^ start[whole]) >> UInt8(8 - rest) == 0
  }

  private static func parsed(_ text: String, family: Int32, count: Int) -> [UInt8]? {
    var octets = [UInt8](repeating: 0, count: count)
    return inet_pton(family, text, &octets) == 1 ? octets : nil
  }
}

extension SocketAddress {
  static func mapped(_ four: some Collection<UInt8>) -> [UInt8] {
    [UInt8](repeating: 0, count: 10) + [0xFF, 0xFF] + four
  }

  /// The 16 octets of the IPv6 address, IPv4 in its mapped form; empty for anything else.
  var ip: [UInt8] {
    switch family {
    case AF_INET: octets.count >= 8 ? Self.mapped(octets[4..<8]) : []
    case AF_INET6: octets.count >= 24 ? Array(octets[8..<24]) : []
    default: []
    }
  }

  /// Whether the address belongs to the open Internet: not to this machine, to a network behind
  /// it, or to a block with a special meaning (RFC 6890).
  public var isPublic: Bool {
    var ip = ip
    guard ip.count == 16 else { return false }
    // A translator makes IPv4 of the last four octets (RFC 6052).
    if Self.translated?.contains(ip) == true { ip = Self.mapped(ip[12...]) }
    if Self.four?.contains(ip) == true { return !Self.specialFour.contains { $0.contains(ip) } }
    return Self.global?.contains(ip) == true && !Self.specialSix.contains { $0.contains(ip) }
  }

  private static let translated = AddressRange("64:ff9b::/96")
  private static let four = AddressRange("::ffff:0:0/96")
  private static let global = AddressRange("2000::/3")
  private static let specialFour = [
    "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
    "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15",
    "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
  ].compactMap { AddressRange($0) }
  /// Among them the tunnels of Teredo and 6to4, which lead to an IPv4 address.
  private static let specialSix = [
    "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20",
  ].compactMap { AddressRange($0) }
}
