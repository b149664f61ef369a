import Octets

/// What expressions are worth.
extension Renderer {
  mutating func evaluate(_ pipeline: Pipeline) throws(RenderError) -> Value {
    try filtered(try evaluate(pipeline.base), pipeline.filters)
  }

  mutating func filtered(_ base: Value, _ filters: [FilterCall]) throws(RenderError) -> Value {
    var value = base
    for call in filters {
      var arguments: [Value] = []
      for argument in call.arguments { arguments.append(try evaluate(argument)) }
      if call.filter == .default {
        let allowed = try call.allowFalse.map { e throws(RenderError) in try evaluate(e) }
        let isEmpty = value.isEmpty || value == .null
        if isEmpty || value == .bool(false) && allowed?.isTruthy != true {
          value = arguments.first ?? .string([])
        }
        continue
      }
      try spend(steps: 1)
      value = try apply(call.filter, to: value, arguments)
    }
    return value
  }

  mutating func evaluate(_ expression: Expression) throws(RenderError) -> Value {
    switch expression {
    case .literal(let value): return value
    case .path(let path):
      if program.isBound[path.name], let local = local(path.name) {
        return try follow(path.parts, from: local)
      }
      guard let slot = path.slot, slot < slots.count else { return .null }
      return path.rest.isEmpty ? slots[slot] : try follow(path.rest, from: slots[slot])
    case .dynamic(let name, let parts):
      let name = try text(of: try evaluate(name))
      return try follow(parts, from: try lookup(name))
    case .range(let lower, let upper):
      return .range(try bound(try evaluate(lower)), try bound(try evaluate(upper)))
    }
  }

  /// What a name stands for, other than a global.
  func local(_ name: Int) -> Value? {
    let cell = cells[name]
    return cell.scoped ?? cell.assigned ?? cell.counter.map { .integer($0) }
  }

  /// The variable of a name that is known only now.
  mutating func lookup(_ name: [UInt8]) throws(RenderError) -> Value {
    try spend(bytes: name.count)
    if let number = program.names[name], program.isBound[number], let local = local(number) {
      return local
    }
    if let slot = program.pathIndex[[name]], slot < slots.count, slots[slot] != .null {
      return slots[slot]
    }
    guard case .object(let object) = globals else { return .null }
    return object[name] ?? .null
  }

  private mutating func follow(
    _ parts: [Part], from start: Value
  ) throws(RenderError) -> Value {
    var value = start
    for part in parts {
      switch part {
      case .member(let name): value = try member(name, of: value)
      case .index(let expression):
        let key = try evaluate(expression)
        value = try item(key, of: value)
      }
    }
    return value
  }

  private mutating func member(
    _ name: [UInt8], of value: Value
  ) throws(RenderError) -> Value {
    switch value {
    case .object(let object):
      if let value = object[name] { return value }
    case .loop(let number):
      return loops.indices.contains(number) ? loops[number].property(name) : .null
    default: break
    }
    switch name {
    case Self.size: return try size(of: value).map { .integer($0) } ?? .null
    case Self.first: return first(of: value)
    case Self.last: return last(of: value)
    default: return .null
    }
  }

  private static let size = Array("size".utf8)
  private static let first = Array("first".utf8)
  private static let last = Array("last".utf8)

  private mutating func item(
    _ key: Value, of value: Value
  ) throws(RenderError) -> Value {
    switch (value, key) {
    case (.object(let object), .string(let name)), (.object(let object), .markup(let name)):
      try spend(bytes: name.count)
      return object[name] ?? .null
    case (.array(let items), .integer(let index)):
      let index = index < 0 ? index &+ items.count : index
      return items.indices.contains(index) ? items[index] : .null
    case (.loop(let number), .string(let name)):
      return loops.indices.contains(number) ? loops[number].property(name) : .null
    default: return .null
    }
  }

  /// How many items or characters; `nil` for what has no size.
  mutating func size(of value: Value) throws(RenderError) -> Int? {
    switch value {
    case .string(let text), .markup(let text):
      try spend(bytes: text.count)
      return text.characterCount
    case .array(let items): return items.count
    case .object(let object): return object.entries.count
    case .range: return Segment(value, offset: 0, limit: nil, isReversed: false).count
    default: return nil
    }
  }

