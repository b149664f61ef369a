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
    steps: 1_000_000, outputBytes: 8 << 20, workBytes: 16 << 20, depth: 100)
}
