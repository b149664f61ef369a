public import Crypto
public import HTTP
public import Storage

/// The web pages: what people see of Martlet.
public struct Site: Sendable {
  let settings: SiteSettings
  let store: Store
  let keys: KeyRing
  let assets: Assets
  /// What hidden form inputs, and lines for the next page, are signed with.
  let formKey: SecretKey
  let noticeKey: SecretKey
  let accounts: Accounts

  public init(_ settings: SiteSettings, store: Store, keys: KeyRing) {
    self.settings = settings
    self.store = store
    self.keys = keys
    assets = Assets()
    formKey = keys.current.subkey(for: "web.form")
    noticeKey = keys.current.subkey(for: "web.notice")
    accounts = Accounts(
      store: store, keys: keys, cost: settings.passwordCost, clock: settings.clock)
  }

  /// What answers every request.
  public var responder: any Responder {
    var routes = Routes(site: self)
    routes.addAll()
    return routes.router
  }
}
