import Octets

/// Outputs, and the tags that do not loop.
extension Compiler {
  mutating func output(
    _ range: Range<Int>, at offset: Int, into list: inout NodeList
  ) throws(Fault) {
    // An empty output prints nothing, yet keeps the white space around it.
    let pipeline =
      try pipeline(range) ?? Pipeline(base: .literal(.null), filters: [], suspect: nil)
    pipelines.append(pipeline)
    list.add(.output(pipelines.count - 1), at: offset)
  }

  mutating func statement(
    _ tag: Tag, _ tokens: inout TokenSource, into list: inout NodeList
  ) throws(Fault) {
    switch tag.name {
    case "#": try inlineComment(tag)
    case "comment": try tokens.skip(comment: tag)
    case "doc":
      try expectNoMarkup(tag)
      _ = try tokens.skip(verbatim: tag, until: "enddoc")
    case "raw":
      try expectNoMarkup(tag)
      let range = try tokens.skip(verbatim: tag, until: "endraw")
      if !range.isEmpty {
        list.add(.text(range.lowerBound, range.upperBound), at: tag.offset)
      }
    case "echo": try output(tag.markup, at: tag.offset, into: &list)
    case "liquid": try lines(tag, into: &list)
    case "assign": try assign(tag, into: &list)
    case "capture": try capture(tag, &tokens, into: &list)
    case "increment", "decrement": try counter(tag, into: &list)
    case "cycle": try cycle(tag, into: &list)
    case "ifchanged":
      let (body, _) = try body(of: tag, &tokens, until: ["endifchanged"])
      list.add(.changed(emit(body)), at: tag.offset, blank: body.isBlank)
    case "break": list.add(.interrupt(.breaking), at: tag.offset)
    case "continue": list.add(.interrupt(.continuing), at: tag.offset)
    case "if", "unless": try branch(tag, &tokens, into: &list)
    case "case": try selection(tag, &tokens, into: &list)
    case "for": try forLoop(tag, &tokens, into: &list)
    case "tablerow": try tableRow(tag, &tokens, into: &list)
    case "include", "render": try inclusion(tag, into: &list)
    case "else", "elsif", "when": throw stray(tag)
    default:
      throw tag.name.hasPrefix("end")
        ? stray(tag) : Fault(at: tag.offset, "there is no tag '\(tag.name)'")
    }
  }

  private func expectNoMarkup(_ tag: Tag) throws(Fault) {
    guard tag.markup.isEmpty else {
      throw Fault(at: tag.markup.lowerBound, "'\(tag.name)' takes nothing after its name")
    }
  }

  /// Every line of an inline comment begins with `#`.
  private func inlineComment(_ tag: Tag) throws(Fault) {
    for line in text[tag.markup].split(separator: ASCII.lineFeed).dropFirst() {
      let line = line.trimmingASCIIWhitespace
      if let first = line.first, first != UInt8(ascii: "#") {
        throw Fault(at: line.startIndex, "each line of a comment begins with '#'")
      }
    }
  }

  /// The name that a tag gives a value, and where it ends.
  private func target(_ tag: Tag) throws(Fault) -> (name: [UInt8], end: Int) {
    let name = text[tag.markup].prefix { $0.isWord || $0 == ASCII.hyphen }
    guard let first = name.first, first != ASCII.hyphen else {
      throw Fault(at: tag.markup.lowerBound, "'\(tag.name)' needs a variable name")
    }
    return (Array(name), name.endIndex)
  }

  private mutating func assign(_ tag: Tag, into list: inout NodeList) throws(Fault) {
    let (name, end) = try target(tag)
    var lexemes = try Lexemes(text, end..<tag.markup.upperBound)
    _ = try lexemes.expect(.sign("="), "'='")
    pipelines.append(try pipeline(&lexemes))
    let number = bind(name)
    noteAssignment(number)
    list.add(.assign(name: number, pipelines.count - 1), at: tag.offset, blank: true)
  }

