import Crypto
import HTTP
import Model
import Storage

/// Where links are made that let somebody join one's workspace.
enum InvitationsPage {
  static func show(_ member: Member) async throws -> Response {
    if try await !hasWaiting(member) { try await check(member) }
    return try await page(member, Form())
  }

  static func invite(_ member: Member, _ form: Form) async throws -> Response {
    try await check(member)
    var form = form
    let email = form.address("email")
    guard form.isGood else { return try await page(member, form) }
    let token = try await member.site.accounts.invitationToken(
      to: member.home, email: email.isEmpty ? nil : email, by: member.user)
    let whom = email.isEmpty ? "Whoever opens this link" : email
    let note = OneTimeLinkNote(
      link: member.link("/invitation/\(token.text)"),
      sentence: "\(whom) can make an account in \(member.workspace.name) with it, within 7 days.")
    return member.visit.answer(
      Layout.page(
        "Invitation", in: section(member), member, isNarrow: true,
        """
        \(PageHead(title: "Invitation", crumbs: [("/invitations", "Invitations")]).html)
        \(note.html(member.site.assets))
        """), status: .created)
  }

  /// Takes an invitation back, which members may also where they may no longer invite.
  static func withdraw(_ member: Member, _ form: Form) async throws -> Response {
    guard let digest = Hex.decode(form.raw("link").utf8),
      try await member.store.links.withdraw(.invitation, digest: digest, in: member.home)
    else { throw PageError.notFound }
    let staysOpen = try await mayInvite(member) ? true : hasWaiting(member)
    return member.redirect(
      to: staysOpen ? "/invitations" : "/settings",
      Notice("Withdrawn. The link of this invitation does not work any more."))
  }

  /// Whether invitations to the workspace wait to be accepted.
  static func hasWaiting(_ member: Member) async throws -> Bool {
    try await !member.store.links.pending(.invitation, in: member.home, now: member.now).isEmpty
  }

  /// While registration is closed, only administrators bring people in.
  static func mayInvite(_ member: Member) async throws -> Bool {
    if member.user.isAdministrator { return true }
    return try await member.store.settings.registration() != .closed
  }

  private static func check(_ member: Member) async throws {
    guard try await mayInvite(member) else {
      throw PageError.forbidden("Only administrators may invite people here. Ask one of them.")
    }
  }

  private static func section(_ member: Member) -> Layout.Section {
    member.user.isAdministrator ? .users : .settings
  }

  private static func page(_ member: Member, _ form: Form) async throws -> Response {
    let pending = try await member.store.links.pending(
      .invitation, in: member.home, now: member.now)
    let crumb =
      member.user.isAdministrator ? ("/users", "Users") : ("/settings", "Workspace")
    let invite = try await mayInvite(member) ? invite(member, form) : ""
    return member.visit.answer(
      Layout.page(
        "Invitations", in: section(member), member, isNarrow: true,
        """
        \(form.summary)\
        \(PageHead(
          title: "Invitations", crumbs: [crumb],
          lede: "An invited person joins \(member.workspace.name) and works with all that is in it.")
          .html)
        \(invite)
        \(list(pending, member))
        """), status: form.isGood ? .ok : .unprocessable)
  }

  private static func invite(_ member: Member, _ form: Form) -> HTML {
    let address = Field(
      name: "email", label: "E-mail address", type: "email",
      hint: "Only this address can then accept. Without one, whoever has the link can.",
      isOptional: true,
      attributes: " maxlength=\"320\" data-message-type=\"This is not an e-mail address.\"")
    return """
      <form class="form" method="post" action="/invitations" data-check>\(member.formToken.input)
      <fieldset class="card group"><legend>Invite somebody</legend>\(address.input(form))
      <div class="form-actions"><button class="btn primary">Make a link</button></div>\
      </fieldset></form>
      """
  }

  private static func list(
    _ pending: [(digest: [UInt8], link: OneTimeLink)], _ member: Member
  ) -> HTML {
    let rows: HTML =
      pending.isEmpty
      ? "<p class=\"empty-line\">No invitation is waiting.</p>"
      : """
      <div class="table-wrap" role="region" tabindex="0" aria-label="Waiting invitations">
      <table class="table"><thead><tr><th scope="col">For</th><th scope="col">Made</th>\
      <th scope="col">Ends</th><th scope="col"><span class="sr">Actions</span></th></tr></thead>\
      <tbody>
      \(HTML.each(pending) { digest, link in
        """
        <tr><td class="break">\(link.email ?? "Whoever has the link")</td>\
        <td>\(Moment.html(link.createdAt, in: member.zone))</td>\
        <td>\(Moment.html(link.expiresAt, in: member.zone))</td>\
        <td class="end"><form method="post" action="/invitations/withdraw">\
        \(member.formToken.input)\
        <input type="hidden" name="link" value="\(Hex.encode(digest))">\
        <button class="btn quiet small">Withdraw</button></form></td></tr>
        """
      })</tbody></table></div>
      """
    return """
      <div class="card"><header class="card-head"><h2>Waiting</h2></header>\(rows)</div>
      """
  }
}
