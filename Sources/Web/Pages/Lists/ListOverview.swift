import HTTP
import Model

/// The lists of a workspace, newest first.
struct ListOverview {
  static let length = 50

  let member: Member
  /// One more than a page shows, when there are more.
  let found: [Audience]
  let search: String

  var page: HTML {
    let assets = member.site.assets
    let head = PageHead(
      title: "Lists", lede: "The files you uploaded, each with the people in it.",
      actions: """
        <a class="btn primary" href="/lists/new">\(Icon.upload.html(assets)) Upload a list</a>
        """)
    let isNew = found.isEmpty && search.isEmpty && member.request.query["after"] == nil
    return Layout.page(
      "Lists", in: .lists, member,
      """
      \(head.html)\(HTML.when(!isNew, filters))\
      <div class="card">\(found.isEmpty ? empty(isNew) : table)</div>
      """)
  }

  private var filters: HTML {
    SearchBox(label: "Lists", placeholder: "Name of the list", search: search, address: "/lists")
      .html(member.site.assets)
  }

  private func empty(_ isNew: Bool) -> HTML {
    let assets = member.site.assets
    guard isNew else {
      return EmptyState(
        icon: .search, title: "Nothing matches",
        sentence: search.isEmpty
          ? "This page is past the oldest list."
          : "No list has “\(Wording.short(search, 60))” in its name.",
        action: ("/lists", "All lists")
      ).html(assets)
    }
    return EmptyState(
      icon: .lists, title: "No lists yet",
      sentence: "Upload a file with names and addresses; everybody in it can be written to.",
      action: ("/lists/new", "Upload a list")
    ).html(assets)
  }

  private var table: HTML {
    let slice = PageSlice(found, length: Self.length) { Cursor([$0.id.text(.list)]) }
    return """
      <div class="table-wrap" role="region" tabindex="0" aria-label="Lists">
      <table class="table"><thead><tr><th scope="col">List</th><th scope="col">State</th>\
      <th scope="col" class="end">People</th><th scope="col" class="end opt">Left out</th>\
      <th scope="col" class="opt">Uploaded</th></tr></thead>
      <tbody>\(HTML.each(slice.shown, row))</tbody></table></div>
      \(Pager(shown: slice.shown.count, next: slice.next, request: member.request).html(member.site.assets))
      """
  }

  private func row(_ list: Audience) -> HTML {
    let address = "/lists/\(list.id.text(.list))"
    let left: HTML =
      list.refusedCount > 0
      ? "<a href=\"\(address)?show=refused\">\(Wording.count(list.refusedCount))</a>" : "0"
    return """
      <tr><td class="break"><a class="title" href="\(address)">\(list.name)</a></td>\
      <td>\(Self.badge(list.state))</td>\
      <td class="end num">\(Wording.count(list.rowCount - list.refusedCount))</td>\
      <td class="end num opt">\(left)</td>\
      <td class="nowrap opt">\(Moment.html(list.createdAt, in: member.zone))</td></tr>

      """
  }

  static func badge(_ state: Audience.State) -> HTML {
    switch state {
    case .empty: Badge.plain("Empty")
    case .reading: Badge.plain("Being read", "preparing")
    case .ready: Badge.plain("Ready", "ok")
    case .failed: Badge.plain("Not readable", "bad")
    }
  }
}
