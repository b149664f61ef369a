/// A mail account that messages leave through.
package struct Sender: Sendable {
  package let id: Identifier
  package let workspace: Identifier
  package var name: String
  package var host: String
  package var port: Int
  /// `implicit`, `required`, `opportunistic` or `none`.
  package var security: String
  package var user: String?
  /// The password, sealed under the key outside the database.
  package var sealedPassword: [UInt8]?

  package init(
    id: Identifier, workspace: Identifier, name: String, host: String, port: Int,
    security: String, user: String?, sealedPassword: [UInt8]?
  ) {
    self.id = id
    self.workspace = workspace
    self.name = name
    self.host = host
    self.port = port
    self.security = security
    self.user = user
    self.sealedPassword = sealedPassword
  }
}
