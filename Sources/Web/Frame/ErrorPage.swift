import HTTP
import Octets
import Telemetry

/// What is shown instead of a page that cannot be.
enum ErrorPage {
  /// A page in the frame of the product, in plain words.
  static func answer(to error: any Error, _ request: Request, _ site: Site) async -> Response {
    let (status, title, advice) = words(for: error)
    if status == .internalError { log(error, request, site) }
    let visit = Visit(request, to: site)
    let member = try? await visit.member()
    let page = Layout.message(title, advice, visit: visit, member: member)
    var response = visit.answer(page, status: status)
    if case PageError.tooMany(let wait) = error {
      response.fields["Retry-After"] = String(max(1, wait.components.seconds))
    }
    return response
  }

  /// What the router says itself; it has no time to look who is asking.
  static func plain(_ error: any Error, _ request: Request, _ site: Site) -> Response {
    let (status, title, advice) = words(for: error)
    if status == .internalError { log(error, request, site) }
    let visit = Visit(request, to: site)
    return visit.answer(Layout.message(title, advice, visit: visit, member: nil), status: status)
  }

  /// Tells the operator what the page does not.
  ///
  /// Of the path only its first part: the next may be a token that lets somebody in.
  private static func log(_ error: any Error, _ request: Request, _ site: Site) {
    // Who has left wants no answer any more, and so nothing went wrong.
    if error is CancellationError { return }
    site.settings.log?.error(
      "a page cannot be shown",
      [
        "method": .text(request.method.name),
        "page": .text("/\(request.target.segments.first ?? "")"), "reason": .text("\(error)"),
      ])
  }

  /// Nothing of what went wrong inside is told.
  private static func words(for error: any Error) -> (Status, title: String, advice: String) {
    switch error {
    case PageError.notFound:
      (
        .notFound, "There is no such page",
        "Perhaps it was deleted, or the address is not quite right."
      )
    case PageError.forbidden(let why): (.forbidden, "This is not allowed", why)
    case PageError.badRequest(let why): (.badRequest, "This cannot be done", why)
    case PageError.staleForm:
      (
        .forbidden, "This form is too old",
        "Nothing was changed. Go back, load the page anew and send the form again."
      )
    case PageError.tooMany(let wait):
      (
        .tooManyRequests, "Too many tries",
        "Please wait \(Wording.duration(wait)) and try again. Nothing was changed."
      )
    case RequestBody.Failure.tooLarge(let limit):
      (
        .contentTooLarge, "This is too large",
        "At most \(Wording.size(limit)) are taken here. Nothing was stored."
      )
    case RequestBody.Failure.notAForm, RequestBody.Failure.disconnected:
      (
        .badRequest, "The form did not arrive whole",
        "Nothing was stored. Go back and send it again."
      )
    default:
      (
        .internalError, "Something went wrong here",
        "Nothing was lost. Try again in a moment; the log of the program says more."
      )
    }
  }
}