  func first(of value: Value) -> Value {
    switch value {
    case .array(let items): return items.first ?? .null
    case .object(let object):
      guard let entry = object.entries.first else { return .null }
      return .array([.string(entry.key), entry.value])
    case .range(let lower, let upper): return lower <= upper ? .integer(lower) : .null
    case .string(let text): return .string(Array(text.prefix(characters: 1)))
    default: return .null
    }
  }

  func last(of value: Value) -> Value {
    switch value {
    case .array(let items): return items.last ?? .null
    case .range(let lower, let upper): return lower <= upper ? .integer(upper) : .null
    case .string(let text):
      let start = text.lastIndex { !$0.isContinuation } ?? 0
      return .string(Array(text[start...]))
    default: return .null
    }
  }

  /// One end of a range.
  private mutating func bound(_ value: Value) throws(RenderError) -> Int {
    switch value {
    case .integer(let number): return number
    case .decimal(let number): return Int(exactly: number.rounded(.towardZero)) ?? 0
    case .string(let text), .markup(let text):
      try spend(bytes: text.count)
      return Number.leadingInteger(text)
    default: return 0
    }
  }

  /// What a value prints as, which is paid for unless it is a text already.
  mutating func text(of value: Value) throws(RenderError) -> [UInt8] {
    if let text = value.text { return text }
    var writer = ValueWriter(allowance: work)
    guard writer.append(value) else {
      throw RenderError(.limit, "a value is too long to print")
    }
    try spend(bytes: writer.output.count)
    return writer.output
  }

  /// The items of a value for a filter on lists; lists within are taken apart.
  mutating func items(of value: Value) throws(RenderError) -> [Value] {
    switch value {
    case .array(let items):
      try spend(steps: items.count)
      let isFlat = !items.contains { if case .array = $0 { true } else { false } }
      if isFlat { return items }
      var flat: [Value] = []
      try spend(bytes: items.count * 24)
      try flatten(items, into: &flat, depth: 0)
      return flat
    case .range:
      let segment = Segment(value, offset: 0, limit: nil, isReversed: false)
      try spend(steps: segment.count)
      try spend(bytes: segment.count * 24)
      return (0..<segment.count).map { segment[$0] }
    case .null, .empty, .blank, .loop: return []
    default: return [value]
    }
  }

  private mutating func flatten(
    _ items: [Value], into flat: inout [Value], depth: Int
  ) throws(RenderError) {
    guard depth < limits.depth else {
      throw RenderError(.limit, "lists more than \(limits.depth) levels inside one another")
    }
    for item in items {
      if case .array(let inner) = item {
        try spend(steps: inner.count)
        try spend(bytes: inner.count * 24)
        try flatten(inner, into: &flat, depth: depth + 1)
      } else {
        flat.append(item)
      }
    }
  }

  /// About how many octets a comparison of the value has to look at.
  func weight(of value: Value) -> Int {
    var total = 0
    var rest = [value]
    while let next = rest.popLast(), total <= work {
      switch next {
      case .string(let text), .markup(let text): total += text.count
      case .array(let items): rest.append(contentsOf: items)
      case .object(let object): rest.append(contentsOf: object.entries.map(\.value))
      default: break
      }
      total += 8
    }
    return total
  }
}

extension Collection<UInt8> {
  /// How many UTF-8 characters the octets are.
  var characterCount: Int { reduce(0) { $1.isContinuation ? $0 : $0 + 1 } }

  /// The octets of the first characters.
  func prefix(characters count: Int) -> SubSequence {
    self[..<index(afterCharacters: count)]
  }

  /// Where the character with this number begins, or the end.
  func index(afterCharacters count: Int) -> Index {
    var seen = 0
    var at = startIndex
    while at != endIndex {
      if !self[at].isContinuation {
        if seen == count { return at }
        seen += 1
      }
      formIndex(after: &at)
    }
    return endIndex
  }
}
