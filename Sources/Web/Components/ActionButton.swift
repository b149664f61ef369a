/// A button that changes something: a form of its own, sent by POST with the page's token.
struct ActionButton {
  let address: String
  let label: String
  var icon: Icon?
  /// `primary`, `danger`, `quiet`, `small`, as words of the class attribute.
  var kind = ""
  /// What to ask before it is done; told by the browser's dialog, and by a page without JavaScript.
  var question: String?
  var yes: String?

  func html(_ member: Member) -> HTML {
    let asking: HTML =
      question.map { " data-confirm=\"\($0)\" data-confirm-yes=\"\(yes ?? label)\"" } ?? ""
    return """
      <form method="post" action="\(address)">\(member.formToken.input)\
      <button class="btn \(kind)"\(asking)>\(icon?.html(member.site.assets)) \(label)</button></form>
      """
  }
}
