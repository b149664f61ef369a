import HTTP

extension Routes {
  /// The ways in: what can be seen without having signed in.
  mutating func addEntrance() {
    open(.get, "/login") { try await LoginPage.show($0) }
    open(.post, "/login") { try await LoginPage.take($0) }
    member(.get, "/logout") { LogoutPage.show($0) }
    form("/logout") { member, _ in try await LogoutPage.take(member) }
    open(.get, "/setup") { try await SetUpPage.show($0) }
    open(.post, "/setup") { try await SetUpPage.take($0) }
    open(.get, "/enter") { try await DemoEntrance.show($0) }
    open(.post, "/enter") { try await DemoEntrance.take($0) }
    open(.get, "/register") { try await RegisterPage.show($0) }
    open(.post, "/register") { try await RegisterPage.take($0) }
    open(.get, "/invitation/{token}") { try await InvitationPage.show($0) }
    open(.post, "/invitation/{token}") { try await InvitationPage.take($0) }
    open(.get, "/password/{token}") { try await NewPasswordPage.show($0) }
    open(.post, "/password/{token}") { try await NewPasswordPage.take($0) }
  }
}

extension Visit {
  /// A page with a form for somebody who has not signed in.
  func entrance(
    _ title: String, status: Status = .ok, foot: HTML? = nil, _ content: (FormToken) -> HTML
  ) -> Response {
    let (token, cookie) = visitorToken()
    let page = Layout.entrance(title, self, foot: foot, content(token))
    var response = answer(page, status: status)
    if let cookie { response.set(cookie) }
    return response
  }

  /// A page that only tells somebody who has not signed in how to go on.
  func entranceMessage(
    _ title: String, status: Status = .ok, _ sentences: HTML
  ) -> Response {
    answer(
      Layout.entrance(
        title, self, foot: "<a href=\"/login\">Sign in</a>", "<h1>\(title)</h1>\(sentences)"),
      status: status)
  }

  /// For a one-time link that has been used, has expired, or never was one.
  func deadLink(_ advice: String) -> Response {
    entranceMessage(
      "This link does not work any more", status: .gone,
      "<p>It works once and for a limited time. \(advice)</p>")
  }
}
