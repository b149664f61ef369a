import HTTP
import Model

/// The messages that the sandbox has taken, newest first.
struct InboxList {
  static let length = 50
  static let clearing =
    "All messages of the sandbox inbox are deleted. They cannot be brought back."

  let member: Member
  /// One more than a page shows, when there are more.
  let found: [InboxMessage]
  let count: Int
  let search: String
  let rehearsal: Rehearsal?

  var page: HTML {
    let clear = ActionButton(
      address: "/sandbox/clear", label: "Delete all", icon: .trash, kind: "danger",
      question: Self.clearing, yes: "Delete all messages")
    let head = PageHead(
      title: "Sandbox inbox",
      lede: """
        What went out by a sandbox sender ends here; nobody else gets it. \
        \(Wording.count(count, "message", "messages")).
        """,
      actions: count > 0 ? clear.html(member) : nil)
    return Layout.page(
      "Sandbox inbox", in: .sandbox, member,
      """
      \(head.html)\(RehearsalForm(member: member, rehearsal: rehearsal).html)\
      \(HTML.when(count > 0, filters))\
      <div class="card">\(found.isEmpty ? empty : table)</div>
      """)
  }

  private var filters: HTML {
    SearchBox(
      label: "Messages", placeholder: "Subject, sender or recipient", search: search,
      address: "/sandbox"
    )
    .html(member.site.assets)
  }

  private var empty: HTML {
    let assets = member.site.assets
    if count > 0 {
      let isBeyond = search.isEmpty
      return EmptyState(
        icon: .search, title: isBeyond ? "No more messages" : "Nothing matches",
        sentence: isBeyond
          ? "This page is past the oldest message."
          : "No message has “\(Wording.short(search, 60))” in its subject, sender or recipients.",
        action: ("/sandbox", "All messages")
      ).html(assets)
    }
    return EmptyState(
      icon: .inbox, title: "Nothing has arrived yet",
      sentence: "Send a campaign with a sandbox sender, and read here what people would get.",
      action: ("/campaigns/new", "New campaign")
    ).html(assets)
  }

  private var table: HTML {
    let slice = PageSlice(found, length: Self.length) { Cursor([$0.id.text(.message)]) }
    return """
      <div class="table-wrap" role="region" tabindex="0" aria-label="Messages">
      <table class="table"><thead><tr><th scope="col">Subject</th><th scope="col">To</th>\
      <th scope="col">Received</th><th scope="col" class="end opt">Size</th></tr></thead>
      <tbody>\(HTML.each(slice.shown, row))</tbody></table></div>
      \(Pager(shown: slice.shown.count, next: slice.next, request: member.request).html(member.site.assets))
      """
  }

  private func row(_ message: InboxMessage) -> HTML {
    let subject = message.subject.isEmpty ? "(no subject)" : Wording.short(message.subject)
    return """
      <tr><td class="break"><a class="title" href="/sandbox/\(message.id.text(.message))">\
      \(subject)</a><small>\(Wording.short(message.from))</small></td>\
      <td class="break">\(Wording.short(message.recipients))</td>\
      <td class="nowrap">\(Moment.html(message.receivedAt, in: member.zone))</td>\
      <td class="end num nowrap opt">\(Wording.size(message.size))</td></tr>

      """
  }
}
