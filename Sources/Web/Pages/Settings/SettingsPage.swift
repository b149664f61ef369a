import HTTP
import Model
import Storage

extension Routes {
  /// The workspace's settings and, for administrators, the installation's.
  mutating func addSettings() {
    member(.get, "/settings") { try await SettingsPage.show($0) }
    form("/settings") { try await SettingsPage.save($0, $1) }
    administratorForm("/settings/registration") { try await SettingsPage.setRegistration($0, $1) }
  }
}

/// How the workspace behaves, and who may come into the installation.
enum SettingsPage {
  private static let mostPerHour = 10_000_000

  static func show(_ member: Member) async throws -> Response {
    let workspace = member.workspace
    return try await page(
      member,
      Form(showing: [
        ("workspace", workspace.name), ("time_zone", workspace.timeZone),
        ("messages_per_hour", workspace.messagesPerHour.map(String.init) ?? ""),
      ]))
  }

  static func save(_ member: Member, _ form: Form) async throws -> Response {
    var form = form
    var workspace = member.workspace
    workspace.name = form.workspaceName()
    workspace.timeZone = form.timeZone()
    workspace.messagesPerHour = form.number("messages_per_hour", within: 1...mostPerHour)
    guard form.isGood else { return try await page(member, form) }
    try await member.store.workspaces.update(workspace)
    return member.redirect(to: "/settings", Notice("Settings saved."))
  }

  static func setRegistration(_ member: Member, _ form: Form) async throws -> Response {
    guard let registration = Registration(rawValue: form.raw("registration")) else {
      throw PageError.badRequest("Choose who may make an account.")
    }
    try await member.store.settings.setRegistration(registration)
    return member.redirect(to: "/settings", Notice("Settings saved."))
  }

  // MARK: Page

  private static func page(_ member: Member, _ form: Form) async throws -> Response {
    let limit = Field(
      name: "messages_per_hour", label: "Most messages in an hour", type: "number",
      hint: """
        Counted over any sliding hour and all senders together, besides each sender's own limit. \
        Empty: no limit.
        """, isOptional: true,
      attributes: """
         min="1" max="\(mostPerHour)" step="1" inputmode="numeric" \
        data-message-min="Give at least 1, or nothing."
        """, affix: "per hour")
    let mayInvite = try await InvitationsPage.mayInvite(member)
    let isWaiting = try await InvitationsPage.hasWaiting(member)
    let installation: HTML =
      member.user.isAdministrator
      ? installation(member, try await member.store.settings.registration()) : ""
    return member.visit.answer(
      Layout.page(
        "Workspace", in: .settings, member, isNarrow: true,
        """
        \(form.summary)\(PageHead(title: "Workspace").html)
        <form class="form" method="post" action="/settings" data-check>\(member.formToken.input)
        <fieldset class="card group"><legend>This workspace</legend>
        \(PersonFields.workspace(form))\(PersonFields.timeZone(form))\(limit.input(form))
        <div class="form-actions"><button class="btn primary">Save</button></div></fieldset></form>
        \(HTML.when(mayInvite || isWaiting, people(member, mayInvite)))\(installation)
        """), status: form.isGood ? .ok : .unprocessable)
  }

  private static func people(_ member: Member, _ mayInvite: Bool) -> HTML {
    """
    <div class="card"><header class="card-head"><h2>People</h2></header>
    <div class="card-body stack"><p>Whom you invite joins this workspace and works with all that \
    is in it.</p><p><a class="btn" href="/invitations">\(Icon.mail.html(member.site.assets)) \
    \(mayInvite ? "Invite somebody" : "Waiting invitations")</a></p></div></div>
    """
  }

  private static func installation(_ member: Member, _ now: Registration) -> HTML {
    """
    <form class="form" method="post" action="/settings/registration">\(member.formToken.input)
    <fieldset class="card group"><legend>Installation: who may make an account</legend>
    \(HTML.each(Registration.allCases) { choice in
      let (label, hint) = words(for: choice)
      return Field.radio(
        "registration", choice.rawValue, label, hint: hint, isChosen: choice == now)
    })<div class="form-actions"><button class="btn">Save</button></div></fieldset></form>
    """
  }

  private static func words(for registration: Registration) -> (String, String) {
    switch registration {
    case .open:
      (
        "Anybody",
        "Whoever finds the page can register, and gets a workspace of their own."
      )
    case .invite:
      (
        "Whoever is invited",
        "Everybody who has an account can invite others into their workspace by a link."
      )
    case .closed:
      (
        "Nobody",
        "Only administrators make accounts and send invitations."
      )
    }
  }
}
