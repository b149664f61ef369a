import Octets

/// The filters on lists; what is not a list counts as a list of one, and nothing as an empty one.
extension Renderer {
  mutating func applyToList(
    _ filter: Filter, _ input: Value, _ arguments: [Value]
  ) throws(RenderError) -> Value {
    let key = arguments.first ?? .null
    let items = try items(of: input)
    switch filter {
    case .concat: return try concatenate(items, key)
    case .join: return .string(try join(items, arguments))
    case .reverse: return .array(items.reversed())
    case .compact:
      var kept: [Value] = []
      for item in items where try keyed(item, arguments) != .null { kept.append(item) }
      return .array(kept)
    case .map:
      var mapped: [Value] = []
      for item in items { mapped.append(try property(key, of: item) ?? .null) }
      return .array(mapped)
    case .sum:
      var total = Number.integer(0)
      for item in items {
        let value = try keyed(item, arguments)
        try spend(bytes: value.text?.count ?? 0)
        total = total + Number(value)
      }
      return total.value
    case .uniq:
      var seen: Set<Value> = []
      var kept: [Value] = []
      for item in items {
        let value = try keyed(item, arguments)
        try spend(bytes: weight(of: value))
        if seen.insert(value).inserted { kept.append(item) }
      }
      return .array(kept)
    case .sort: return try sort(items, arguments)
    case .sort_natural: return try sortNaturally(items, arguments)
    default: return try select(filter, items, key, arguments.count > 1 ? arguments[1] : .null)
    }
  }

  /// `where`, `reject`, `find`, `find_index` and `has`: items by a property, or by its value.
  private mutating func select(
    _ filter: Filter, _ items: [Value], _ key: Value, _ wanted: Value
  ) throws(RenderError) -> Value {
    var kept: [Value] = []
    for (index, item) in items.enumerated() {
      // As in Ruby, an item that has no properties at all ends the search without a result.
      guard let value = try property(key, of: item) else { return .null }
      let matches = try wanted == .null ? value.isTruthy : equals(value, wanted)
      switch filter {
      case .find where matches: return item
      case .find_index where matches: return .integer(index)
      case .has where matches: return .bool(true)
      case .where where matches, .reject where !matches: kept.append(item)
      default: break
      }
    }
    switch filter {
    case .has: return .bool(false)
    case .where, .reject: return .array(kept)
    default: return .null
    }
  }

  /// A property of an item, as lists of objects are filtered by.
  ///
  /// - Returns: `nil` for an item that cannot be asked.
  /// - Throws: For a number that is asked for anything but a number.
  private mutating func property(_ key: Value, of item: Value) throws(RenderError) -> Value? {
    switch (item, key) {
    case (.object(let object), _):
      try spend(bytes: key.text?.count ?? 0)
      return key.text.flatMap { object[$0] } ?? .null
    case (.string(let text), .string(let wanted)):
      try spend(bytes: text.count)
      return text.firstRange(ofOctets: wanted, from: 0) == nil ? .null : key
    case (.integer(let number), .integer(let bit)):
      return .integer(bit < 0 ? 0 : number >> Swift.min(bit, 63) & 1)
    case (.integer, _):
      throw RenderError("a number has no property '\(shown(key))'")
    default: return nil
    }
  }

  private func shown(_ key: Value) -> String {
    String(decoding: key.text?.prefix(64) ?? [], as: UTF8.self)
  }

  /// The property named by an optional argument, or the item itself.
  private mutating func keyed(
    _ item: Value, _ arguments: [Value]
  ) throws(RenderError) -> Value {
    guard let key = arguments.first, key != .null else { return item }
    return try property(key, of: item) ?? .null
  }

  private mutating func concatenate(
    _ items: [Value], _ other: Value
  ) throws(RenderError) -> Value {
    guard case .array(let more) = other else {
      throw RenderError("'concat' needs a list")
    }
    try spend(steps: more.count)
    try spend(bytes: (items.count + more.count) * 24)
    return .array(items + more)
  }

  private mutating func join(
    _ items: [Value], _ arguments: [Value]
  ) throws(RenderError) -> [UInt8] {
    let glue = try arguments.first.map { a throws(RenderError) in try text(of: a) } ?? [ASCII.space]
    var result: [UInt8] = []
    for (index, item) in items.enumerated() {
      let text = try text(of: item)
      try spend(bytes: text.count + glue.count)
      if index > 0 { result.append(contentsOf: glue) }
      result.append(contentsOf: text)
    }
    return result
  }

  private mutating func sort(
    _ items: [Value], _ arguments: [Value]
  ) throws(RenderError) -> Value {
    var keyed: [(key: Value, value: Value)] = []
    for item in items { keyed.append((try self.keyed(item, arguments), item)) }
    return .array(
      try sorted(keyed) { renderer, left, right throws(RenderError) in
        try renderer.order(left, right)
      })
  }

  /// Sorts by what the items print as, without regard to the case of ASCII letters.
  private mutating func sortNaturally(
    _ items: [Value], _ arguments: [Value]
  ) throws(RenderError) -> Value {
    var keyed: [(key: [UInt8]?, value: Value)] = []
    for item in items {
      let key = try self.keyed(item, arguments)
      if key == .null {
        keyed.append((nil, item))
      } else {
        keyed.append((try paid(try text(of: key).lowercasedASCII), item))
      }
    }
    return .array(
      try sorted(keyed) { renderer, left, right throws(RenderError) in
        guard let left else { return right == nil ? 0 : 1 }
        guard let right else { return -1 }
        return try renderer.compare(left, right)
      })
  }
}
