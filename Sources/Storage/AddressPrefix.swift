import Database
import Octets

/// The beginning of an address that someone looks for, whatever its case.
struct AddressPrefix {
  /// In small letters, as keys of addresses are.
  let octets: [UInt8]

  /// `nil` when nothing is looked for.
  init?(_ search: String?) {
    guard let search else { return nil }
    // No address is longer than 254 octets.
    let octets = search.utf8.prefix(320).map(\.lowercasedASCII)
    guard !octets.isEmpty else { return nil }
    self.octets = octets
  }

  /// What holds for a column of addresses, or of what an index has of them.
  func condition(on column: SQL) -> SQL {
    // Behind all that begin so.
    let end = octets + [UInt8]("\u{10FFFF}".utf8)
    return "\(column) >= \(text: octets) AND \(column) < \(text: end)"
  }
}
