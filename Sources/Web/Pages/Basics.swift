import HTTP
import Model

extension Routes {
  /// What is no page: assets, health, the colours, and addresses of old.
  mutating func addBasics() {
    addAssets()
    addHealth()
    addTheme()
    addOldAddresses()
  }

  private mutating func addAssets() {
    let assets = site.assets
    let site = site
    for pattern in ["/assets/{name}", "/favicon.ico"] {
      router.on(.get, pattern) { request in
        if let answer = assets.respond(to: request) { return answer }
        return await ErrorPage.answer(to: PageError.notFound, request, site)
      }
    }
  }

  /// For monitors: alive, and able to work.
  private mutating func addHealth() {
    for path in ["/health", "/healthz"] {
      router.on(.get, path) { _ in .text("ok\n") }
    }
    let site = site
    for path in ["/ready", "/readyz"] {
      router.on(.get, path) { _ in
        guard let trouble = await site.settings.trouble() else { return .text("ok\n") }
        return .text("\(trouble)\n", status: .unavailable)
      }
    }
  }

  private mutating func addTheme() {
    open(.post, "/theme") { visit in
      // Colours are nobody's secret: whoever sends this form may have them, from our own pages.
      let form = try await visit.request.form()
      guard let theme = form["theme"].flatMap(Theme.init) else {
        throw PageError.badRequest("Choose light, dark or as the system.")
      }
      let member = try await visit.member()
      let token = member?.formToken ?? visit.visitorToken().token
      guard token.matches(form) else { throw PageError.staleForm }
      var answer = Response.redirect(toLocal: form["back"] ?? "/")
      answer.set(
        Cookie(
          Theme.cookie, theme.rawValue, maxAge: .seconds(365 * 86_400),
          isSecure: visit.edge.isSecure))
      return answer
    }
  }

  /// The addresses that the documentation of djangoMailer names.
  private mutating func addOldAddresses() {
    moved("/recipients/", to: "/contacts")
    moved("/recipients/upload/", to: "/lists/new")
    moved("/templates/", to: "/templates")
    moved("/templates/create/", to: "/templates/new")
    moved("/emails/", to: "/queue")
    moved("/emails/create/", to: "/queue/new")
    moved("/campaigns/", to: "/campaigns")
    moved("/campaigns/create/", to: "/campaigns/new")
    moved("/logs/", to: "/log")
    moved("/profile/edit/", to: "/senders")
    moved("/accounts/login/", to: "/login")
    moved("/accounts/logout/", to: "/logout")
    addOldSendNow()
  }

  /// “Send now” of one row, which is named by its campaign and number: `cmp_…-12`.
  private mutating func addOldSendNow() {
    let site = site
    for method in [Method.get, .post] {
      router.on(method, "/email_send_candidate/{id}/send_now/") { request in
        let parts = (request.parameters["id"] ?? "").split(separator: "-")
        guard parts.count == 2, let campaign = Identifier(String(parts[0]), .campaign),
          let number = Int(parts[1])
        else { return await ErrorPage.answer(to: PageError.notFound, request, site) }
        return .redirect(
          to: "/campaigns/\(campaign.text(.campaign))/deliveries/\(number)/send-now",
          status: .permanentRedirect)
      }
    }
  }
}
