import Octets

/// The items that a loop goes through, made one at a time.
struct Segment {
  private enum Source {
    case array([Value])
    case object(Object)
    case range(first: Int)
    case single(Value)
  }

  private let source: Source
  private var start = 0
  private(set) var count: Int
  private let isReversed: Bool

  /// Passes over `offset` items and keeps `limit` of the others, all when it is `nil`.
  init(_ collection: Value, offset: Int, limit: Int?, isReversed: Bool) {
    self.isReversed = isReversed
    var total: Int
    switch collection {
    case .array(let items): (source, total) = (.array(items), items.count)
    case .object(let object): (source, total) = (.object(object), object.entries.count)
    case .range(let lower, let upper):
      let (span, isBeyond) = upper.subtractingReportingOverflow(lower)
      (source, total) = (.range(first: lower), isBeyond ? .max : span == .max ? span : span + 1)
      total = upper < lower ? 0 : total
    case .string(let text) where !text.isEmpty, .markup(let text) where !text.isEmpty:
      // A text is one item, wherever the loop is to begin.
      (source, total) = (.single(collection), 1)
      count = 1
      return
    default: (source, total) = (.array([]), 0)
    }
    // As in Ruby, a negative offset shortens what a limit leaves.
    let (stop, isBeyond) = (limit ?? 0).addingReportingOverflow(offset)
    let end = limit == nil || isBeyond && offset > 0 ? total : max(0, min(total, stop))
    start = max(0, min(offset, end))
    count = end - start
  }

  subscript(_ position: Int) -> Value {
    let index = start + (isReversed ? count - 1 - position : position)
    switch source {
    case .array(let items): return items[index]
    case .object(let object):
      let entry = object.entries[index]
      return .array([.string(entry.key), entry.value])
    case .range(let first): return .integer(first &+ index)
    case .single(let value): return value
    }
  }
}

/// Loops and inclusions.
extension Renderer {
  mutating func runLoop(_ loop: Loop) throws(RenderError) -> Interrupt {
    let segment = try segment(of: loop)
    guard segment.count > 0 else {
      guard let otherwise = loop.otherwise else { return .none }
      return try run(otherwise)
    }
    let number = loops.count
    loops.append(LoopState(title: loop.title, length: segment.count, parent: innermostLoop))
    let outerLoop = innermostLoop
    let outerCell = cells[loop.name].scoped
    let outerForloop = cells[Compiler.forloop].scoped
    innermostLoop = number
    cells[Compiler.forloop].scoped = .loop(number)
    for index in 0..<segment.count {
      loops[number].index = index
      cells[loop.name].scoped = segment[index]
      try spend(steps: 1)
      if try run(loop.body) == .breaking { break }
    }
    cells[Compiler.forloop].scoped = outerForloop
    cells[loop.name].scoped = outerCell
    innermostLoop = outerLoop
    loops.removeSubrange(number...)
    return .none
  }

  private mutating func segment(of loop: Loop) throws(RenderError) -> Segment {
    var offset = 0
    switch loop.offset {
    case .value(let expression): offset = try count(try evaluate(expression)) ?? 0
    case .resume: offset = resumption[loop.title] ?? 0
    case nil: break
    }
    let collection = try evaluate(loop.collection)
    var limit: Int?
    if let expression = loop.limit { limit = try count(try evaluate(expression)) }
    let segment = Segment(
      collection, offset: offset, limit: limit, isReversed: loop.isReversed)
    // Each round is a step at least, so that a loop too long ends before it begins.
    guard segment.count <= steps else {
      try spend(steps: segment.count)
      return segment
    }
    if loop.columns == nil { resumption[loop.title] = offset &+ segment.count }
    return segment
  }

  /// A whole number for `limit`, `offset` or `cols`; `nil` for nothing.
  private func count(_ value: Value) throws(RenderError) -> Int? {
    if case .null = value { return nil }
    guard let number = wholeNumber(value) else {
      throw RenderError("a loop's limit or offset is not a whole number")
    }
    return number
  }

  mutating func runTable(_ loop: Loop) throws(RenderError) -> Interrupt {
    if case .null = try evaluate(loop.collection) { return .none }
    let segment = try segment(of: loop)
    var columns = segment.count
    if let expression = loop.columns {
      let value = try evaluate(expression)
      try spend(bytes: value.text?.count ?? 0)
      columns = Number(value).integer ?? segment.count
      if case .null = value { columns = segment.count }
    }
    let number = loops.count
    loops.append(LoopState(title: loop.title, length: segment.count, columns: columns))
    let outerCell = cells[loop.name].scoped
    let outerLoop = cells[Compiler.tablerowloop].scoped
    cells[Compiler.tablerowloop].scoped = .loop(number)
    output.append("<tr class=\"row1\">\n")
    for index in 0..<segment.count {
      loops[number].index = index
      cells[loop.name].scoped = segment[index]
      try spend(steps: 1)
      output.append("<td class=\"col")
      output.append(decimal: loops[number].column + 1)
      output.append("\">")
      let interrupt = try run(loop.body)
      output.append("</td>")
      if interrupt == .breaking { break }
      if loops[number].isLastColumn, index + 1 < segment.count {
        output.append("</tr>\n<tr class=\"row")
        output.append(decimal: loops[number].row + 2)
        output.append("\">")
      }
    }
    output.append("</tr>\n")
    cells[Compiler.tablerowloop].scoped = outerLoop
    cells[loop.name].scoped = outerCell
    loops.removeSubrange(number...)
    return .none
  }

