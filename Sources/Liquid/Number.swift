import Octets

/// A value as the arithmetic filters see it.
enum Number {
  case integer(Int)
  case decimal(Double)

  /// Texts count as the number they begin with, everything else as 0.
  init(_ value: Value) {
    switch value {
    case .integer(let number): self = .integer(number)
    case .decimal(let number): self = .decimal(number)
    case .string(let text), .markup(let text): self = Self.read(text)
    default: self = .integer(0)
    }
  }

  private static func read(_ text: [UInt8]) -> Number {
    let trimmed = text.trimmingASCIIWhitespace
    let digits = trimmed.first == ASCII.hyphen ? trimmed.dropFirst() : trimmed
    let whole = digits.prefix(while: \.isASCIIDigit)
    let rest = digits[whole.endIndex...]
    if !whole.isEmpty, rest.count > 1, rest.first == ASCII.dot, trimmed.count < 400,
      rest.dropFirst().allSatisfy(\.isASCIIDigit),
      let number = Double(String(decoding: trimmed, as: UTF8.self))
    {
      return .decimal(number)
    }
    return .integer(leadingInteger(text))
  }

  /// The whole number that a text begins with, 0 when there is none or it is beyond 64 bits.
  static func leadingInteger(_ text: [UInt8]) -> Int {
    let trimmed = text.trimmingASCIIWhitespace
    let isSigned = trimmed.first == ASCII.hyphen || trimmed.first == UInt8(ascii: "+")
    let sign = trimmed.first == ASCII.hyphen ? -1 : 1
    var number = 0
    for digit in (isSigned ? trimmed.dropFirst() : trimmed).prefix(while: \.isASCIIDigit) {
      let (tenfold, isBeyond) = number.multipliedReportingOverflow(by: 10)
      let (sum, isAlsoBeyond) = tenfold.addingReportingOverflow(
        sign * Int(digit &- ASCII.zero))
      if isBeyond || isAlsoBeyond { return 0 }
      number = sum
    }
    return number
  }

  var double: Double {
    switch self {
    case .integer(let number): Double(number)
    case .decimal(let number): number
    }
  }

  /// The whole number, decimals cut off; `nil` beyond 64 bits.
  var integer: Int? {
    switch self {
    case .integer(let number): number
    case .decimal(let number): Int(exactly: number.rounded(.towardZero))
    }
  }

  var value: Value {
    switch self {
    case .integer(let number): .integer(number)
    case .decimal(let number): .decimal(number)
    }
  }

  var isZero: Bool { double == 0 }

  /// A decimal as a whole number when it is one that fits.
  private static func whole(_ number: Double) -> Number {
    Int(exactly: number).map { .integer($0) } ?? .decimal(number)
  }
}

/// Arithmetic; whole numbers that leave 64 bits go on as decimals.
extension Number {
  var magnitude: Number {
    switch self {
    case .integer(.min): .decimal(Double(Int.min).magnitude)
    case .integer(let number): .integer(abs(number))
    case .decimal(let number): .decimal(number.magnitude)
    }
  }

  func rounded(_ rule: FloatingPointRoundingRule) -> Number {
    switch self {
    case .integer: self
    case .decimal(let number): Self.whole(number.rounded(rule))
    }
  }

  /// Rounded half away from zero to a number of decimals, which may be negative.
  func rounded(to decimals: Int) -> Number {
    switch self {
    case .integer where decimals >= 0: return self
    case .decimal(let number) where !number.isFinite || decimals > 17: return self
    default: break
    }
    guard decimals > -18 else { return .integer(0) }
    guard let exact = Exact(self) else { return self }
    let rounded = exact.rounded(to: decimals)
    return decimals > 0 ? .decimal(rounded.double) : Self.whole(rounded.double)
  }

  static func + (left: Number, right: Number) -> Number {
    left.combined(right, { $0.addingReportingOverflow($1) }, { $0.adding($1) }, +)
  }

  static func - (left: Number, right: Number) -> Number {
    left.combined(
      right, { $0.subtractingReportingOverflow($1) }, { $0.adding($1.negated) }, -)
  }

  static func * (left: Number, right: Number) -> Number {
    left.combined(
      right, { $0.multipliedReportingOverflow(by: $1) }, { $0.multiplied(by: $1) }, *)
  }

  /// Whole numbers divide to the whole number below; `nil` for division by zero.
  func divided(by other: Number) -> Number? {
    guard !other.isZero else { return nil }
    if case .integer(let left) = self, case .integer(let right) = other {
      let (quotient, isBeyond) = left.dividedReportingOverflow(by: right)
      if isBeyond { return .decimal(double / other.double) }
      let isInexact = quotient &* right != left
      return .integer(isInexact && (left < 0) != (right < 0) ? quotient - 1 : quotient)
    }
    return .decimal(double / other.double)
  }

  /// The rest, which has the sign of the divisor; `nil` for division by zero.
  func modulo(_ other: Number) -> Number? {
    guard !other.isZero else { return nil }
    if case .integer(let left) = self, case .integer(let right) = other {
      let rest = left.remainderReportingOverflow(dividingBy: right).partialValue
      return .integer(rest != 0 && (rest < 0) != (right < 0) ? rest + right : rest)
    }
    if let left = Exact(self), let right = Exact(other), let rest = left.modulo(right) {
      return .decimal(rest.double)
    }
    let rest = double.truncatingRemainder(dividingBy: other.double)
    return .decimal(rest != 0 && (rest < 0) != (other.double < 0) ? rest + other.double : rest)
  }

  static func < (left: Number, right: Number) -> Bool {
    if case .integer(let left) = left, case .integer(let right) = right { return left < right }
    return left.double < right.double
  }

  private func combined(
    _ other: Number, _ whole: (Int, Int) -> (partialValue: Int, overflow: Bool),
    _ exact: (Exact, Exact) -> Exact?, _ rough: (Double, Double) -> Double
  ) -> Number {
    if case .integer(let left) = self, case .integer(let right) = other {
      let (result, isBeyond) = whole(left, right)
      return isBeyond ? .decimal(rough(double, other.double)) : .integer(result)
    }
    if let left = Exact(self), let right = Exact(other), let result = exact(left, right) {
      return .decimal(result.double)
    }
    return .decimal(rough(double, other.double))
  }
}
