import CAssets
import Crypto
import Model
import Octets
import Storage
import Web
import Workers

/// The Nordlicht paper workshop: made-up people, a letter, and a campaign ready for the sandbox.
struct DemoCompany: Sendable {
  private static let email = "kaethe@nordlicht.test"
  private let installation: Installation

  init(_ installation: Installation) { self.installation = installation }

  /// Loads the company into an empty installation.
  ///
  /// - Returns: Its user; `nil` where other people live already.
  func load(isEmpty: Bool) async throws -> User? {
    let store = installation.store
    guard isEmpty else { return try await store.users.find(email: Self.email) }
    let accounts = Accounts(store: store, keys: installation.keys)
    let user = try await accounts.makeUser(
      email: Self.email, password: Token(bits: 160).text, name: "Käthe",
      isAdministrator: true, workspaceName: "Nordlicht Paper Workshop")
    let workspace = user.workspace
    guard var sender = try await store.senders.all(in: workspace).first else { return nil }
    sender.fromName = "Käthe from Nordlicht"
    sender.fromAddress = Self.email
    try await store.senders.update(sender)
    let audience = try await addFriends(to: workspace)
    let template = try await addTemplate(to: workspace)
    var campaign = Campaign(
      id: .new(), workspace: workspace, name: "The autumn workshop is open", state: .draft,
      content: CampaignContent(
        subject: template.subject, html: template.html, text: template.text,
        from: "\(sender.fromName) <\(sender.fromAddress)>"),
      sender: sender.id, audience: audience.id, inDoubt: .hold, createdAt: .now())
    campaign.template = template.id
    campaign.createdBy = user.email
    try await store.campaigns.add(campaign, now: .now())
    return user
  }

  /// The list comes in as any upload does: the engine reads the file.
  private func addFriends(to workspace: Identifier) async throws -> Audience {
    let name = "workshop-friends.csv"
    let stored = Token(bits: 160, as: .base32).text
    let path = "\(installation.folder.uploads)/\(stored)"
    try installation.folder.write(Self.file(name), to: path)
    let survey = try Importer.survey(path, column: nil)
    let audience = Audience(
      id: .new(), workspace: workspace, file: stored,
      fieldNames: survey.columns.map(FieldName.of(column:)),
      emailColumn: survey.emailColumn, offset: survey.offset, line: survey.line,
      name: "Friends of the workshop", createdAt: .now())
    try await installation.store.audiences.add(audience, now: .now())
    return audience
  }

  private func addTemplate(to workspace: Identifier) async throws -> MailTemplate {
    let template = MailTemplate(
      id: .new(), workspace: workspace, name: "Workshop letter",
      subject: "The autumn workshop is open, {{ first_name | default: \"friend\" }}",
      html: Self.file("letter.html"), text: Self.file("letter.txt"), createdAt: .now(),
      changedAt: .now())
    try await installation.store.templates.add(template)
    return template
  }

  private static func file(_ name: String) -> [UInt8] {
    guard let asset = martlet_demo_file(name)?.pointee else { return [] }
    return Array(UnsafeBufferPointer(start: asset.bytes, count: asset.count))
  }
}
