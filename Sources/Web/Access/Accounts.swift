import Compose
public import Crypto
import MIME
public import Model
public import Octets
public import Storage

/// Makes accounts, checks passwords, and gives out links that let somebody in once.
public struct Accounts: Sendable {
  let store: Store
  let keys: KeyRing
  let hasher: PasswordHasher
  let throttle: Throttle
  let clock: @Sendable () -> Timestamp

  public init(
    store: Store, keys: KeyRing, cost: PasswordHash.Cost = .standard,
    clock: @escaping @Sendable () -> Timestamp = { .now() }
  ) {
    self.store = store
    self.keys = keys
    self.clock = clock
    hasher = PasswordHasher(cost: cost)
    throttle = Throttle(
      tries: store.accessTries, key: keys.current.subkey(for: "web.access-tries"))
  }

  /// Why an account was not made or changed; `description` is a sentence for people.
  public enum Refusal: Error, Equatable, CustomStringConvertible {
    case notAnAddress(String)
    case weakPassword(String)
    case addressTaken
    case noSuchUser
    /// The link has been used, or its time is over.
    case linkUsed

    public var description: String {
      switch self {
      case .notAnAddress(let text): "“\(text)” is not an e-mail address."
      case .weakPassword(let sentence): sentence
      case .addressTaken: "There is an account with this address already."
      case .noSuchUser: "There is no account with this address."
      case .linkUsed: "This link has been used already, or its time is over."
      }
    }
  }

  // MARK: Making

  /// Makes a user with a workspace of their own, its link key sealed, and a sandbox sender in it.
  ///
  /// The very first user gets the oldest workspace, if there is one: what `martlet send` did before
  /// anybody had an account is theirs.
  ///
  /// `link` is the digest of a link that is used up by it.
  ///
  /// - Throws: ``Refusal``, or what the store throws.
  @discardableResult
  public func makeUser(
    email: String, password: String, name: String = "", isAdministrator: Bool = false,
    workspaceName: String = "", timeZone: String = "UTC", through link: [UInt8]? = nil
  ) async throws -> User {
    let hash = try await accept(email, password)
    let now = clock()
    var workspace = newWorkspace(
      workspaceName.isEmpty ? (name.isEmpty ? email : name) : workspaceName, timeZone)
    let isFirst = try await store.users.count() == 0
    if isFirst {
      var oldest = try await store.workspaces.first(orAdd: workspace, now: now)
      oldest.name = workspace.name
      oldest.timeZone = workspace.timeZone
      workspace = oldest
    }
    let user = User(
      id: .new(), workspace: workspace.id, email: email, name: name, passwordHash: hash.text,
      isAdministrator: isAdministrator, createdAt: now)
    let sandbox = sandboxSender(for: user)
    if let link { try await use(link, now) }
    if isFirst {
      try await adopt(workspace, for: user, sandbox: sandbox, now)
    } else {
      guard try await store.users.register(user, with: workspace, sandbox: sandbox, now: now) else {
        throw Refusal.addressTaken
      }
    }
    return user
  }

  /// Makes a user who works in a workspace that exists.
  ///
  /// - Throws: As ``makeUser(email:password:name:isAdministrator:workspaceName:timeZone:through:)``.
  @discardableResult
  public func makeUser(
    email: String, password: String, name: String = "", isAdministrator: Bool = false,
    joining workspace: Identifier, through link: [UInt8]? = nil
  ) async throws -> User {
    let hash = try await accept(email, password)
    let now = clock()
    let user = User(
      id: .new(), workspace: workspace, email: email, name: name, passwordHash: hash.text,
      isAdministrator: isAdministrator, createdAt: now)
    // A link is not lost to an address that is taken.
    guard try await store.users.find(email: email) == nil else { throw Refusal.addressTaken }
    if let link { try await use(link, now) }
    guard try await store.users.add(user, now: now) else { throw Refusal.addressTaken }
    return user
  }

  /// Checks what a new account is to have, and hashes its password.
  private func accept(_ email: String, _ password: String) async throws -> PasswordHash {
    guard (try? EmailAddress(Array(email.utf8)[...])) != nil else {
      throw Refusal.notAnAddress(email)
    }
    if let refusal = PasswordRule.refusal(of: password, email: email) {
      throw Refusal.weakPassword(refusal)
    }
    return try await hasher.hash(password)
  }

  private func use(_ link: [UInt8], _ now: Timestamp) async throws {
    guard try await store.links.use(digest: link, now: now) != nil else { throw Refusal.linkUsed }
  }

  private func newWorkspace(_ name: String, _ timeZone: String) -> Workspace {
    let id = Identifier.new()
    return Workspace(
      id: id, name: name,
      sealedLinkKey: keys.seal(Random.bytes(32), as: .linkKey, workspace: id, row: id),
      timeZone: timeZone)
  }

  private func sandboxSender(for user: User) -> Sender {
    Sender(
      id: .new(), workspace: user.workspace, kind: .sandbox, name: "Sandbox", host: "localhost",
      port: 25, security: "none", user: nil, sealedPassword: nil, fromName: user.name,
      fromAddress: user.email)
  }

  private func adopt(
    _ workspace: Workspace, for user: User, sandbox: Sender, _ now: Timestamp
  ) async throws {
    try await store.workspaces.update(workspace)
    let senders = try await store.senders.all(in: workspace.id)
    if !senders.contains(where: { $0.kind == .sandbox }) {
      try await store.senders.add(sandbox, now: now)
    }
    guard try await store.users.add(user, now: now) else { throw Refusal.addressTaken }
  }

  // MARK: Gmail

  /// Adds a sender that signs in to Gmail with the user's address and this password, which is
  /// sealed apart from the sign-in.
  func addGmailSender(for user: User, password: String) async throws {
    let id = Identifier.new()
    // Google shows an app password in four groups; the blanks are not part of it.
    let bare = password.filter { $0 != " " }
    let isAppPassword = bare.utf8.count == 16 && bare.utf8.allSatisfy { 0x61...0x7A ~= $0 }
    let secret = Secret(isAppPassword ? bare : password)
    try await store.senders.add(
      Sender(
        id: id, workspace: user.workspace, name: user.email, host: "smtp.gmail.com", port: 465,
        security: "implicit", user: user.email,
        sealedPassword: keys.seal(
          secret, as: .senderPassword, workspace: user.workspace, row: id),
        fromName: user.name, fromAddress: user.email),
      now: clock())
  }
}
