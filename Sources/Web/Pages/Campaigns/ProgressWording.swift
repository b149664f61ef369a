extension Wording {
  /// How many of a hundred, rounded down so that 100 means all.
  static func percent(_ part: Int, of whole: Int) -> Int {
    guard whole > 0, part > 0 else { return 0 }
    return part >= whole ? 100 : Int(Double(part) / Double(whole) * 100)
  }

  /// “49 a second”, or “30 a minute” where it is slow; the script of live pages writes the same.
  static func rate(_ perSecond: Double) -> String {
    guard perSecond.isFinite, perSecond >= 0, perSecond < 1e12 else { return "" }
    return perSecond >= 10
      ? "\(count(Int(perSecond.rounded()))) a second"
      : "\(count(Int((perSecond * 60).rounded()))) a minute"
  }
}