  private mutating func capture(
    _ tag: Tag, _ tokens: inout TokenSource, into list: inout NodeList
  ) throws(Fault) {
    let name: [UInt8]
    let lexemes = try? Lexemes(text, tag.markup)
    if let lexemes, lexemes.next.kind == .string, lexemes.afterNext.kind == .end {
      name = Array(text[lexemes.next.range])
    } else {
      let end: Int
      (name, end) = try target(tag)
      guard end == tag.markup.upperBound else {
        throw Fault(at: end, "'capture' takes one variable name")
      }
    }
    let (body, _) = try body(of: tag, &tokens, until: ["endcapture"])
    let number = bind(name)
    noteAssignment(number)
    list.add(.capture(name: number, emit(body)), at: tag.offset, blank: true)
  }

  private mutating func counter(_ tag: Tag, into list: inout NodeList) throws(Fault) {
    let (name, end) = try target(tag)
    guard end == tag.markup.upperBound else {
      throw Fault(at: end, "'\(tag.name)' takes one variable name")
    }
    let number = bind(name)
    list.add(
      tag.name == "increment" ? .increment(name: number) : .decrement(name: number),
      at: tag.offset)
  }

  private mutating func cycle(_ tag: Tag, into list: inout NodeList) throws(Fault) {
    var lexemes = try Lexemes(text, tag.markup)
    var group: Expression?
    var start = lexemes.index
    var values = [try expression(&lexemes)]
    if lexemes.take(":") {
      group = values.removeLast()
      start = lexemes.index
      values.append(try expression(&lexemes))
    }
    while lexemes.take(",") {
      if lexemes.isAtEnd { break }
      values.append(try expression(&lexemes))
    }
    try lexemes.expectEnd()
    // In a list, so that no group's name is ever the same as an unnamed cycle's items.
    let unnamed = Expression.literal(.array([.string(lexemes.canonical(from: start))]))
    cycles.append(Cycle(group: group ?? unnamed, values: values))
    list.add(.cycle(cycles.count - 1), at: tag.offset)
  }

  private mutating func branch(
    _ tag: Tag, _ tokens: inout TokenSource, into list: inout NodeList
  ) throws(Fault) {
    let end = "end\(tag.name)"
    var arms: [(condition: Condition?, body: NodeList)] = []
    var condition: Condition? = try condition(tag.markup)
    while true {
      let (body, next) = try body(of: tag, &tokens, until: ["elsif", "else", end])
      arms.append((condition, body))
      if next.name == end { break }
      condition = next.name == "elsif" ? try self.condition(next.markup) : nil
    }
    let isBlank = arms.allSatisfy(\.body.isBlank)
    var finished: [Arm] = []
    for (index, arm) in arms.enumerated() {
      var body = arm.body
      if isBlank { body.dropText() }
      finished.append(
        Arm(
          condition: arm.condition, isNegated: index == 0 && tag.name == "unless",
          block: emit(body)))
    }
    branches.append(finished)
    list.add(.branch(branches.count - 1), at: tag.offset, blank: isBlank)
  }

  private mutating func selection(
    _ tag: Tag, _ tokens: inout TokenSource, into list: inout NodeList
  ) throws(Fault) {
    var lexemes = try Lexemes(text, tag.markup)
    let subject = try expression(&lexemes)
    try lexemes.expectEnd()
    // What stands before the first alternative belongs to none and is never printed.
    var (_, next) = try body(of: tag, &tokens, until: ["when", "else", "endcase"])
    var alternatives: [(values: [Expression]?, body: NodeList)] = []
    while next.name != "endcase" {
      let values = next.name == "when" ? try self.values(next) : nil
      let (body, after) = try body(of: tag, &tokens, until: ["when", "else", "endcase"])
      alternatives.append((values, body))
      next = after
    }
    let isBlank = alternatives.allSatisfy(\.body.isBlank)
    var finished: [Selection.Alternative] = []
    for alternative in alternatives {
      var body = alternative.body
      if isBlank { body.dropText() }
      finished.append(.init(values: alternative.values, block: emit(body)))
    }
    selections.append(Selection(subject: subject, alternatives: finished))
    list.add(.select(selections.count - 1), at: tag.offset, blank: isBlank)
  }

  /// The values of a `when`, between commas or `or`.
  private mutating func values(_ tag: Tag) throws(Fault) -> [Expression] {
    var lexemes = try Lexemes(text, tag.markup)
    var values: [Expression] = []
    repeat {
      values.append(try expression(&lexemes))
    } while lexemes.take(",") || lexemes.take(word: "or")
    try lexemes.expectEnd()
    return values
  }
}
