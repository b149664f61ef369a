import Octets

/// One rendering of a program: the output so far, the variables, and what may still be spent.
struct Renderer {
  /// What a name stands for, other than a global.
  struct Cell {
    /// By a loop or an inclusion, as long as it lasts.
    var scoped: Value?
    /// By `assign` or `capture`.
    var assigned: Value?
    /// By `increment` or `decrement`.
    var counter: Int?
  }

  /// A loop that is running.
  struct LoopState {
    var title: [UInt8]
    var length: Int
    var index = 0
    /// The number of the loop around this one.
    var parent: Int?
    /// `nil` unless this is a table.
    var columns: Int?
  }

  let program: Program
  let slots: [Value]
  let globals: Value
  let escaping: Escaping
  let limits: RenderLimits
  let now: Timestamp?

  var output: [UInt8] = []
  var missing = MissingNames()
  /// How much of our output is kept aside while a capture fills `output`; negative by what was
  /// in it before us.
  private var aside: Int

  var cells: [Cell]
  var loops: [LoopState] = []
  /// The number of the innermost `for`.
  var innermostLoop: Int?
  /// Where the last loop of each title stopped.
  var resumption: [[UInt8]: Int] = [:]
  var cyclePositions: [Value: Int] = [:]
  var lastChanged: [UInt8] = []
  var isIsolated = false

  private var current = 0
  private var depth = 0
  private(set) var steps: Int
  private(set) var work: Int

  /// Takes the octets of `output` over until ``finish(_:_:)`` gives them back, so that they are
  /// never copied.
  init(
    _ program: Program, slots: [Value], globals: Value, escaping: Escaping, limits: RenderLimits,
    now: Timestamp?, output: inout [UInt8]
  ) {
    self.program = program
    self.slots = slots
    self.globals = globals
    self.escaping = escaping
    self.limits = limits
    self.now = now
    aside = -output.count
    cells =
      program.bindsNames ? Array(repeating: Cell(), count: program.isBound.count) : []
    steps = limits.steps
    work = limits.workBytes
    swap(&self.output, &output)
  }

  mutating func renderMain() throws(RenderError) { _ = try run(program.main) }

  mutating func finish(_ output: inout [UInt8], _ missing: inout MissingNames) {
    swap(&self.output, &output)
    if missing.isEmpty {
      missing = self.missing
    } else {
      for slot in self.missing.slots { missing.insert(slot) }
    }
  }

  /// Where the node being executed is in its source.
  var place: (line: Int, column: Int, partial: String?) {
    guard current < program.offsets.count else { return (1, 1, nil) }
    let offset = program.offsets[current]
    guard let unit = program.units.last(where: { $0.start <= offset }) else { return (1, 1, nil) }
    let place = unit.place(of: offset, in: program.text)
    return (place.line, place.column, unit.partial)
  }

  mutating func spend(steps count: Int) throws(RenderError) {
    guard count <= steps else {
      throw RenderError(.limit, "the template takes more than \(limits.steps) steps")
    }
    steps -= count
  }

  mutating func spend(bytes count: Int) throws(RenderError) {
    guard count <= work else {
      throw RenderError(.limit, "the template works on more than \(limits.workBytes) bytes")
    }
    work -= count
  }

  private func checkOutput() throws(RenderError) {
    guard output.count &+ aside <= limits.outputBytes else {
      throw RenderError(.limit, "the output is longer than \(limits.outputBytes) bytes")
    }
  }

  mutating func run(_ block: Block) throws(RenderError) -> Interrupt {
    guard depth < limits.depth else {
      throw RenderError(.limit, "more than \(limits.depth) blocks or partials in one another")
    }
    depth += 1
    defer { depth -= 1 }
    var index = block.start
    while index < block.end {
      current = index
      if steps == 0 { try spend(steps: 1) }
      steps &-= 1
      switch program.nodes[index] {
      case .text(let start, let end): appendText(start, end)
      case .slot(let slot): try appendSlot(slot)
      case .interrupt(let interrupt): return interrupt
      case let node:
        let interrupt = try run(node)
        if interrupt != .none { return interrupt }
      }
      try checkOutput()
      index &+= 1
    }
    return .none
  }

