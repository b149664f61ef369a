import Crypto
import HTTP
import Model
import Octets
import Storage
import TimeZones

/// A visit of someone who has signed in.
struct Member: Sendable {
  let visit: Visit
  let user: User
  let workspace: Workspace
  /// The digest of the session's token.
  let digest: [UInt8]

  var request: Request { visit.request }
  var site: Site { visit.site }
  var store: Store { visit.site.store }
  var now: Timestamp { visit.now }
  /// The workspace that every statement is scoped by.
  var home: Identifier { workspace.id }
  var zone: Zone { (try? Zone(named: workspace.timeZone)) ?? .utc }
  var formToken: FormToken { FormToken(for: digest, key: site.formKey) }

  /// Reads a form and asks for its token.
  ///
  /// - Throws: ``PageError/staleForm`` when the token is missing or another session's, or when the
  ///   session has ended while the form came in.
  func form(file: ((FilePiece) async throws -> Void)? = nil) async throws -> Form {
    let fields = try await request.form(upTo: 8 << 20, file: file)
    // A body may take hours: whoever was shut out meanwhile must not use the rights of before.
    guard formToken.matches(fields), try await isWelcome() else { throw PageError.staleForm }
    return Form(fields)
  }

  /// Whether the session that the visit began with has not been ended since.
  func isWelcome() async throws -> Bool {
    try await store.sessions.find(digest: digest, now: now) != nil
  }

  /// The identifier in the address.
  ///
  /// - Throws: ``PageError/notFound`` when it is none of this kind.
  func identifier(_ kind: Identifier.Kind, _ name: String = "id") throws -> Identifier {
    guard let id = request.parameters[name].flatMap({ Identifier($0, kind) }) else {
      throw PageError.notFound
    }
    return id
  }

  func redirect(to path: String, _ notice: Notice? = nil) -> Response {
    visit.redirect(to: path, notice)
  }
}
