import Octets

/// Turns source text into the tables of a ``Program``.
struct Compiler {
  private(set) var text: [UInt8] = []
  private(set) var units: [Unit] = []
  private(set) var nodes: [Node] = []
  private(set) var offsets: [Int] = []

  var pipelines: [Pipeline] = []
  var branches: [[Arm]] = []
  var selections: [Selection] = []
  var loops: [Loop] = []
  var cycles: [Cycle] = []
  var inclusions: [Inclusion] = []
  var partials: [Partial] = []
  private(set) var partialIndex: [[UInt8]: Int] = [:]

  private(set) var paths: [[[UInt8]]] = []
  private(set) var pathIndex: [[[UInt8]]: Int] = [:]
  private(set) var names: [[UInt8]: Int] = [:]
  private(set) var isBound: [Bool] = []
  var usesDynamicNames = false

  private let singleBraceNames: Set<[UInt8]>
  private let partialSources: [String: [UInt8]]
  /// How many partials at the front of `partials` are compiled.
  private var compiledPartials = 0
  private var depth = 0
  /// How many scopes make a name local at the place being parsed, by the number of the name.
  private var scopes: [Int: Int] = [:]
  private static let deepest = 100

  /// The numbers of the names that every loop binds.
  static let forloop = 0
  static let tablerowloop = 1

  private init(_ options: ParseOptions) {
    singleBraceNames = Set(options.singleBraceNames.map { [UInt8]($0.utf8) })
    partialSources = options.partials
    bind(Array("forloop".utf8))
    bind(Array("tablerowloop".utf8))
    // Only loops bind these two; without loops no lookup need ask.
    isBound = [false, false]
  }

  /// Compiles a template and all partials that it can reach.
  static func compile(
    _ source: [UInt8], options: ParseOptions
  ) throws(TemplateError) -> Program {
    var compiler = Compiler(options)
    let main = try compiler.unit(source, partial: nil)
    while compiler.compiledPartials < compiler.partials.count {
      try compiler.compileNextPartial()
    }
    return Program(compiler, main: main)
  }

  private mutating func compileNextPartial() throws(TemplateError) {
    let index = compiledPartials
    compiledPartials += 1
    let name = String(decoding: partials[index].name, as: UTF8.self)
    guard let source = partialSources[name] else { return }
    do throws(TemplateError) {
      partials[index].block = try unit(source, partial: name)
    } catch {
      // A partial that is only possibly named must not spoil a template that never names it.
      partials[index].error = error
      if !usesDynamicPartials { throw error }
    }
  }

  private var usesDynamicPartials = false

  private mutating func unit(
    _ source: [UInt8], partial: String?
  ) throws(TemplateError) -> Block {
    let start = text.count
    text.append(contentsOf: source)
    let unit = Unit(start: start, partial: partial)
    units.append(unit)
    do throws(Fault) {
      depth = 0
      scopes = [:]
      var tokens = TokenSource(
        .template, text, start..<text.count, singleBraceNames: singleBraceNames)
      var list = NodeList()
      if let end = try parse(&tokens, into: &list, until: []) { throw stray(end) }
      return emit(list)
    } catch {
      let place = unit.place(of: error.offset, in: text)
      throw TemplateError(
        line: place.line, column: place.column, message: error.message, partial: partial)
    }
  }

  /// Parses up to one of the tags named or the end.
  ///
  /// - Returns: The tag that ended it, `nil` at the end of the source.
  mutating func parse(
    _ tokens: inout TokenSource, into list: inout NodeList, until ends: Set<String>
  ) throws(Fault) -> Tag? {
    while let token = try tokens.next() {
      switch token {
      case .text(let range):
        let isBlank = text[range].allSatisfy(\.isASCIIWhitespace)
        list.add(.text(range.lowerBound, range.upperBound), at: range.lowerBound, blank: isBlank)
      case .output(let range, let offset):
        try output(range, at: offset, into: &list)
      case .tag(let tag):
        if ends.contains(tag.name) { return tag }
        try statement(tag, &tokens, into: &list)
      }
    }
    return nil
  }

  /// Parses the body of a tag up to one of the tags named, which must come.
  mutating func body(
    of tag: Tag, _ tokens: inout TokenSource, until ends: Set<String>
  ) throws(Fault) -> (NodeList, Tag) {
    try enter(at: tag.offset)
    defer { leave() }
    var list = NodeList()
    guard let end = try parse(&tokens, into: &list, until: ends) else {
      throw Fault(at: tag.offset, "'\(tag.name)' is never closed")
    }
    return (list, end)
  }

