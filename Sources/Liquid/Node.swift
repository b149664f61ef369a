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
