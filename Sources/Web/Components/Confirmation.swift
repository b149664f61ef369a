import HTTP

/// The question before something is done that cannot be undone.
///
/// A browser with JavaScript asks in a dialog and sends `sure` along; without it, the first form is
/// answered with a page that asks, and whose button sends the form again with `sure`.
struct Confirmation {
  let title: String
  let question: String
  /// What the button says, such as “Delete the list”.
  let yes: String
  /// Where “No, keep it” leads.
  let back: String

  static func isGiven(_ form: Form) -> Bool { form.raw("sure") == "yes" }

  /// The page that asks; it sends the form to the address that it came to.
  func answer(_ member: Member, in section: Layout.Section, _ form: Form) -> Response {
    let kept = form.values.items.filter { $0.name != "sure" && $0.name != FormToken.field }
    let content: HTML = """
      \(PageHead(title: title).html)\
      <div class="card"><div class="card-body stack"><p>\(question)</p>
      <form method="post" action="\(member.request.path)" class="row">\(member.formToken.input)\
      \(HTML.each(kept) { "<input type=\"hidden\" name=\"\($0.name)\" value=\"\($0.value)\">" })\
      <button class="btn primary danger" name="sure" value="yes">\(yes)</button>\
      <a class="btn" href="\(back)">No, keep it</a></form></div></div>
      """
    return member.visit.answer(
      Layout.page(title, in: section, member, isNarrow: true, content))
  }
}
