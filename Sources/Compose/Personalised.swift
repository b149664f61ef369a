import Liquid
import Model

/// One template of a campaign with the places its values come from, looked up once.
struct Personalised: Sendable {
  /// Where the value of one of the template's names comes from.
  private enum Source: Sendable {
    case field(Int)
    case email
    case unsubscribeURL
    case constant(Value)
    /// All of the recipient's values, as `contact`.
    case contact
  }

  /// What goes out as it is, before and behind the template.
  private let before: [UInt8]
  private let after: [UInt8]
  private let template: Template
  private let sources: [Source]
  private let fieldNames: [[UInt8]]
  private let escaping: Escaping

  init(
    _ part: Footed, escaping: Escaping, fieldNames: [String], constants: [String: Value],
    isVerbatim: Bool
  ) throws(TemplateError) {
    let source = isVerbatim ? part.footer : part.source
    before = isVerbatim ? part.before : []
    after = isVerbatim ? part.after : []
    template = try Template(
      parsing: source, options: ParseOptions(singleBraceNames: FieldName.inSingleBraces))
    self.escaping = escaping
    self.fieldNames = fieldNames.map { [UInt8]($0.utf8) }
    sources = template.paths.map { path in
      if path == ["contact"] { return .contact }
      if path == ["unsubscribe_url"] { return .unsubscribeURL }
      let name = path.first == "contact" ? Array(path.dropFirst()) : path
      guard name.count == 1, let name = name.first else {
        return .constant(constants[path.joined(separator: ".")] ?? .null)
      }
      if let index = fieldNames.firstIndex(of: name) { return .field(index) }
      if name == "email" { return .email }
      return .constant(constants[name] ?? .null)
    }
  }

  /// Appends the template with one recipient's values.
  func render(
    _ recipient: RecipientValues, into output: inout [UInt8]
  ) throws(RenderError) {
    var slots: [Value] = []
    slots.reserveCapacity(sources.count)
    for source in sources {
      switch source {
      case .field(let index):
        slots.append(
          recipient.fields.indices.contains(index) ? .string(recipient.fields[index]) : .null)
      case .email: slots.append(.string(recipient.email))
      case .unsubscribeURL: slots.append(.string(recipient.unsubscribeURL))
      case .constant(let value): slots.append(value)
      case .contact: slots.append(contact(recipient))
      }
    }
    let globals: Value = template.usesDynamicNames ? contact(recipient) : .null
    output += before
    try template.render(slots, globals: globals, escaping: escaping, into: &output)
    output += after
  }

  private func contact(_ recipient: RecipientValues) -> Value {
    var object = Object()
    for (name, value) in zip(fieldNames, recipient.fields) { object[name] = .string(value) }
    if object[[UInt8]("email".utf8)] == nil {
      object[[UInt8]("email".utf8)] = .string(recipient.email)
    }
    return .object(object)
  }
}

/// What templates may know about one recipient.
struct RecipientValues {
  let email: [UInt8]
  let fields: [[UInt8]]
  let unsubscribeURL: [UInt8]
}
