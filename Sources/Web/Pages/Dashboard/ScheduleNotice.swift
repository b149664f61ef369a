/// Says that campaigns do not begin by themselves, where the operator has switched that off.
struct ScheduleNotice {
  let isOn: Bool
  /// Whether a campaign of this workspace waits for its time.
  let isAnyoneWaiting: Bool

  func html(_ member: Member) -> HTML {
    if isOn { return "" }
    return """
      <div class="flash warn" role="status">\(Icon.warning.html(member.site.assets))<div>\
      <p><strong>The schedule is switched off.</strong> Campaigns whose time has come do not begin \
      by themselves\(isAnyoneWaiting ? ", and some of yours are waiting" : ""). What you send at \
      once is sent.</p>
      <p>The operator of this installation switches it on with \
      <code>martlet schedule enable</code>, or sends what is due with \
      <code>martlet send-due</code>.</p></div></div>
      """
  }
}
