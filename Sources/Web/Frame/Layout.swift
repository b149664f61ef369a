import Model

/// The frame around every page.
enum Layout {
  /// Which entry of the navigation a page belongs to.
  enum Section: String, CaseIterable {
    case dashboard, campaigns, queue, contacts, lists, templates, log, senders, sandbox, settings
    case users, account

    fileprivate var address: String { self == .dashboard ? "/" : "/\(rawValue)" }
  }

  /// A page of someone who has signed in.
  ///
  /// `refreshing`: seconds after which browsers without JavaScript load the page again.
  static func page(
    _ title: String, in section: Section?, _ member: Member, isNarrow: Bool = false,
    refreshing: Int? = nil, _ content: HTML
  ) -> HTML {
    let assets = member.site.assets
    let refresh: HTML =
      refreshing.map {
        "<noscript><meta http-equiv=\"refresh\" content=\"\($0)\"></noscript>"
      } ?? ""
    return """
      \(head(title, member.visit, refresh))<body>
      <a class="skip" href="#main">Skip to content</a>
      <div class="shell">
      \(top(assets))
      \(Navigation.html(member, section))
      <main class="main\(isNarrow ? " narrow" : "")" id="main" tabindex="-1">
      \(notice(member.visit))\(content)
      </main></div></body></html>
      """
  }

  /// A page for somebody who has not signed in.
  static func entrance(
    _ title: String, _ visit: Visit, foot: HTML? = nil, _ content: HTML
  ) -> HTML {
    """
    \(head(title, visit))<body class="plain-page">
    <main class="auth" id="main">
    <p class="auth-brand">\(Icon.mark(visit.site.assets)) Martlet</p>
    \(notice(visit))<div class="card"><div class="card-body">\(content)</div></div>
    \(foot.map { "<p class=\"auth-foot muted\">\($0)</p>" as HTML })
    </main></body></html>
    """
  }

  /// A page that only says something.
  static func message(
    _ title: String, _ sentence: String, visit: Visit, member: Member?
  ) -> HTML {
    if let member {
      return page(
        title, in: nil, member, isNarrow: true,
        """
        \(PageHead(title: title).html)<p>\(sentence)</p>\
        <p><a class="btn" href="/">To the dashboard</a></p>
        """)
    }
    return entrance(
      title, visit,
      "<h1>\(title)</h1><p>\(sentence)</p><p><a class=\"btn\" href=\"/\">To the start</a></p>")
  }

  private static func head(_ title: String, _ visit: Visit, _ more: HTML = "") -> HTML {
    let assets = visit.site.assets
    return """
      <!doctype html>
      <html lang="en"\(visit.theme.attribute)\
      \(HTML.when(!visit.hasShortcuts, " data-shortcuts=\"off\""))><head><meta charset="utf-8">\
      <meta name="viewport" content="width=device-width, initial-scale=1">\
      <meta name="color-scheme" content="light dark">
      <title>\(title) · Martlet</title>
      <link rel="icon" type="image/svg+xml" href="\(assets.address(of: "favicon.svg"))">\
      <link rel="stylesheet" href="\(assets.address(of: "martlet.css"))">\
      <script type="module" src="\(assets.address(of: "martlet.js"))"></script>\(more)</head>

      """
  }

  private static func top(_ assets: Assets) -> HTML {
    """
    <header class="top"><button class="btn quiet icon-only" type="button" popovertarget="side" \
    aria-label="Menu">\(Icon.menu.html(assets))</button>\
    <a class="brand" href="/">\(Icon.mark(assets)) Martlet</a>\
    <a class="btn quiet icon-only" href="/campaigns/new" aria-label="New campaign">\
    \(Icon.plus.html(assets))</a></header>
    """
  }

  private static func notice(_ visit: Visit) -> HTML {
    guard let notice = visit.notice else { return "" }
    let assets = visit.site.assets
    return notice.tone == .good
      ? """
      <div class="flash ok" role="status">\(Icon.check.html(assets))<p>\(notice.text)</p></div>
      """
      : """
      <div class="flash bad" role="alert">\(Icon.error.html(assets))<p>\(notice.text)</p></div>
      """
  }

  /// The left column, or the drawer on a phone.
  private enum Navigation {
    private static let groups: [(title: String?, entries: [(Section, Icon, String)])] = [
      (
        nil,
        [
          (.dashboard, .dashboard, "Dashboard"), (.campaigns, .send, "Campaigns"),
          (.queue, .queue, "Queue"),
        ]
      ),
      ("Audience", [(.contacts, .contacts, "Contacts"), (.lists, .lists, "Lists")]),
      ("Content", [(.templates, .templates, "Templates")]),
      ("Insights", [(.log, .log, "Log"), (.sandbox, .inbox, "Sandbox inbox")]),
      (
        "Settings",
        [
          (.senders, .senders, "Senders"), (.settings, .settings, "Workspace"),
          (.users, .users, "Users"),
        ]
      ),
    ]

    static func html(_ member: Member, _ section: Section?) -> HTML {
      let assets = member.site.assets
      let lists = HTML.each(groups) { group in
        let entries = group.entries.filter { $0.0 != .users || member.user.isAdministrator }
        let id = group.title.map { "nav-\($0.lowercased())" }
        return """
          \(group.title.map { "<p class=\"nav-title\" id=\"\(id)\">\($0)</p>" as HTML })\
          <ul class="nav" role="list"\(id.map { " aria-labelledby=\"\($0)\"" as HTML })>\
          \(HTML.each(entries) { entry in
            """
            <li><a class="nav-link" href="\(entry.0.address)"\
            \(HTML.when(entry.0 == section, " aria-current=\"page\""))>\
            \(entry.1.html(assets)) \(entry.2)</a></li>
            """
          })</ul>
          """
      }
      return """
        <nav class="side" id="side" aria-label="Main" popover>
        <div class="side-head"><a class="brand" href="/">\(Icon.mark(assets)) Martlet</a>\
        <button class="btn quiet icon-only phone" type="button" popovertarget="side" \
        popovertargetaction="hide" aria-label="Close menu">\(Icon.close.html(assets))</button></div>
        <a class="btn primary" href="/campaigns/new">\(Icon.plus.html(assets)) New campaign</a>
        \(lists)\(foot(member))</nav>
        """
    }

    private static func foot(_ member: Member) -> HTML {
      let assets = member.site.assets
      let name = member.user.name.isEmpty ? member.user.email : member.user.name
      let themes: [(Theme, Icon, String)] = [
        (.light, .sun, "Light"), (.system, .system, "As the system"), (.dark, .moon, "Dark"),
      ]
      return """
        <div class="side-foot"><a class="who" href="/account">\
        <span class="avatar" aria-hidden="true">\(String(name.prefix(1)).uppercased())</span>\
        <span class="who-text">\(name)<small>\(member.workspace.name)</small></span></a>
        <div class="row"><form class="theme" method="post" action="/theme" data-theme-form>\
        \(member.formToken.input)\
        <input type="hidden" name="back" value="\(member.visit.address)">\
        \(HTML.each(themes) { theme in
          """
          <button type="submit" name="theme" value="\(theme.0.rawValue)" \
          aria-pressed="\(theme.0 == member.visit.theme ? "true" : "false")" \
          aria-label="\(theme.2)" title="\(theme.2)">\(theme.1.html(assets))</button>
          """
        })</form>
        <form class="push" method="post" action="/logout">\(member.formToken.input)\
        <button class="btn quiet icon-only" aria-label="Sign out" title="Sign out">\
        \(Icon.logout.html(assets))</button></form></div></div>
        """
    }
  }
}
