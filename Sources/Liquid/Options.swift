/// What a template may use beside its own text.
package struct ParseOptions: Sendable {
  /// Names accepted in single braces, as `{first_name}`; all other single braces are text.
  package var singleBraceNames: Set<String>
  /// The templates that `include` and `render` may name.
  package var partials: [String: [UInt8]]

  package init(singleBraceNames: Set<String> = [], partials: [String: [UInt8]] = [:]) {
    self.singleBraceNames = singleBraceNames
    self.partials = partials
  }
}

/// Whether outputs are made safe for HTML.
package enum Escaping: Sendable {
  case none
  /// `&`, `<`, `>` and both quotes of outputs become entities, but not of ``Value/markup(_:)``.
  case html
}

/// How much a template may ask for before its rendering ends with an error.
package struct RenderLimits: Sendable {
  /// Tags and outputs executed, and items touched by loops and filters.
  package var steps: Int
  package var outputBytes: Int
  /// Octets that filters and captures produce on the way to the output, and those they compare.
  package var workBytes: Int
  /// Blocks and partials inside one another.
  package var depth: Int

  package init(steps: Int, outputBytes: Int, workBytes: Int, depth: Int) {
    self.steps = steps
    self.outputBytes = outputBytes
    self.workBytes = workBytes
    self.depth = depth
  }

  package static let standard = RenderLimits(
    steps: 1_000_000, outputBytes: 8 << 20, workBytes: 32 << 20, depth: 100)
}

/// The slots that a rendering printed although there was nothing in them.
///
/// An output with a `default` filter does not count, nor does a mere condition.
package struct MissingNames: Sendable, Equatable {
  private var words: [UInt64] = []

  package init() {}

  package var isEmpty: Bool { words.isEmpty }

  /// Indices into ``Template/paths``, ascending.
  package var slots: [Int] {
    words.enumerated().flatMap { index, word in
      (0..<64).filter { word >> UInt64($0) & 1 == 1 }.map { index * 64 + $0 }
    }
  }

  package mutating func insert(_ slot: Int) {
    while words.count <= slot / 64 { words.append(0) }
    words[slot / 64] |= 1 << UInt64(slot % 64)
  }
}
