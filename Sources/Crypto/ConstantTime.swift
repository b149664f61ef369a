import CSodium

/// Comparison that does not tell by its duration how much was right.
public enum ConstantTime {
  /// Only a difference of length shows.
  public static func areEqual(_ left: [UInt8], _ right: [UInt8]) -> Bool {
    left.count == right.count && sodium_memcmp(left, right, left.count) == 0
  }
}
