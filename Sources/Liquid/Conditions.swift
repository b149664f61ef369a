import Octets

/// What conditions hold.
extension Renderer {
  /// Conditions group from the right, so each join decides at once or leaves it to the rest.
  mutating func holds(_ condition: Condition) throws(RenderError) -> Bool {
    for (comparison, join) in zip(condition.comparisons, condition.joins) {
      let isTrue = try holds(comparison)
      if isTrue != (join == .and) { return isTrue }
    }
    guard let last = condition.comparisons.last else { return true }
    return try holds(last)
  }

  private mutating func holds(_ comparison: Comparison) throws(RenderError) -> Bool {
    try spend(steps: 1)
    let left = try evaluate(comparison.left)
    guard let relation = comparison.relation else { return left.isTruthy }
    let right = try evaluate(comparison.right)
    switch relation {
    case .equal: return try equals(left, right)
    case .unequal: return try !equals(left, right)
    case .contains: return try contains(left, right)
    case .less: return try compare(left, right).map { $0 < 0 } ?? false
    case .atMost: return try compare(left, right).map { $0 <= 0 } ?? false
    case .greater: return try compare(left, right).map { $0 > 0 } ?? false
    case .atLeast: return try compare(left, right).map { $0 >= 0 } ?? false
    }
  }

  mutating func equals(_ left: Value, _ right: Value) throws(RenderError) -> Bool {
    switch (left, right) {
    case (.empty, _): return right.isEmpty
    case (_, .empty): return left.isEmpty
    case (.blank, .blank): return false
    case (.blank, let other), (let other, .blank):
      try spend(bytes: other.text?.count ?? 0)
      return other.isBlank
    case (.integer, .integer), (.bool, .bool), (.null, .null), (.range, .range):
      return left == right
    case (.integer, .decimal), (.decimal, .integer), (.decimal, .decimal):
      return Number(left).double == Number(right).double
    case (.array(let left), .array(let right)):
      guard left.count == right.count else { return false }
      try spend(steps: left.count)
      for (left, right) in zip(left, right) where try !equals(left, right) { return false }
      return true
    case (.object(let left), .object(let right)):
      guard left.entries.count == right.entries.count else { return false }
      try spend(steps: left.entries.count)
      for entry in left.entries {
        guard let other = right[entry.key], try equals(entry.value, other) else { return false }
      }
      return true
    default:
      guard let left = left.text, let right = right.text, left.count == right.count else {
        return false
      }
      try spend(bytes: left.count)
      return left == right
    }
  }

  /// Below, at or above 0 as `left` comes before, at or after `right`; `nil` for what has no order.
  private mutating func compare(_ left: Value, _ right: Value) throws(RenderError) -> Int? {
    if let left = left.text, let right = right.text { return try compare(left, right) }
    switch (left, right) {
    case (.integer(let left), .integer(let right)):
      return left < right ? -1 : left > right ? 1 : 0
    case (.integer, .decimal), (.decimal, .integer), (.decimal, .decimal):
      let (left, right) = (Number(left).double, Number(right).double)
      return left < right ? -1 : left > right ? 1 : left == right ? 0 : nil
    case (.string, .integer), (.string, .decimal), (.integer, .string), (.decimal, .string),
      (.string, .bool), (.integer, .bool), (.decimal, .bool):
      throw RenderError("a text and a number cannot be compared")
    default: return nil
    }
  }

  mutating func compare(_ left: [UInt8], _ right: [UInt8]) throws(RenderError) -> Int {
    try spend(bytes: min(left.count, right.count))
    return left.lexicographicallyPrecedes(right) ? -1 : left == right ? 0 : 1
  }

  private mutating func contains(_ left: Value, _ right: Value) throws(RenderError) -> Bool {
    guard right.isTruthy else { return false }
    switch left {
    case .string(let text), .markup(let text):
      let wanted = try self.text(of: right)
      try spend(bytes: text.count)
      return text.firstRange(ofOctets: wanted, from: 0) != nil
    case .array(let items):
      try spend(steps: items.count)
      for item in items where try equals(item, right) { return true }
      return false
    case .object(let object):
      try spend(bytes: right.text?.count ?? 0)
      return right.text.map { object[$0] != nil } ?? false
    case .range(let lower, let upper):
      guard let number = Number(right).integer, case .integer = right else { return false }
      return lower <= number && number <= upper
    default: return false
    }
  }

  /// How two values sort; `nil` sorts last.
  ///
  /// - Throws: When they have no order.
  mutating func order(_ left: Value, _ right: Value) throws(RenderError) -> Int {
    switch (left, right) {
    case (.null, .null): return 0
    case (.null, _): return 1
    case (_, .null): return -1
    default: break
    }
    if let order = try compare(left, right) { return order }
    if try equals(left, right) { return 0 }
    throw RenderError("values of different kinds cannot be sorted")
  }

  /// Sorts by merging: stable, and every comparison is paid for.
  mutating func sorted<Key>(
    _ items: [(key: Key, value: Value)],
    by order: (inout Renderer, Key, Key) throws(RenderError) -> Int
  ) throws(RenderError) -> [Value] {
    var items = items
    var width = 1
    try spend(bytes: items.count * 48)
    while width < items.count {
      var merged: [(key: Key, value: Value)] = []
      merged.reserveCapacity(items.count)
      var start = 0
      while start < items.count {
        let middle = min(start + width, items.count)
        let end = min(middle + width, items.count)
        var (left, right) = (start, middle)
        while left < middle, right < end {
          try spend(steps: 1)
          if try order(&self, items[left].key, items[right].key) <= 0 {
            merged.append(items[left])
            left += 1
          } else {
            merged.append(items[right])
            right += 1
          }
        }
        merged.append(contentsOf: items[left..<middle])
        merged.append(contentsOf: items[right..<end])
        start = end
      }
      items = merged
      width *= 2
    }
    return items.map(\.value)
  }
}
