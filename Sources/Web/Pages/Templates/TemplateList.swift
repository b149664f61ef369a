import HTTP
import Model

/// The templates of a workspace, newest first.
struct TemplateList {
  static let length = 50

  let member: Member
  /// One more than a page shows, when there are more.
  let found: [MailTemplate]
  let search: String

  var page: HTML {
    let assets = member.site.assets
    let head = PageHead(
      title: "Templates", lede: "Subjects and bodies to begin campaigns from.",
      actions: """
        <a class="btn primary" href="/templates/new">\(Icon.plus.html(assets)) New template</a>
        """)
    let isNew = found.isEmpty && search.isEmpty && member.request.query["after"] == nil
    return Layout.page(
      "Templates", in: .templates, member,
      """
      \(head.html)\(HTML.when(!isNew, filters))\
      <div class="card">\(found.isEmpty ? empty(isNew) : table)</div>
      """)
  }

  private var filters: HTML {
    SearchBox(
      label: "Templates", placeholder: "Name or subject", search: search, address: "/templates"
    )
    .html(member.site.assets)
  }

  private func empty(_ isNew: Bool) -> HTML {
    let assets = member.site.assets
    guard isNew else {
      return EmptyState(
        icon: .search, title: "Nothing matches",
        sentence: search.isEmpty
          ? "This page is past the oldest template."
          : "No template has “\(Wording.short(search, 60))” in its name or subject.",
        action: ("/templates", "All templates")
      ).html(assets)
    }
    return EmptyState(
      icon: .templates, title: "No templates yet",
      sentence: "Write a message once, and begin as many campaigns from it as you like.",
      action: ("/templates/new", "New template")
    ).html(assets)
  }

  private var table: HTML {
    let slice = PageSlice(found, length: Self.length) { Cursor([$0.id.text(.template)]) }
    return """
      <div class="table-wrap" role="region" tabindex="0" aria-label="Templates">
      <table class="table"><thead><tr><th scope="col">Template</th><th scope="col">Body</th>\
      <th scope="col" class="opt">Changed</th>\
      <th scope="col"><span class="sr">Actions</span></th></tr></thead>
      <tbody>\(HTML.each(slice.shown, row))</tbody></table></div>
      \(Pager(shown: slice.shown.count, next: slice.next, request: member.request).html(member.site.assets))
      """
  }

  private func row(_ template: MailTemplate) -> HTML {
    let id = template.id.text(.template)
    return """
      <tr><td class="break"><a class="title" href="/templates/\(id)">\(template.name)</a>\
      <small>\(Wording.short(template.subject))</small></td>\
      <td>\(template.html == nil ? "Text" : "HTML")</td>\
      <td class="nowrap opt">\(Moment.html(template.changedAt, in: member.zone))</td>\
      <td class="end"><div class="row-actions">\
      <a class="btn quiet small" href="/templates/\(id)/preview">Preview</a>\
      <a class="btn quiet small" href="/campaigns/new?template=\(id)">Use</a></div></td></tr>

      """
  }
}
