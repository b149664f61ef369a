import CIDN2

/// Domains in the scripts of the world, as the A-labels that DNS and SMTP know (IDNA2008).
enum InternationalDomain {
  /// The A-labels of a UTF-8 domain without NUL, by non-transitional processing; `nil` when
  /// IDNA2008 does not allow one of its labels.
  static func ascii(_ domain: [UInt8]) -> [UInt8]? {
    let flags = Int32(
      truncatingIfNeeded: IDN2_NFC_INPUT.rawValue | IDN2_NONTRANSITIONAL.rawValue)
    var output: UnsafeMutablePointer<UInt8>?
    let code = (domain + [0]).withUnsafeBufferPointer { input in
      idn2_lookup_u8(input.baseAddress, &output, flags)
    }
    defer { idn2_free(output) }
    guard code == IDN2_OK.rawValue, let output else { return nil }
    var ascii: [UInt8] = []
    while output[ascii.count] != 0 { ascii.append(output[ascii.count]) }
    return ascii
  }
}
