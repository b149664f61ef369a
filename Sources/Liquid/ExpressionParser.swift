import Octets

extension Compiler {
  /// An expression with its filters, which must reach to the end; `nil` when there is nothing.
  mutating func pipeline(_ range: Range<Int>) throws(Fault) -> Pipeline? {
    var lexemes = try Lexemes(text, range)
    return lexemes.isAtEnd ? nil : try pipeline(&lexemes)
  }

  mutating func pipeline(_ lexemes: inout Lexemes) throws(Fault) -> Pipeline {
    let base = try expression(&lexemes)
    var filters: [FilterCall] = []
    while lexemes.take("|") { filters.append(try filter(&lexemes)) }
    try lexemes.expectEnd()
    var suspect: Path?
    if case .path(let path) = base, path.rest.isEmpty,
      !filters.contains(where: { $0.filter == .default })
    {
      suspect = path
    }
    return Pipeline(base: base, filters: filters, suspect: suspect)
  }

  private mutating func filter(_ lexemes: inout Lexemes) throws(Fault) -> FilterCall {
    let name = try lexemes.expect(.name, "the name of a filter")
    let written = String(decoding: text[name.range], as: UTF8.self)
    guard let filter = Filter(rawValue: written) else {
      throw Fault(at: name.offset, "there is no filter '\(written)'")
    }
    var arguments: [Expression] = []
    var allowFalse: Expression?
    if lexemes.take(":") {
      repeat {
        let first = lexemes.next
        if first.kind == .name, lexemes.afterNext.kind == .sign(":") {
          guard filter == .default, lexemes.take(word: "allow_false"), lexemes.take(":") else {
            throw Fault(at: first.offset, "'\(written)' has no argument of this name")
          }
          allowFalse = try expression(&lexemes)
        } else {
          arguments.append(try expression(&lexemes))
        }
      } while lexemes.take(",")
    }
    guard filter.arity.contains(arguments.count) else {
      let few = filter.arity.lowerBound > arguments.count
      throw Fault(at: name.offset, "too \(few ? "few" : "many") arguments for '\(written)'")
    }
    return FilterCall(filter: filter, arguments: arguments, allowFalse: allowFalse)
  }

  /// One expression without filters.
  mutating func expression(_ lexemes: inout Lexemes) throws(Fault) -> Expression {
    try enter(at: lexemes.next.offset)
    defer { leave() }
    let first = lexemes.next
    switch first.kind {
    case .string:
      _ = lexemes.take()
      return .literal(.string(Array(text[first.range])))
    case .number:
      _ = lexemes.take()
      return .literal(number(first))
    case .name:
      _ = lexemes.take()
      let name = Array(text[first.range])
      let parts = try parts(&lexemes)
      if parts.isEmpty, let word = Self.words[name] { return .literal(word) }
      return .path(path(name, parts))
    case .sign("["):
      _ = lexemes.take()
      let name = try expression(&lexemes)
      _ = try lexemes.expect(.sign("]"), "']'")
      let parts = try parts(&lexemes)
      if case .literal(.string(let name)) = name { return .path(path(name, parts)) }
      usesDynamicNames = true
      return .dynamic(name, parts)
    case .sign("("):
      _ = lexemes.take()
      let lower = try expression(&lexemes)
      _ = try lexemes.expect(.dots, "'..'")
      let upper = try expression(&lexemes)
      _ = try lexemes.expect(.sign(")"), "')'")
      return .range(lower, upper)
    default:
      throw lexemes.unexpected(expected: "a value")
    }
  }

  private static let words: [[UInt8]: Value] = [
    Array("nil".utf8): .null, Array("null".utf8): .null, Array("true".utf8): .bool(true),
    Array("false".utf8): .bool(false), Array("empty".utf8): .empty, Array("blank".utf8): .blank,
  ]

  /// Whole numbers beyond 64 bits become decimals.
  private func number(_ lexeme: Lexeme) -> Value {
    let digits = String(decoding: text[lexeme.range], as: UTF8.self)
    return Int(digits).map { .integer($0) } ?? .decimal(Double(digits) ?? 0)
  }

  private mutating func parts(_ lexemes: inout Lexemes) throws(Fault) -> [Part] {
    var parts: [Part] = []
    while true {
      if lexemes.take(".") {
        let name = try lexemes.expect(.name, "a name after '.'")
        parts.append(.member(Array(text[name.range])))
      } else if lexemes.take("[") {
        parts.append(.index(try expression(&lexemes)))
        _ = try lexemes.expect(.sign("]"), "']'")
      } else {
        return parts
      }
    }
  }

  /// A variable whose path is a slot as far as it is known beforehand.
  ///
  /// `size`, `first` and `last` end the known part, since they may be asked of a list or a text.
  mutating func path(_ name: [UInt8], _ parts: [Part]) -> Path {
    var known = [name]
    scan: for part in parts {
      switch part {
      case .member(let key) where !Self.questions.contains(key): known.append(key)
      case .index(.literal(.string(let key))): known.append(key)
      default: break scan
      }
    }
    let number = number(ofName: name)
    return Path(
      name: number, slot: isCertainlyLocal(number) ? nil : slot(known), parts: parts,
      rest: Array(parts[(known.count - 1)...]))
  }

  private static let questions: Set<[UInt8]> = [
    Array("size".utf8), Array("first".utf8), Array("last".utf8),
  ]

  /// Comparisons joined by `and` and `or`, up to the end.
  mutating func condition(_ range: Range<Int>) throws(Fault) -> Condition {
    var lexemes = try Lexemes(text, range)
    var condition = Condition(comparisons: [try comparison(&lexemes)], joins: [])
    while true {
      if lexemes.take(word: "and") {
        condition.joins.append(.and)
      } else if lexemes.take(word: "or") {
        condition.joins.append(.or)
      } else {
        break
      }
      condition.comparisons.append(try comparison(&lexemes))
    }
    try lexemes.expectEnd()
    return condition
  }

  private mutating func comparison(_ lexemes: inout Lexemes) throws(Fault) -> Comparison {
    let left = try expression(&lexemes)
    var relation: Comparison.Relation?
    if lexemes.take(word: "contains") {
      relation = .contains
    } else if lexemes.next.kind == .comparison {
      relation =
        switch String(decoding: text[lexemes.take().range], as: UTF8.self) {
        case "==": .equal
        case "<": .less
        case "<=": .atMost
        case ">": .greater
        case ">=": .atLeast
        default: .unequal
        }
    }
    let right = relation == nil ? Expression.literal(.null) : try expression(&lexemes)
    return Comparison(left: left, relation: relation, right: right)
  }
}
