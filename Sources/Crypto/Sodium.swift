import CSodium

/// The C library behind this room, made ready once.
enum Sodium {
  private static let isReady = sodium_init() >= 0

  /// Makes the library ready; free after the first call.
  ///
  /// A machine without a source of randomness can keep no secret, so the program stops here.
  static func start() {
    precondition(isReady, "libsodium found no source of randomness")
  }

  /// Overwrites octets that nobody needs any more; the optimiser cannot take it out.
  static func wipe(_ bytes: inout [UInt8]) {
    bytes.withUnsafeMutableBytes { sodium_memzero($0.baseAddress, $0.count) }
    bytes.removeAll()
  }
}
