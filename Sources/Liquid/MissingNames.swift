/// The slots that a rendering printed although there was nothing in them.
///
/// An output with a `default` filter does not count, nor does a mere condition.
public struct MissingNames: Sendable, Equatable {
  private var words: [UInt64] = []

  public init() {}

  public var isEmpty: Bool { words.isEmpty }

  /// Indices into ``Template/paths``, ascending.
  public var slots: [Int] {
    words.enumerated().flatMap { index, word in
      (0..<64).filter { word >> UInt64($0) & 1 == 1 }.map { index * 64 + $0 }
    }
  }

  public mutating func insert(_ slot: Int) {
    while words.count <= slot / 64 { words.append(0) }
    words[slot / 64] |= 1 << UInt64(slot % 64)
  }
}
