/// Whether outputs are made safe for HTML.
public enum Escaping: Sendable {
  case none
  /// `&`, `<`, `>` and both quotes of outputs become entities, but not of ``Value/markup(_:)``.
  case html
}
