import Synchronization

/// One number that may be read and changed from any thread.
public final class Metric: Sendable {
  private let bits = Atomic<UInt64>(0)

  public var value: Double { Double(bitPattern: bits.load(ordering: .relaxed)) }

  public func add(_ amount: Double = 1) {
    var old = bits.load(ordering: .relaxed)
    while true {
      let new = (Double(bitPattern: old) + amount).bitPattern
      let result = bits.weakCompareExchange(expected: old, desired: new, ordering: .relaxed)
      if result.exchanged { return }
      old = result.original
    }
  }

  /// For gauges only: a counter never goes back.
  public func set(_ value: Double) { bits.store(value.bitPattern, ordering: .relaxed) }
}
