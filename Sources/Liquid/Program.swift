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
