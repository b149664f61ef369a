import CPSL

/// The part of a domain that belongs to one organisation, by the list of public suffixes.
public enum OrganizationalDomain {
  /// The registrable domain: `example.co.uk` of `mail.example.co.uk`, in small letters.
  ///
  /// A domain is at most 253 octets of ASCII, internationalised names as A-labels. What is no name
  /// below a public suffix, such as a numeric address or a suffix itself, stands for itself.
  public static func of(_ domain: some Collection<UInt8>) -> [UInt8] {
    let lower = domain.map { $0 &- 0x41 < 26 ? $0 | 0x20 : $0 }
    guard lower.count <= 253, !lower.isEmpty,
      lower.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "[") })
    else { return lower }
    // Safe: the built-in list is constant; the answer points into the name we pass.
    return (lower + [0]).withUnsafeBufferPointer { octets in
      octets.withMemoryRebound(to: CChar.self) { name -> [UInt8] in
        guard let start = name.baseAddress, let list = psl_builtin(),
          let found = psl_registrable_domain(list, start)
        else { return lower }
        return Array(lower[max(0, min(lower.count, found - start))...])
      }
    }
  }
}
