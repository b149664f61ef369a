/// The colours that a reader chose; the cookie lets the server draw the page right at once.
enum Theme: String, CaseIterable {
  case system, light, dark

  static let cookie = "theme"

  /// The attribute of the `html` element.
  var attribute: HTML { self == .system ? "" : " data-theme=\"\(rawValue)\"" }
}
