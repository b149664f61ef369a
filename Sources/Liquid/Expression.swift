/// What yields a value: a literal, a variable with a path behind it, or a range.
indirect enum Expression: Sendable {
  case literal(Value)
  case path(Path)
  /// A variable whose name is itself a value, as in `[name].size`.
  case dynamic(Expression, [Part])
  case range(Expression, Expression)
}

/// A variable by name and the way from it to the value.
struct Path: Sendable {
  let name: Int
  /// The slot that has as much of the path as is known beforehand; `nil` for a local variable.
  let slot: Int?
  /// The way from the variable, for when a local variable has this name.
  let parts: [Part]
  /// The way from the slot.
  let rest: [Part]
}

/// One step from a value into it.
enum Part: Sendable {
  /// `.name`, which also knows `size`, `first` and `last`.
  case member([UInt8])
  /// `["name"]` or `[expression]`.
  case index(Expression)
}

/// An expression and the filters that its value goes through.
struct Pipeline: Sendable {
  let base: Expression
  let filters: [FilterCall]
  /// The global that an empty output is blamed on, `nil` when there is none or a default.
  let suspect: Path?
}

/// One filter with its arguments.
struct FilterCall: Sendable {
  let filter: Filter
  let arguments: [Expression]
  /// The named argument of `default`.
  let allowFalse: Expression?
}

/// Comparisons joined by `and` and `or`, which are of equal rank and group from the right.
struct Condition: Sendable {
  enum Join: Sendable { case and, or }

  var comparisons: [Comparison]
  /// One fewer than comparisons.
  var joins: [Join]
}

/// Two expressions and how they should relate, or one that should be truthy.
struct Comparison: Sendable {
  enum Relation: Sendable {
    case equal, unequal, less, atMost, greater, atLeast, contains
  }

  let left: Expression
  let relation: Relation?
  let right: Expression
}
