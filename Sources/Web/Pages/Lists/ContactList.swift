import HTTP
import Model

/// Everyone of all lists who can be written to, by address.
struct ContactList {
  static let length = 50

  let member: Member
  /// One more than a page shows, when there are more.
  let found: [ContactRow]
  let search: String

  /// Where a page begins, as ``page`` wrote it into the address.
  static func place(_ text: String?) -> ContactRow.Place? {
    guard let parts = Cursor(text, parts: 2)?.parts, let list = Identifier(parts[0], .list),
      let line = Int(parts[1])
    else { return nil }
    return ContactRow.Place(list: list, line: line)
  }

  var page: HTML {
    let assets = member.site.assets
    let head = PageHead(
      title: "Contacts", lede: "Everyone of all lists who can be written to, by address.",
      actions: """
        <a class="btn primary" href="/lists/new">\(Icon.upload.html(assets)) Upload a list</a>
        """)
    let isNew = found.isEmpty && search.isEmpty && member.request.query["after"] == nil
    return Layout.page(
      "Contacts", in: .contacts, member,
      """
      \(head.html)\(HTML.when(!isNew, filters))\
      <div class="card">\(found.isEmpty ? empty(isNew) : table)</div>
      """)
  }

  private var filters: HTML {
    SearchBox(
      label: "Contacts", placeholder: "Beginning of an address", search: search,
      address: "/contacts"
    )
    .html(member.site.assets)
  }

  private func empty(_ isNew: Bool) -> HTML {
    let assets = member.site.assets
    guard isNew else {
      return EmptyState(
        icon: .search, title: "Nothing matches",
        sentence: search.isEmpty
          ? "This page is past the last address."
          : "No address begins with “\(Wording.short(search, 60))”.",
        action: ("/contacts", "All contacts")
      ).html(assets)
    }
    return EmptyState(
      icon: .contacts, title: "No contacts yet",
      sentence: "People come in with the lists that you upload.",
      action: ("/lists/new", "Upload a list")
    ).html(assets)
  }

  private var table: HTML {
    let slice = PageSlice(found, length: Self.length) {
      Cursor([$0.list.text(.list), String($0.line)])
    }
    return """
      <div class="table-wrap" role="region" tabindex="0" aria-label="Contacts">
      <table class="table"><thead><tr><th scope="col">Address</th><th scope="col">List</th>\
      <th scope="col" class="opt">Known about them</th></tr></thead>
      <tbody>\(HTML.each(slice.shown, row))</tbody></table></div>
      \(Pager(shown: slice.shown.count, next: slice.next, request: member.request).html(member.site.assets))
      """
  }

  private func row(_ contact: ContactRow) -> HTML {
    """
    <tr><td class="break">\(Wording.short(contact.email, 320))</td>\
    <td class="break"><a href="/lists/\(contact.list.text(.list))">\(contact.listName)</a>\
    <small>line \(Wording.count(contact.line))</small></td>\
    <td class="opt break">\(Self.knowledge(contact))</td></tr>

    """
  }

  /// The row's other values, as far as they fit.
  private static func knowledge(_ contact: ContactRow) -> String {
    let values = (FieldList.values(contact.fields) ?? []).map {
      String(decoding: $0, as: UTF8.self)
    }
    let known = values.filter { !$0.isEmpty && $0 != contact.email }.prefix(5)
    return Wording.short(known.map { Wording.short($0, 60) }.joined(separator: " · "), 160)
  }
}
