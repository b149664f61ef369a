import Crypto
import Model
import Octets
import Storage
import Web

/// What the first start does so that somebody can sign in.
struct Welcome: Sendable {
  private let installation: Installation
  private let configuration: Configuration

  init(_ installation: Installation, _ configuration: Configuration) {
    self.installation = installation
    self.configuration = configuration
  }

  /// What to tell on the console.
  struct Greeting: Sendable {
    fileprivate var path: String?
    fileprivate var sentence = ""

    /// The lines below “Martlet is ready”.
    func lines(_ address: String) -> [String] {
      path.map { ["\(sentence) \(address)\($0)"] } ?? []
    }
  }

  /// Makes the first administrator, the demo company or a link, where there is no account yet.
  func prepare(isDemo: Bool) async throws -> Greeting {
    let accounts = Accounts(store: installation.store, keys: installation.keys)
    let isEmpty = try await installation.store.users.count() == 0
    if isEmpty, let email = configuration[.adminEmail] {
      try await makeAdministrator(email, accounts)
      return Greeting()
    }
    if isDemo {
      guard let user = try await DemoCompany(installation).load(isEmpty: isEmpty) else {
        return Greeting()
      }
      let token = try await accounts.signInToken(for: user).text
      return Greeting(path: "/enter?token=\(token)", sentence: "Sign in to the demo:")
    }
    guard isEmpty else { return Greeting() }
    let token = try await accounts.setUpToken().text
    return Greeting(path: "/setup?token=\(token)", sentence: "Make the first account:")
  }

  private func makeAdministrator(_ email: String, _ accounts: Accounts) async throws {
    guard let password = configuration[.adminPassword] else {
      throw ConfigurationError.missing(
        .adminPassword, reason: "ADMIN_EMAIL names the first administrator, who needs one.")
    }
    do {
      try await accounts.makeUser(email: email, password: password, isAdministrator: true)
    } catch let refusal as Accounts.Refusal {
      let setting =
        if case .weakPassword = refusal { Setting.adminPassword } else { Setting.adminEmail }
      throw ConfigurationError.invalid(
        setting, source: configuration.source(of: setting), reason: "is refused. \(refusal)")
    }
  }
}
