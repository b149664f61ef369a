import Model

/// What the owner of a sender is told whose server refused the sign-in.
enum StoppedSender {
  /// All that are stopped, for the dashboard and the list.
  static func notices(_ senders: [Sender], _ member: Member) -> HTML {
    let stopped = senders.filter { $0.refusal != nil }
    return HTML.each(stopped) { notice($0, member, isOnItsPage: false) }
  }

  /// One, for its own page.
  static func notice(_ sender: Sender, _ member: Member) -> HTML {
    notice(sender, member, isOnItsPage: true)
  }

  private static func notice(_ sender: Sender, _ member: Member, isOnItsPage: Bool) -> HTML {
    guard let refusal = sender.refusal else { return "" }
    let name: HTML =
      isOnItsPage
      ? "This sender is stopped."
      : """
      <a href="/senders/\(sender.id.text(.sender))">\(Wording.short(sender.name, 80))</a> is stopped.
      """
    return """
      <div class="flash bad" role="status">\(Icon.error.html(member.site.assets))<div>\
      <p><strong>\(name)</strong> <span class="muted">\
      \(Moment.html(refusal.at, in: member.zone))</span></p>
      <p class="break">\(refusal.answer)</p>
      <p>Nobody signs in with it until you have given it the right password or a test has passed, \
      because further tries could lock the account. Campaigns that it was sending have ended as \
      failed: press “Send the rest” on their pages afterwards.</p></div></div>
      """
  }
}
