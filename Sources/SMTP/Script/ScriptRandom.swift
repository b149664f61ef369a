import Octets

/// Dice that fall the same way in every run with the same seed (SplitMix64).
struct ScriptRandom: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    return Self.mixed(state)
  }

  private static func mixed(_ number: UInt64) -> UInt64 {
    var mixed = number
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }

  /// A number that an address has for good; each rule has its own.
  static func number(of address: [UInt8], seed: UInt64, rule: Int) -> UInt64 {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for octet in address { hash = (hash ^ UInt64(octet)) &* 0x0000_0100_0000_01B3 }
    return mixed(hash &+ mixed(seed &+ mixed(UInt64(truncatingIfNeeded: rule) &+ 1)))
  }

  /// Throws the dice of an act.
  mutating func settle(_ act: ScriptAct) -> ServerAct {
    switch act {
    case .act(let act): return act
    case .wait(let range):
      let width = (range.upperBound - range.lowerBound) / .microseconds(1)
      guard width >= 1 else { return .wait(range.lowerBound) }
      let share = next() % (UInt64(width) + 1)
      return .wait(range.lowerBound + .microseconds(share))
    case .garbage(let count):
      return .octets((0..<count).map { _ in UInt8.random(in: 0...255, using: &self) })
    }
  }
}
