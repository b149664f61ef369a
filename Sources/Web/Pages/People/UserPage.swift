import Crypto
import HTTP
import Model
import Storage

/// One user, with what an administrator can do about them.
enum UserPage {
  /// What can be changed at the press of a button.
  enum Change: String, CaseIterable {
    case disable, enable
    case promote = "make-administrator"
    case demote = "unmake-administrator"
  }

  static func show(_ member: Member) async throws -> Response {
    let user = try await user(member)
    let workspace = try await member.store.workspaces.find(user.workspace)
    let isOwn = user.id == member.user.id
    return member.visit.answer(
      Layout.page(
        UserList.title(of: user), in: .users, member, isNarrow: true,
        """
        \(PageHead(
          title: UserList.title(of: user), crumbs: [("/users", "Users")],
          lede: UserList.badges(of: user)).html)
        <div class="card"><div class="card-body"><dl class="facts">
        <div><dt>E-mail address</dt><dd class="break">\(user.email)</dd></div>
        <div><dt>Workspace</dt><dd>\(workspace?.name ?? "–")</dd></div>
        <div><dt>Account made</dt><dd>\(Moment.html(user.createdAt, in: member.zone))</dd></div>
        <div><dt>Last signed in</dt>\
        <dd>\(Moment.html(user.signedInAt, in: member.zone, otherwise: "Never"))</dd></div>
        </dl></div></div>
        \(isOwn ? own : actions(user, member))
        """))
  }

  private static let own: HTML = """
    <p class="muted">This is you. Your name and password are on <a href="/account">your account\
    </a>; what else may be changed, another administrator can change.</p>
    """

  private static func actions(_ user: User, _ member: Member) -> HTML {
    let address = "/users/\(user.id.text(.user))"
    let name = UserList.title(of: user)
    let password = ActionButton(
      address: "\(address)/password", label: "Make a link for a new password", icon: .key)
    let rank =
      user.isAdministrator
      ? ActionButton(
        address: "\(address)/\(Change.demote.rawValue)", label: "Take administration away",
        icon: .shield, question: "\(name) will see their own workspace only.")
      : ActionButton(
        address: "\(address)/\(Change.promote.rawValue)", label: "Make administrator",
        icon: .shield, question: "\(name) will be able to change every account.")
    let access =
      user.isDisabled
      ? ActionButton(
        address: "\(address)/\(Change.enable.rawValue)", label: "Enable", icon: .check)
      : ActionButton(
        address: "\(address)/\(Change.disable.rawValue)", label: "Disable", icon: .stop,
        kind: "danger", question: "\(name) is signed out at once and cannot sign in any more.")
    return """
      <div class="card"><header class="card-head"><h2>Access</h2></header>
      <div class="card-body row">\(HTML.when(!user.isDisabled, password.html(member)))\
      \(rank.html(member))\(access.html(member))</div></div>
      """
  }

  // MARK: Changes

  static func make(_ change: Change, _ member: Member) async throws -> Response {
    let user = try await user(member)
    let address = "/users/\(user.id.text(.user))"
    guard user.id != member.user.id else {
      return member.redirect(
        to: address, Notice("Nobody can do this to their own account.", .bad))
    }
    let name = UserList.title(of: user)
    let users = member.store.users
    let (isDone, notice): (Bool, String)
    switch change {
    case .disable: (isDone, notice) = (try await users.setDisabled(true, of: user.id), "disabled")
    case .enable: (isDone, notice) = (try await users.setDisabled(false, of: user.id), "enabled")
    case .promote:
      isDone = try await users.setAdministrator(true, of: user.id)
      notice = "an administrator now"
    case .demote:
      isDone = try await users.setAdministrator(false, of: user.id)
      notice = "no administrator any more"
    }
    return member.redirect(
      to: address,
      isDone
        ? Notice("\(name) is \(notice).")
        : Notice("This was not done: one administrator has to stay.", .bad))
  }

  /// Shows a link by which the user chooses a new password.
  static func giveLink(_ member: Member) async throws -> Response {
    let user = try await user(member)
    guard !user.isDisabled else {
      throw PageError.badRequest("This account is disabled. Enable it first.")
    }
    let token = try await member.site.accounts.passwordToken(for: user, by: member.user)
    let note = OneTimeLinkNote(
      link: member.link("/password/\(token.text)"),
      sentence: """
        \(user.email) can choose a new password with this link, within \
        \(Wording.duration(OneTimeLink.Purpose.newPassword.validity)).
        """)
    return member.visit.answer(
      Layout.page(
        "Link for a new password", in: .users, member, isNarrow: true,
        """
        \(PageHead(
          title: "Link for a new password",
          crumbs: [
            ("/users", "Users"), ("/users/\(user.id.text(.user))", UserList.title(of: user)),
          ]).html)
        \(note.html(member.site.assets))
        """), status: .created)
  }

  private static func user(_ member: Member) async throws -> User {
    guard let user = try await member.store.users.find(member.identifier(.user)) else {
      throw PageError.notFound
    }
    return user
  }
}
