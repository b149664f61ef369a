public import Liquid
public import MIME

/// Why a campaign's message cannot be made, in words for the person who wrote it.
public enum ComposeError: Error, Sendable, CustomStringConvertible {
  /// A template does not compile; `part` is “subject”, “HTML body” or “text body”.
  case template(part: String, TemplateError)
  /// A template fails on one recipient's values.
  case rendering(part: String, RenderError)
  case header(field: String, HeaderError)
  case mailbox(field: String, Mailbox.ParseError)
  case noBody
  /// The stored values of a recipient are not what was written.
  case damagedFields
  case invalidRecipient(EmailAddress.ParseError)

  public var description: String {
    switch self {
    case .template(let part, let error): "the \(part) has an error at \(error)"
    case .rendering(let part, let error): "the \(part) cannot be made for this recipient: \(error)"
    case .header(let field, let error): "\(field): \(error)"
    case .mailbox(let field, let error): "\(field): \(error)"
    case .noBody: "the message has no body: give an HTML or a text body"
    case .damagedFields: "the recipient's stored values are damaged"
    case .invalidRecipient(let error): "the recipient's address is invalid: \(error)"
    }
  }
}
