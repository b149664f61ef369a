import HTTP
import Model

/// A mail provider whose settings are known, so that nobody has to look them up.
enum SenderPreset: String, CaseIterable {
  case own, gmail, outlook, sandbox

  static let name = "preset"

  static func chosen(_ request: Request) -> SenderPreset {
    request.query[name].flatMap(SenderPreset.init) ?? .own
  }

  private var label: String {
    switch self {
    case .own: "Your own server"
    case .gmail: "Gmail"
    case .outlook: "Outlook and Microsoft 365"
    case .sandbox: "Sandbox"
    }
  }

  /// Links that fill the form in.
  static func tabs(_ request: Request) -> HTML {
    Tabs(
      label: "Providers", name: name,
      choices: allCases.map { ($0 == .own ? nil : $0.rawValue, $0.label, nil) }
    ).html(request)
  }

  /// The form as it is shown first; messages come from whoever sets it up.
  func form(for member: Member) -> Form {
    var values = [
      ("kind", "smtp"), ("port", "587"), ("security", SecurityMode.required.rawValue),
      ("from_name", member.user.name), ("from_address", member.user.email),
    ]
    switch self {
    case .own: break
    case .gmail:
      values += [
        ("name", "Gmail"), ("host", "smtp.gmail.com"), ("user", member.user.email),
        ("messages_per_hour", "20"),
      ]
    case .outlook:
      values += [
        ("name", "Outlook"), ("host", "smtp.office365.com"), ("user", member.user.email),
        ("messages_per_hour", "30"),
      ]
    case .sandbox:
      values[0].1 = "sandbox"
      values += [("name", "Sandbox")]
    }
    return Form(showing: values)
  }
}