  /// Parses the lines of a `liquid` tag in place.
  mutating func lines(_ tag: Tag, into list: inout NodeList) throws(Fault) {
    try enter(at: tag.offset)
    defer { leave() }
    var tokens = TokenSource(.lines, text, tag.markup, singleBraceNames: [])
    if let end = try parse(&tokens, into: &list, until: []) { throw stray(end) }
  }

  func stray(_ tag: Tag) -> Fault { Fault(at: tag.offset, "'\(tag.name)' is not expected here") }

  /// Goes a level deeper into blocks or brackets.
  mutating func enter(at offset: Int) throws(Fault) {
    guard depth < Self.deepest else {
      throw Fault(at: offset, "more than \(Self.deepest) levels inside one another")
    }
    depth += 1
  }

  mutating func leave() { depth -= 1 }

  mutating func emit(_ list: NodeList) -> Block {
    let start = nodes.count
    nodes.append(contentsOf: list.nodes)
    offsets.append(contentsOf: list.offsets)
    return Block(start: start, end: nodes.count)
  }

  mutating func number(ofName name: [UInt8]) -> Int {
    if let number = names[name] { return number }
    names[name] = isBound.count
    isBound.append(false)
    return isBound.count - 1
  }

  /// Notes that a tag gives this name a value.
  @discardableResult
  mutating func bind(_ name: [UInt8]) -> Int {
    let number = number(ofName: name)
    isBound[number] = true
    return number
  }

  /// Notes that from here on the name certainly is a local variable, so it needs no slot.
  mutating func enterScope(_ name: Int) { scopes[name, default: 0] += 1 }

  mutating func leaveScope(_ name: Int) { scopes[name, default: 1] -= 1 }

  /// Notes an assignment; only one outside of all blocks is sure to happen.
  mutating func noteAssignment(_ name: Int) {
    if depth == 0 { enterScope(name) }
  }

  func isCertainlyLocal(_ name: Int) -> Bool { scopes[name, default: 0] > 0 }

  mutating func slot(_ path: [[UInt8]]) -> Int {
    if let slot = pathIndex[path] { return slot }
    paths.append(path)
    pathIndex[path] = paths.count - 1
    return paths.count - 1
  }

  /// Notes that the template uses this partial; it is compiled once, however often it is used.
  ///
  /// - Returns: Whether there is such a partial.
  mutating func require(partial name: [UInt8]) -> Bool {
    if partialIndex[name] != nil { return true }
    guard partialSources[String(decoding: name, as: UTF8.self)] != nil else { return false }
    partialIndex[name] = partials.count
    let last = name.split(separator: UInt8(ascii: "/")).last.map(Array.init) ?? name
    partials.append(Partial(name: name, variable: bind(last)))
    return true
  }

  /// Notes that the template may use any partial.
  mutating func requireAllPartials() {
    usesDynamicPartials = true
    for name in partialSources.keys.sorted() { _ = require(partial: [UInt8](name.utf8)) }
  }

  /// The nodes, in which an output of a plain global is the quick ``Node/slot(_:)``.
  func nodesWithSimpleSlots() -> [Node] {
    nodes.map { node in
      guard case .output(let index) = node, pipelines[index].filters.isEmpty,
        case .path(let path) = pipelines[index].base, path.rest.isEmpty, !isBound[path.name],
        let slot = path.slot
      else { return node }
      return .slot(slot)
    }
  }
}

/// The nodes of a body while it is being parsed.
struct NodeList {
  private(set) var nodes: [Node] = []
  private(set) var offsets: [Int] = []
  /// Whether nothing in the body prints more than white space.
  private(set) var isBlank = true

  mutating func add(_ node: Node, at offset: Int, blank: Bool = false) {
    nodes.append(node)
    offsets.append(offset)
    isBlank = isBlank && blank
  }

  /// Takes the literal text out of a blank body, which prints nothing then.
  mutating func dropText() {
    let kept = nodes.indices.filter { if case .text = nodes[$0] { false } else { true } }
    offsets = kept.map { offsets[$0] }
    nodes = kept.map { nodes[$0] }
  }
}
