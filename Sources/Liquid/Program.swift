/// A compiled template with the partials it uses: nodes in one array, what they need in tables.
///
/// A class only so that the many holders of a template share one reference; nothing changes.
final class Program: Sendable {
  /// The sources of the template and its partials, one after another.
  let text: [UInt8]
  let units: [Unit]
  let nodes: [Node]
  /// Where each node began in `text`.
  let offsets: [Int]
  let main: Block

  let pipelines: [Pipeline]
  let branches: [[Arm]]
  let selections: [Selection]
  let loops: [Loop]
  let cycles: [Cycle]
  let inclusions: [Inclusion]
  let partials: [Partial]
  let partialIndex: [[UInt8]: Int]

  let paths: [[[UInt8]]]
  let pathIndex: [[[UInt8]]: Int]
  let names: [[UInt8]: Int]
  /// Whether the name may stand for something other than a global, by the number of the name.
  let isBound: [Bool]
  let bindsNames: Bool
  let usesDynamicNames: Bool

  init(_ compiler: consuming Compiler, main: Block) {
    self.main = main
    text = compiler.text
    units = compiler.units
    offsets = compiler.offsets
    pipelines = compiler.pipelines
    branches = compiler.branches
    selections = compiler.selections
    loops = compiler.loops
    cycles = compiler.cycles
    inclusions = compiler.inclusions
    partials = compiler.partials
    partialIndex = compiler.partialIndex
    paths = compiler.paths
    pathIndex = compiler.pathIndex
    names = compiler.names
    isBound = compiler.isBound
    bindsNames = compiler.isBound.contains(true)
    usesDynamicNames = compiler.usesDynamicNames
    nodes = compiler.nodesWithSimpleSlots()
  }
}

/// One source text inside the compiled text.
struct Unit: Sendable {
  let start: Int
  /// `nil` for the template itself.
  let partial: String?

  /// Line and column, both counted from 1, of an offset into `text`.
  func place(of offset: Int, in text: [UInt8]) -> (line: Int, column: Int) {
    var line = 1
    var column = 1
    for octet in text[start..<Swift.max(start, Swift.min(offset, text.count))] {
      if octet == 0x0A {
        line += 1
        column = 1
      } else if !octet.isContinuation {
        column += 1
      }
    }
    return (line, column)
  }
}

/// Nodes that run one after another, by their positions.
struct Block: Sendable {
  let start: Int
  let end: Int
}

/// One step of a template; it owns nothing, so that walking over nodes counts no references.
enum Node: Sendable {
  /// The literal text between two offsets.
  case text(Int, Int)
  /// Prints a global as it is.
  case slot(Int)
  case output(Int)
  case assign(name: Int, Int)
  case capture(name: Int, Block)
  case branch(Int)
  case select(Int)
  case loop(Int)
  case table(Int)
  case interrupt(Interrupt)
  case increment(name: Int)
  case decrement(name: Int)
  case cycle(Int)
  case changed(Block)
  case include(Int)
}

/// What a block ends with, other than its end.
enum Interrupt: Sendable {
  case none
  case breaking
  case continuing
}

/// One `if`, `elsif` or `else` with what it guards.
struct Arm: Sendable {
  /// `nil` always holds.
  let condition: Condition?
  let isNegated: Bool
  let block: Block
}

/// A `case` with its alternatives.
struct Selection: Sendable {
  /// One `when` or `else` with what it guards.
  struct Alternative: Sendable {
    /// `nil` for `else`.
    let values: [Expression]?
    let block: Block
  }

  let subject: Expression
  let alternatives: [Alternative]
}

/// A `for` or `tablerow`.
struct Loop: Sendable {
  enum Offset: Sendable {
    case value(Expression)
    /// Where the last loop of the same title stopped.
    case resume
  }

  let name: Int
  /// As in `item-order.items`: what `offset: continue` goes by.
  let title: [UInt8]
  let collection: Expression
  var isReversed = false
  var limit: Expression?
  var offset: Offset?
  var columns: Expression?
  var body = Block(start: 0, end: 0)
  var otherwise: Block?
}

/// A `cycle` through values.
struct Cycle: Sendable {
  /// The group that shares a position.
  let group: Expression
  let values: [Expression]
}

/// An `include` or `render` of a partial.
struct Inclusion: Sendable {
  let partial: Expression
  /// Whether the partial sees no local variables (`render`).
  let isIsolated: Bool
  var bound: Expression?
  /// Whether `bound` is gone through item by item (`for`, not `with`).
  var isRepeated = false
  var alias: Int?
  var attributes: [(name: Int, value: Expression)] = []
}

/// A template that others may name.
struct Partial: Sendable {
  let name: [UInt8]
  /// The variable that takes the value an inclusion hands over: the last part of the name.
  let variable: Int
  /// `nil` when the text could not be compiled.
  var block: Block?
  var error: TemplateError?
}
