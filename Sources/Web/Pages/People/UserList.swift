import HTTP
import Model
import Storage

/// Everybody who may sign in, for administrators.
enum UserList {
  static let rows = 50

  static func show(_ member: Member) async throws -> Response {
    let after = Cursor(member.request.query["after"], parts: 1)
      .flatMap { Identifier($0.parts[0], .user) }
    var users = try await member.store.users.page(after: after, limit: rows + 1)
    let goesOn = users.count > rows
    users = Array(users.prefix(rows))
    let next = goesOn ? users.last.map { Cursor([$0.id.text(.user)]) } : nil
    let assets = member.site.assets
    let actions: HTML = """
      <a class="btn" href="/invitations">\(Icon.mail.html(assets)) Invite</a>\
      <a class="btn primary" href="/users/new">\(Icon.plus.html(assets)) New user</a>
      """
    return member.visit.answer(
      Layout.page(
        "Users", in: .users, member,
        """
        \(PageHead(
          title: "Users", lede: "Everybody who may sign in to this installation.",
          actions: actions).html)
        <div class="card"><div class="table-wrap" role="region" tabindex="0" aria-label="Users">
        <table class="table"><thead><tr><th scope="col">Person</th><th scope="col">State</th>\
        <th scope="col" class="opt">Last signed in</th></tr></thead><tbody>
        \(HTML.each(users) { row($0, member) })</tbody></table></div>
        \(Pager(shown: users.count, next: next, request: member.request).html(assets))</div>
        """))
  }

  private static func row(_ user: User, _ member: Member) -> HTML {
    """
    <tr><td><a class="title" href="/users/\(user.id.text(.user))">\(title(of: user))</a>\
    <small class="break">\(user.email)</small></td><td>\(badges(of: user))</td>\
    <td class="opt">\(Moment.html(user.signedInAt, in: member.zone, otherwise: "Never"))</td></tr>
    """
  }

  static func title(of user: User) -> String { user.name.isEmpty ? user.email : user.name }

  static func badges(of user: User) -> HTML {
    """
    \(HTML.when(user.isAdministrator, Badge.plain("Administrator", "info") + " "))\
    \(user.isDisabled ? Badge.plain("Disabled", "bad") : Badge.plain("Active", "ok"))
    """
  }
}
