import HTTP

/// What a browser was answered.
struct Page {
  /// What was asked for.
  let address: String
  let response: Response
  let octets: [UInt8]

  var status: Status { response.status }
  var location: String? { response.fields["Location"] }
  /// The source.
  var text: String { String(decoding: octets, as: UTF8.self) }
  var title: String {
    text.firstMatch(of: /<title>(.*?)<\/title>/).map { Self.unescaped($0.1) } ?? ""
  }
  /// The `Set-Cookie` lines.
  var newCookies: [String] { response.fields.all("Set-Cookie") }

  /// What a reader sees, without tags, blanks run together.
  var words: String {
    let bare = text.replacing(/<(script|style|head)[^>]*>.*?<\/\1>/.dotMatchesNewlines(), with: " ")
      .replacing(/<[^>]*>/, with: " ")
    return Self.unescaped(bare[...]).split(whereSeparator: \.isWhitespace).joined(separator: " ")
  }

  /// The lines beside fields that say what is wrong.
  var errors: [String] {
    text.matches(of: /<p class="error"[^>]*>(.*?)<\/p>/.dotMatchesNewlines())
      .map { Self.unescaped($0.1) }
  }

  // MARK: Forms

  struct Form {
    /// `nil`: the page's own address.
    let action: String?
    let isMultipart: Bool
    /// What the browser would send if nothing was changed; buttons left out.
    let values: [(String, String)]

    subscript(name: String) -> String? { values.first { $0.0 == name }?.1 }
  }

  /// The form with this action, or the first POST form of the page's content.
  func form(_ action: String? = nil) -> Form? {
    if let action { return forms(in: text[...]).first { $0.action == action } }
    let main = text.firstRange(of: "<main").map { text[$0.lowerBound...] } ?? text[...]
    return forms(in: main).first
  }

  /// All forms that are sent by POST.
  var forms: [Form] { forms(in: text[...]) }

  private func forms(in source: Substring) -> [Form] {
    source.matches(of: /<form([^>]*)>(.*?)<\/form>/.dotMatchesNewlines()).compactMap { match in
      let tag = Self.attributes(match.1)
      guard tag["method"]?.lowercased() == "post" else { return nil }
      return Form(
        action: tag["action"], isMultipart: tag["enctype"] == "multipart/form-data",
        values: Self.values(in: match.2))
    }
  }

  private static func values(in source: Substring) -> [(String, String)] {
    let controls =
      /<input([^>]*)>|<textarea([^>]*)>(.*?)<\/textarea>|<select([^>]*)>(.*?)<\/select>/
      .dotMatchesNewlines()
    return source.matches(of: controls).compactMap { match in
      if let tag = match.1.map(attributes) { return input(tag) }
      if let tag = match.2.map(attributes), let name = tag["name"] {
        var text = unescaped(match.3 ?? "")
        // The first line break behind the tag belongs to the tag.
        if text.hasPrefix("\n") { text.removeFirst() }
        return (name, text)
      }
      if let tag = match.4.map(attributes), let name = tag["name"] {
        let options = (match.5 ?? "").matches(of: /<option([^>]*)>/).map { attributes($0.1) }
        let chosen = options.first { $0["selected"] != nil } ?? options.first
        return chosen.map { (name, $0["value"] ?? "") }
      }
      return nil
    }
  }

  private static func input(_ tag: [String: String]) -> (String, String)? {
    guard let name = tag["name"], tag["disabled"] == nil else { return nil }
    switch tag["type"] ?? "text" {
    case "file", "submit", "button", "image", "reset": return nil
    case "checkbox", "radio":
      return tag["checked"] == nil ? nil : (name, tag["value"] ?? "on")
    default: return (name, tag["value"] ?? "")
    }
  }

  private static func attributes(_ tag: Substring) -> [String: String] {
    var all: [String: String] = [:]
    for match in tag.matches(of: /([a-zA-Z-]+)(?:="([^"]*)")?/) {
      all[String(match.1).lowercased()] = match.2.map(unescaped) ?? ""
    }
    return all
  }

  private static func unescaped(_ text: Substring) -> String {
    String(text).replacing("&lt;", with: "<").replacing("&gt;", with: ">")
      .replacing("&quot;", with: "\"").replacing("&#39;", with: "'")
      .replacing("&amp;", with: "&")
  }
}