  mutating func runInclusion(_ inclusion: Inclusion) throws(RenderError) -> Interrupt {
    guard !isIsolated || inclusion.isIsolated else {
      throw RenderError("'include' is not possible inside a partial that 'render' brought in")
    }
    guard let name = try evaluate(inclusion.partial).text else {
      throw RenderError("the name of a partial is not a text")
    }
    guard let index = program.partialIndex[name] else {
      throw RenderError("there is no partial '\(String(decoding: name, as: UTF8.self))'")
    }
    let partial = program.partials[index]
    guard let block = partial.block else {
      throw RenderError(
        "the partial '\(String(decoding: name, as: UTF8.self))' has an error at "
          + (partial.error?.description ?? "its beginning"))
    }
    var bound: Value?
    if let expression = inclusion.bound {
      bound = try evaluate(expression)
    } else if !inclusion.isIsolated {
      bound = try lookup(name)
    }
    var attributes: [(name: Int, value: Value)] = []
    for attribute in inclusion.attributes {
      attributes.append((attribute.name, try evaluate(attribute.value)))
    }
    let variable = inclusion.alias ?? partial.variable
    if inclusion.isIsolated {
      let isRepeated = inclusion.isRepeated
      return try isolated(attributes) { renderer throws(RenderError) in
        try renderer.runIsolated(block, variable, bound, isRepeated: isRepeated, title: name)
      }
    }
    return try runIncluded(block, variable, bound ?? .null, attributes)
  }

  private mutating func runIncluded(
    _ block: Block, _ variable: Int, _ bound: Value, _ attributes: [(name: Int, value: Value)]
  ) throws(RenderError) -> Interrupt {
    var outer = attributes.map { ($0.name, cells[$0.name].scoped) }
    outer.append((variable, cells[variable].scoped))
    for attribute in attributes { cells[attribute.name].scoped = attribute.value }
    var interrupt = Interrupt.none
    if case .array(let items) = bound {
      for item in items where interrupt == .none {
        try spend(steps: 1)
        cells[variable].scoped = item
        interrupt = try run(block)
      }
    } else {
      if case .null = bound {} else { cells[variable].scoped = bound }
      interrupt = try run(block)
    }
    for (name, value) in outer.reversed() { cells[name].scoped = value }
    return interrupt
  }

  /// Runs `body` with no variables but these, and with nothing that loops and cycles remember.
  private mutating func isolated(
    _ attributes: [(name: Int, value: Value)],
    _ body: (inout Renderer) throws(RenderError) -> Void
  ) throws(RenderError) -> Interrupt {
    let outer = (cells, resumption, cyclePositions, lastChanged, innermostLoop, isIsolated)
    try spend(bytes: cells.count)
    cells = Array(repeating: Cell(), count: cells.count)
    (resumption, cyclePositions, lastChanged, innermostLoop) = ([:], [:], [], nil)
    isIsolated = true
    // What is handed over are the partial's own variables: it may assign to them.
    for attribute in attributes { cells[attribute.name].assigned = attribute.value }
    try body(&self)
    (cells, resumption, cyclePositions, lastChanged, innermostLoop, isIsolated) = outer
    return .none
  }

  private mutating func runIsolated(
    _ block: Block, _ variable: Int, _ bound: Value?, isRepeated: Bool, title: [UInt8]
  ) throws(RenderError) {
    guard isRepeated, let bound, bound.isIterable else {
      if let bound, bound != .null { cells[variable].assigned = bound }
      _ = try run(block)
      return
    }
    let segment = Segment(bound, offset: 0, limit: nil, isReversed: false)
    let number = loops.count
    loops.append(LoopState(title: title, length: segment.count))
    let fresh = cells
    for index in 0..<segment.count {
      try spend(steps: 1)
      try spend(bytes: cells.count)
      cells = fresh
      (resumption, cyclePositions, lastChanged) = ([:], [:], [])
      loops[number].index = index
      cells[Compiler.forloop].scoped = .loop(number)
      cells[variable].assigned = segment[index]
      _ = try run(block)
    }
    loops.removeSubrange(number...)
  }
}

extension Value {
  /// Whether `render … for` goes through the items of this value.
  fileprivate var isIterable: Bool {
    switch self {
    case .array, .object, .range: true
    default: false
    }
  }
}

extension Renderer.LoopState {
  /// Counted from 0; a table without columns of its own is one row.
  var column: Int { columns.map { $0 > 0 ? index % $0 : index } ?? 0 }
  var row: Int { columns.map { $0 > 0 ? index / $0 : 0 } ?? 0 }
  var isLastColumn: Bool { columns.map { $0 > 0 && column + 1 == $0 } ?? false }

  /// What a template may ask of `forloop` or `tablerowloop`.
  func property(_ name: [UInt8]) -> Value {
    switch String(decoding: name, as: UTF8.self) {
    case "index": .integer(index + 1)
    case "index0": .integer(index)
    case "rindex": .integer(length - index)
    case "rindex0": .integer(length - index - 1)
    case "first": .bool(index == 0)
    case "last": .bool(index == length - 1)
    case "length": .integer(length)
    case "name" where columns == nil: .string(title)
    case "parentloop" where columns == nil: parent.map { .loop($0) } ?? .null
    case "col" where columns != nil: .integer(column + 1)
    case "col0" where columns != nil: .integer(column)
    case "row" where columns != nil: .integer(row + 1)
    case "col_first" where columns != nil: .bool(column == 0)
    case "col_last" where columns != nil: .bool(isLastColumn)
    default: .null
    }
  }
}
