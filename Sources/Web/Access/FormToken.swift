import Crypto
import HTTP

/// The hidden input that shows that a form was made by us for this very browser.
///
/// It is a keyed hash of the session's token, or of the visitor cookie before anybody has signed
/// in, so nothing has to be stored.
struct FormToken: Sendable {
  static let field = "csrf"
  let text: String

  init(for browser: [UInt8], key: SecretKey) {
    text = String(
      decoding: Token.base64URL(HMAC.sha256(browser, key: key)), as: UTF8.self)
  }

  var input: HTML { "<input type=\"hidden\" name=\"\(Self.field)\" value=\"\(text)\">" }

  func matches(_ form: FormFields) -> Bool {
    guard let given = form[Self.field] else { return false }
    return ConstantTime.areEqual(Array(given.utf8), Array(text.utf8))
  }
}
