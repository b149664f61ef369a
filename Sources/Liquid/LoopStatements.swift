import Octets

/// The tags that repeat, and those that bring in partials.
extension Compiler {
  mutating func forLoop(
    _ tag: Tag, _ tokens: inout TokenSource, into list: inout NodeList
  ) throws(Fault) {
    var loop = try loop(tag)
    bind(Array("forloop".utf8))
    enterScope(loop.name)
    enterScope(Self.forloop)
    var (body, end) = try body(of: tag, &tokens, until: ["else", "endfor"])
    leaveScope(loop.name)
    leaveScope(Self.forloop)
    var otherwise: NodeList?
    while end.name == "else" {
      let (more, next) = try self.body(of: tag, &tokens, until: ["else", "endfor"])
      (otherwise, end) = (more, next)
    }
    let isBlank = body.isBlank && otherwise?.isBlank ?? true
    if isBlank {
      body.dropText()
      otherwise?.dropText()
    }
    loop.body = emit(body)
    loop.otherwise = otherwise.map { emit($0) }
    loops.append(loop)
    list.add(.loop(loops.count - 1), at: tag.offset, blank: isBlank)
  }

  mutating func tableRow(
    _ tag: Tag, _ tokens: inout TokenSource, into list: inout NodeList
  ) throws(Fault) {
    var loop = try loop(tag)
    bind(Array("tablerowloop".utf8))
    enterScope(loop.name)
    enterScope(Self.tablerowloop)
    let (body, _) = try body(of: tag, &tokens, until: ["endtablerow"])
    leaveScope(loop.name)
    leaveScope(Self.tablerowloop)
    loop.body = emit(body)
    loops.append(loop)
    list.add(.table(loops.count - 1), at: tag.offset)
  }

  /// `item in collection`, then `reversed`, `limit:`, `offset:` and, for tables, `cols:`.
  private mutating func loop(_ tag: Tag) throws(Fault) -> Loop {
    var lexemes = try Lexemes(text, tag.markup)
    let name = Array(text[try lexemes.expect(.name, "a variable name").range])
    guard lexemes.take(word: "in") else { throw lexemes.unexpected(expected: "'in'") }
    let start = lexemes.index
    let collection = try expression(&lexemes)
    let title = name + [ASCII.hyphen] + lexemes.canonical(from: start)
    var loop = Loop(name: bind(name), title: title, collection: collection)
    let isTable = tag.name == "tablerow"
    loop.isReversed = !isTable && lexemes.take(word: "reversed")
    while !lexemes.isAtEnd {
      if lexemes.take(",") { continue }
      let attribute = lexemes.next
      let isLimit = lexemes.take(word: "limit")
      let isOffset = !isLimit && lexemes.take(word: "offset")
      let isColumns = !isLimit && !isOffset && isTable && lexemes.take(word: "cols")
      guard isLimit || isOffset || isColumns else {
        throw lexemes.unexpected(
          expected: isTable ? "'cols', 'limit' or 'offset'" : "'limit' or 'offset'")
      }
      guard lexemes.take(":") else { throw Fault(at: attribute.offset, "a ':' is missing") }
      if isOffset, !isTable, lexemes.take(word: "continue") {
        loop.offset = .resume
        continue
      }
      let value = try expression(&lexemes)
      if isLimit {
        loop.limit = value
      } else if isColumns {
        loop.columns = value
      } else {
        loop.offset = .value(value)
      }
    }
    return loop
  }

  mutating func inclusion(_ tag: Tag, into list: inout NodeList) throws(Fault) {
    var lexemes = try Lexemes(text, tag.markup)
    let isIsolated = tag.name == "render"
    let place = lexemes.next.offset
    let partial = try expression(&lexemes)
    if case .literal(.string(let name)) = partial {
      guard require(partial: name) else {
        throw Fault(
          at: place, "there is no partial '\(String(decoding: name, as: UTF8.self))'")
      }
      // 'include' hands over the variable of the same name, so its global must have a slot.
      if !isIsolated { _ = path(name, []) }
    } else {
      guard !isIsolated else { throw Fault(at: place, "'render' needs a quoted name") }
      requireAllPartials()
      usesDynamicNames = true
    }
    var inclusion = Inclusion(partial: partial, isIsolated: isIsolated)
    let isRepeated = lexemes.afterNext.kind != .sign(":") && lexemes.take(word: "for")
    if isRepeated || lexemes.afterNext.kind != .sign(":") && lexemes.take(word: "with") {
      inclusion.isRepeated = isRepeated
      inclusion.bound = try expression(&lexemes)
    }
    if lexemes.afterNext.kind != .sign(":"), lexemes.take(word: "as") {
      let alias = try lexemes.expect(.name, "a variable name")
      inclusion.alias = bind(Array(text[alias.range]))
    }
    while !lexemes.isAtEnd {
      if lexemes.take(",") { continue }
      let name = try lexemes.expect(.name, "a variable name")
      _ = try lexemes.expect(.sign(":"), "':'")
      let value = try expression(&lexemes)
      inclusion.attributes.append((bind(Array(text[name.range])), value))
    }
    if isIsolated, isRepeated { bind(Array("forloop".utf8)) }
    inclusions.append(inclusion)
    list.add(.include(inclusions.count - 1), at: tag.offset)
  }
}
