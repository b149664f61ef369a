import Octets

/// A decimal fraction as people write it, so that 10.1 and 2.2 make 12.3.
struct Exact {
  private let mantissa: Int128
  /// How many digits of the mantissa are behind the point; 0 to 18.
  private let scale: Int

  private init(_ mantissa: Int128, scale: Int) {
    self.mantissa = mantissa
    self.scale = scale
  }

  /// - Returns: `nil` for numbers too large, too small or too fine.
  init?(_ number: Number) {
    guard case .decimal(let double) = number else {
      self.init(Int128(number.integer ?? 0), scale: 0)
      return
    }
    guard double.isFinite else { return nil }
    var digits: Int128 = 0
    var scale = 0
    var isBehindPoint = false
    for octet in double.magnitude.description.utf8 {
      if octet == ASCII.dot {
        isBehindPoint = true
      } else if octet.isASCIIDigit {
        digits = digits * 10 + Int128(octet &- ASCII.zero)
        if isBehindPoint { scale += 1 }
      } else {
        // An exponent: beyond 2^54 or below 0.0001, where decimals are as good as exact anyway.
        return nil
      }
    }
    guard scale <= 18 else { return nil }
    self.init(double < 0 ? -digits : digits, scale: scale)
  }

  /// The nearest decimal.
  var double: Double {
    let limit: Int128 = 1 << 53
    if mantissa.magnitude <= limit.magnitude, scale <= 18 {
      // Both are exact, so the one division rounds once.
      return Double(Int64(mantissa)) / Double(Int64(Self.power(scale)))
    }
    return Double("\(mantissa)e-\(scale)") ?? 0
  }

  var negated: Exact { Exact(-mantissa, scale: scale) }

  func adding(_ other: Exact) -> Exact? {
    guard let (left, right) = aligned(with: other) else { return nil }
    let (sum, isBeyond) = left.addingReportingOverflow(right)
    return isBeyond ? nil : Exact(sum, scale: max(scale, other.scale))
  }

  func multiplied(by other: Exact) -> Exact? {
    let (product, isBeyond) = mantissa.multipliedReportingOverflow(by: other.mantissa)
    return isBeyond ? nil : Exact(product, scale: scale + other.scale)
  }

  /// The rest of a division, with the sign of the divisor, which is not 0.
  func modulo(_ other: Exact) -> Exact? {
    guard let (left, right) = aligned(with: other), right != 0 else { return nil }
    let rest = left % right
    return Exact(
      rest != 0 && (rest < 0) != (right < 0) ? rest + right : rest, scale: max(scale, other.scale))
  }

  /// Half is rounded away from zero; decimals are -17 to 17.
  func rounded(to decimals: Int) -> Exact {
    guard decimals < scale else { return self }
    let unit = Self.power(scale - decimals)
    let isNegative = mantissa < 0
    let whole = ((isNegative ? -mantissa : mantissa) + unit / 2) / unit
    let signed = isNegative ? -whole : whole
    return decimals >= 0
      ? Exact(signed, scale: decimals) : Exact(signed * Self.power(-decimals), scale: 0)
  }

  private func aligned(with other: Exact) -> (Int128, Int128)? {
    let common = max(scale, other.scale)
    let left = mantissa.multipliedReportingOverflow(by: Self.power(common - scale))
    let right = other.mantissa.multipliedReportingOverflow(by: Self.power(common - other.scale))
    return left.overflow || right.overflow ? nil : (left.partialValue, right.partialValue)
  }

  /// Ten to a power of 0 to 38.
  private static func power(_ exponent: Int) -> Int128 {
    var power: Int128 = 1
    for _ in 0..<min(max(exponent, 0), 38) { power *= 10 }
    return power
  }
}
