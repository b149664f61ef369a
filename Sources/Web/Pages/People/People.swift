import HTTP
import Model

extension Routes {
  /// The pages about people: one's own account, invitations, and all users for administrators.
  mutating func addPeople() {
    addAccount()
    addInvitations()
    addUsers()
  }

  private mutating func addAccount() {
    member(.get, "/account") { AccountPage.show($0) }
    form("/account/name") { try await AccountPage.rename($0, $1) }
    form("/account/password") { try await AccountPage.changePassword($0, $1) }
    form("/account/sign-out") { member, _ in try await AccountPage.signOutEverywhere(member) }
    form("/account/shortcuts") { AccountPage.setShortcuts($0, $1) }
  }

  private mutating func addInvitations() {
    member(.get, "/invitations") { try await InvitationsPage.show($0) }
    form("/invitations") { try await InvitationsPage.invite($0, $1) }
    form("/invitations/withdraw") { try await InvitationsPage.withdraw($0, $1) }
  }

  private mutating func addUsers() {
    administrator(.get, "/users") { try await UserList.show($0) }
    administrator(.get, "/users/new") { NewUserPage.show($0) }
    administratorForm("/users/new") { try await NewUserPage.take($0, $1) }
    administrator(.get, "/users/{id}") { try await UserPage.show($0) }
    for change in UserPage.Change.allCases {
      administratorForm("/users/{id}/\(change.rawValue)") { member, _ in
        try await UserPage.make(change, member)
      }
    }
    administratorForm("/users/{id}/password") { member, _ in
      try await UserPage.giveLink(member)
    }
  }
}

extension Member {
  /// Where a link of ours leads that somebody opens elsewhere.
  func link(_ path: String) -> String {
    let base = site.settings.baseURL ?? visit.edge.origin ?? ""
    return (base.hasSuffix("/") ? String(base.dropLast()) : base) + path
  }
}

/// A link that is shown once, to be copied and handed on.
struct OneTimeLinkNote {
  let link: String
  let sentence: String

  func html(_ assets: Assets) -> HTML {
    """
    <div class="card"><div class="card-body stack"><p>\(sentence)</p>
    <div class="copy"><input readonly class="code" value="\(link)" id="link" aria-label="Link">\
    <button class="btn" type="button" data-copy="#link">\(Icon.copy.html(assets)) Copy</button></div>
    <p class="muted">It is shown only now. Whoever has the link can use it, so hand it on with \
    care.</p></div></div>
    """
  }
}