  /// All nodes but the simplest, which stay in the loop above.
  private mutating func run(_ node: Node) throws(RenderError) -> Interrupt {
    switch node {
    case .text, .slot, .interrupt: break
    case .output(let index): try write(program.pipelines[index])
    case .assign(let name, let index):
      cells[name].assigned = try evaluate(program.pipelines[index])
    case .capture(let name, let block):
      let (text, interrupt) = try captured(block)
      cells[name].assigned = escaping == .html ? .markup(text) : .string(text)
      return interrupt
    case .branch(let index): return try runBranch(program.branches[index])
    case .select(let index): return try runSelection(program.selections[index])
    case .loop(let index): return try runLoop(program.loops[index])
    case .table(let index): return try runTable(program.loops[index])
    case .increment(let name):
      let count = cells[name].counter ?? 0
      output.append(decimal: count)
      cells[name].counter = count &+ 1
    case .decrement(let name):
      let count = (cells[name].counter ?? 0) &- 1
      output.append(decimal: count)
      cells[name].counter = count
    case .cycle(let index): try runCycle(program.cycles[index])
    case .changed(let block):
      let (text, interrupt) = try captured(block)
      if text != lastChanged {
        output.append(contentsOf: text)
        lastChanged = text
      }
      return interrupt
    case .include(let index): return try runInclusion(program.inclusions[index])
    }
    return .none
  }

  @inline(__always)
  private mutating func appendText(_ start: Int, _ end: Int) {
    program.text.withUnsafeBufferPointer { text in
      output.append(contentsOf: UnsafeBufferPointer(rebasing: text[start..<end]))
    }
  }

  @inline(__always)
  private mutating func appendSlot(_ slot: Int) throws(RenderError) {
    if slot < slots.count, case .string(let text) = slots[slot], !text.isEmpty {
      append(escaping: text)
    } else {
      let value = slot < slots.count ? slots[slot] : .null
      if value.isMissing { missing.insert(slot) }
      try append(value)
    }
  }

  @inline(__always)
  private mutating func append(escaping text: [UInt8]) {
    switch escaping {
    case .none: output.append(contentsOf: text)
    case .html: HTMLEscape.append(text, to: &output)
    }
  }

  /// Prints a value as an output does.
  mutating func append(_ value: Value) throws(RenderError) {
    switch value {
    case .null, .empty, .blank, .loop: break
    case .string(let text): append(escaping: text)
    case .markup(let text): output.append(contentsOf: text)
    case .integer(let number): output.append(decimal: number)
    default: append(escaping: try text(of: value))
    }
    try checkOutput()
  }

  private mutating func write(_ pipeline: Pipeline) throws(RenderError) {
    let base = try evaluate(pipeline.base)
    if base.isMissing, let path = pipeline.suspect, let slot = path.slot,
      !program.isBound[path.name] || local(path.name) == nil
    {
      missing.insert(slot)
    }
    try append(try filtered(base, pipeline.filters))
  }

  /// What a block prints, kept from the output.
  private mutating func captured(_ block: Block) throws(RenderError) -> ([UInt8], Interrupt) {
    let outer = output
    output = []
    aside += outer.count
    let interrupt: Interrupt
    do throws(RenderError) {
      interrupt = try run(block)
    } catch {
      // The output must be whole again, whatever the block came to.
      output = outer
      throw error
    }
    aside -= outer.count
    let text = output
    output = outer
    try spend(bytes: text.count)
    return (text, interrupt)
  }

  private mutating func runBranch(_ arms: [Arm]) throws(RenderError) -> Interrupt {
    for arm in arms {
      guard let condition = arm.condition else { return try run(arm.block) }
      if try holds(condition) != arm.isNegated { return try run(arm.block) }
    }
    return .none
  }

  /// A block runs once for each of its values that matches; `else` runs if none did before it.
  private mutating func runSelection(_ selection: Selection) throws(RenderError) -> Interrupt {
    let subject = try evaluate(selection.subject)
    var isMatched = false
    for alternative in selection.alternatives {
      guard let values = alternative.values else {
        if isMatched { continue }
        let interrupt = try run(alternative.block)
        if interrupt != .none { return interrupt }
        continue
      }
      for value in values where try equals(subject, try evaluate(value)) {
        isMatched = true
        let interrupt = try run(alternative.block)
        if interrupt != .none { return interrupt }
      }
    }
    return .none
  }

  private mutating func runCycle(_ cycle: Cycle) throws(RenderError) {
    let group = try evaluate(cycle.group)
    try spend(bytes: weight(of: group))
    let position = cyclePositions[group] ?? 0
    if position < cycle.values.count { try append(try evaluate(cycle.values[position])) }
    cyclePositions[group] = position + 1 < cycle.values.count ? position + 1 : 0
  }
}
