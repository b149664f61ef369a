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
