import Net

/// The private places that mail may be handed to although anybody may register (ruling C23).
public struct AllowedHosts: Sendable {
  private var ranges: [AddressRange] = []
  private var names: Set<String> = []

  /// None.
  public init() {}

  /// Reads blocks of addresses, as `10.0.0.0/8`, and host names, as `mail.lan`.
  ///
  /// - Returns: `nil` when an entry is neither.
  public init?(parsing entries: [String]) {
    for entry in entries {
      if let range = AddressRange(entry) {
        ranges.append(range)
      } else if Self.isName(entry) {
        names.insert(entry.lowercased())
      } else {
        return nil
      }
    }
  }

  func contains(_ address: SocketAddress, of host: String) -> Bool {
    names.contains(host.lowercased()) || ranges.contains { $0.contains(address) }
  }

  /// Letters, digits, hyphens and dots, and not all of it digits and dots.
  private static func isName(_ text: String) -> Bool {
    !text.isEmpty && text.utf8.count <= 253
      && text.utf8.allSatisfy {
        switch $0 {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F: true
        default: false
        }
      } && text.utf8.contains { $0 >= 0x41 }
  }
}
