import Octets

/// What `config show` prints: each setting with its value and source, secrets masked.
extension Configuration {
  private static let mask = "********"

  /// A setting's value as it may be shown.
  ///
  /// Of a database's address only the password is hidden, where it is plain to see which part
  /// that is.
  public func shown(_ setting: Setting) -> String? {
    guard let text = self[setting] else { return nil }
    guard setting.isSecret else { return text }
    return setting == .databaseURL ? Self.masked(url: text) : Self.mask
  }

  /// A line for each setting: name, value, source, in columns.
  public func listing() -> String {
    let rows = Setting.allCases.map { setting in
      (setting.name, shown(setting).map(Self.printable) ?? "-", source(of: setting).description)
    }
    let first = rows.map(\.0.count).max() ?? 0
    let second = min(44, rows.map(\.1.count).max() ?? 0)
    func padded(_ text: String, _ width: Int) -> String {
      text + String(repeating: " ", count: max(0, width - text.count))
    }
    return rows.map { "\(padded($0.0, first))  \(padded($0.1, second))  \($0.2)\n" }.joined()
  }

  /// One JSON object: `{"NAME":{"value":…,"source":…,"secret":…},…}`, with a line break.
  public func listingJSON() -> String {
    let members = Setting.allCases.map { setting in
      let value = shown(setting).map(Self.json) ?? "null"
      return "  \(Self.json(setting.name)): {\"value\": \(value), "
        + "\"source\": \(Self.json(source(of: setting).description)), "
        + "\"secret\": \(setting.isSecret)}"
    }
    return "{\n\(members.joined(separator: ",\n"))\n}\n"
  }

  private static func masked(url: String) -> String {
    guard !url.lowercased().contains("password="), let scheme = url.firstRange(of: "://"),
      let at = url.lastIndex(of: "@"), at >= scheme.upperBound
    else { return url.contains("@") || url.contains("=") ? mask : url }
    let user = url[scheme.upperBound..<at]
    guard let colon = user.firstIndex(of: ":") else { return url }
    return "\(url[..<colon]):\(mask)\(url[at...])"
  }

  /// Control characters would act on the terminal.
  private static func printable(_ text: String) -> String {
    let scalars = text.unicodeScalars.map { scalar in
      scalar.properties.generalCategory == .control ? "?" : scalar
    }
    return String(String.UnicodeScalarView(scalars))
  }

  /// A JSON string (RFC 8259 §7).
  private static func json(_ text: String) -> String {
    var json = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"", "\\": json += "\\\(scalar)"
      case "\n": json += "\\n"
      case "\r": json += "\\r"
      case "\t": json += "\\t"
      case "\u{0}"..<"\u{20}":
        json += scalar.value < 16 ? "\\u000" : "\\u00"
        json += String(scalar.value, radix: 16)
      default: json.unicodeScalars.append(scalar)
      }
    }
    return json + "\""
  }
}
