import Model

/// All senders of a workspace, on one page.
enum SenderList {
  static func page(_ member: Member, _ senders: [Sender]) -> HTML {
    let assets = member.site.assets
    let head = PageHead(
      title: "Senders", lede: "The mail accounts that messages leave through.",
      actions:
        "<a class=\"btn primary\" href=\"/senders/new\">\(Icon.plus.html(assets)) New sender</a>")
    let content: HTML =
      senders.isEmpty
      ? EmptyState(
        icon: .senders, title: "No sender yet",
        sentence: "Connect the mail account that your messages shall leave through.",
        action: ("/senders/new", "New sender")
      ).html(assets)
      : """
      <div class="table-wrap" role="region" tabindex="0" aria-label="Senders">
      <table class="table"><thead><tr><th scope="col">Sender</th><th scope="col" class="opt">From</th>\
      <th scope="col">Last test</th><th scope="col" class="end opt">Limit per hour</th>\
      <th scope="col"><span class="sr">Actions</span></th></tr></thead>
      <tbody>\(HTML.each(senders) { row($0, member) })</tbody></table></div>
      """
    return Layout.page(
      "Senders", in: .senders, member,
      """
      \(head.html)\(StoppedSender.notices(senders, member))<div class="card">\(content)</div>
      """)
  }

  private static func row(_ sender: Sender, _ member: Member) -> HTML {
    let address = "/senders/\(sender.id.text(.sender))"
    let place = sender.kind == .sandbox ? "Sandbox" : "\(sender.host), port \(sender.port)"
    let test = ActionButton(address: "\(address)/test", label: "Test", kind: "quiet small")
    return """
      <tr><td class="break"><a class="title" href="\(address)">\(sender.name)</a>\
      <small>\(place)</small></td>
      <td class="break opt">\(sender.fromName)<small>\(sender.fromAddress)</small></td>
      <td>\(sender.refusal == nil ? badge(sender.lastTest) : Badge.plain("Stopped", "bad"))\(sender.lastTest.map {
        "<small>\(Moment.html($0.at, in: member.zone))</small>" as HTML
      })</td>
      <td class="end num opt">\(sender.limits.perHour.map(Wording.count) ?? "–")</td>
      <td class="end"><div class="row-actions">\(test.html(member))\
      <a class="btn quiet small" href="\(address)">Edit</a></div></td></tr>

      """
  }

  static func badge(_ test: SenderTest?) -> HTML {
    switch test?.passed {
    case nil: Badge.plain("Not tested")
    case true?: Badge.plain("Works", "ok")
    case false?: Badge.plain("Does not work", "bad")
    }
  }
}
