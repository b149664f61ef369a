/// How much a template may ask for before its rendering ends with an error.
public struct RenderLimits: Sendable {
  /// Tags and outputs executed, and items touched by loops and filters.
  public var steps: Int
  public var outputBytes: Int
  /// Octets that filters and captures produce on the way to the output, and those they compare.
  public var workBytes: Int
  /// Blocks and partials inside one another.
  public var depth: Int

  public init(steps: Int, outputBytes: Int, workBytes: Int, depth: Int) {
    self.steps = steps
    self.outputBytes = outputBytes
    self.workBytes = workBytes
    self.depth = depth
  }

  public static let standard = RenderLimits(
    steps: 1_000_000, outputBytes: 8 << 20, workBytes: 16 << 20, depth: 100)
}
