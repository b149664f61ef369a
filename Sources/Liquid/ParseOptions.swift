/// What a template may use beside its own text.
public struct ParseOptions: Sendable {
  /// Names accepted in single braces, as `{first_name}`; all other single braces are text.
  public var singleBraceNames: Set<String>
  /// The templates that `include` and `render` may name.
  public var partials: [String: [UInt8]]

  public init(singleBraceNames: Set<String> = [], partials: [String: [UInt8]] = [:]) {
    self.singleBraceNames = singleBraceNames
    self.partials = partials
  }
}
