import HTTP
import Model
import Storage

/// One list: what came of its file, the rows that cannot be mailed, and the people.
struct ListPage {
  static let length = 50
  /// Refused rows that the first page shows above the people.
  private static let excerpt = 20

  private let member: Member
  private let list: Audience
  private let search: String
  /// Only the rows that cannot be mailed.
  private let showsRefused: Bool
  private let refused: [AudienceRow]
  /// One more than a page shows, when there are more.
  private let rows: [AudienceRow]

  static func load(_ member: Member, _ list: Audience) async throws -> ListPage {
    let query = member.request.query
    let search = query["q"] ?? ""
    let showsRefused = query["show"] == "refused"
    let last = Cursor(query["after"], parts: 1).flatMap { Int($0.parts[0]) } ?? 0
    let audiences = member.store.audiences
    var refused: [AudienceRow] = []
    if list.refusedCount > 0, !showsRefused, last == 0, search.isEmpty {
      refused = try await audiences.rows(
        of: list.id, in: member.home, after: 0, limit: excerpt, refused: true)
    }
    let rows = try await audiences.rows(
      of: list.id, in: member.home, after: max(0, last), limit: length + 1, search: search,
      refused: showsRefused)
    return ListPage(
      member: member, list: list, search: search, showsRefused: showsRefused, refused: refused,
      rows: rows)
  }

  static func removalQuestion(_ list: Audience) -> String {
    """
    Delete the list “\(list.name)” with its \(Wording.count(list.rowCount, "row", "rows"))? It \
    cannot be brought back; drafts that use it lose their recipients.
    """
  }

  private var address: String { "/lists/\(list.id.text(.list))" }

  var page: HTML {
    let assets = member.site.assets
    let isReading = list.state == .reading
    let remove = ActionButton(
      address: "\(address)/remove", label: "Delete", icon: .trash, kind: "danger",
      question: Self.removalQuestion(list), yes: "Delete the list")
    let use: HTML = """
      <a class="btn primary" href="/campaigns/new?list=\(list.id.text(.list))">\
      \(Icon.send.html(assets)) Write to this list</a>
      """
    let head = PageHead(
      title: list.name, crumbs: [("/lists", "Lists")],
      lede: """
        \(ListOverview.badge(list.state)) uploaded \(Moment.html(list.createdAt, in: member.zone))
        """,
      actions: "\(remove.html(member))\(HTML.when(list.state == .ready, use))")
    return Layout.page(
      list.name, in: .lists, member, refreshing: isReading ? 3 : nil,
      """
      \(head.html)<div id="list" class="stack"\(HTML.when(isReading, " data-refresh=\"2\""))>\
      \(outcome)\(HTML.when(!isReading, people))</div>
      """)
  }

  private var outcome: HTML {
    let assets = member.site.assets
    let reachable = list.rowCount - list.refusedCount
    let left: HTML =
      list.refusedCount > 0
      ? "<a href=\"\(address)?show=refused\">\(Wording.count(list.refusedCount))</a>" : "0"
    let state: HTML =
      switch list.state {
      case .reading:
        """
        <div class="flash info" role="status">\(Icon.info.html(assets))<p>The file is being read; \
        this page follows. You can go on working meanwhile.</p></div>
        """
      case .failed:
        """
        <div class="flash bad" role="alert">\(Icon.error.html(assets))<p><strong>The file cannot be \
        read to its end.</strong> \(list.failure ?? "") Mend it and \
        <a href="/lists/new">upload it again</a>.</p></div>
        """
      case .ready, .empty: ""
      }
    return """
      \(state)<dl class="stats"><div><dt>People to write to</dt>\
      <dd class="num">\(Wording.count(reachable))</dd></div>\
      <div\(HTML.when(list.refusedCount > 0, " class=\"warn\""))><dt>Rows left out</dt>\
      <dd class="num">\(left)</dd></div>\
      <div><dt>Columns</dt><dd class="num">\(Wording.count(list.fieldNames.count))</dd>\
      <dd class="note">\(Wording.short(list.fieldNames.joined(separator: ", "), 200))</dd></div></dl>
      """
  }

  private var people: HTML {
    guard list.rowCount > 0 else { return "" }
    return "\(refusals)\(tabs)\(filters)<div class=\"card\">\(rows.isEmpty ? empty : table)</div>"
  }

  private var refusals: HTML {
    guard !refused.isEmpty else { return "" }
    let all: HTML =
      list.refusedCount > refused.count
      ? "<a href=\"\(address)?show=refused\">All \(Wording.count(list.refusedCount))</a>" : ""
    return """
      <div class="card"><header class="card-head"><h2>Rows that are left out</h2>\(all)</header>
      \(RowTable(list: list, rows: refused, label: "Rows that are left out").html)</div>
      """
  }

  private var tabs: HTML {
    Tabs(
      label: "Rows", name: "show",
      choices: [
        (nil, "To write to", list.rowCount - list.refusedCount),
        ("refused", "Left out", list.refusedCount),
      ]
    ).html(member.request)
  }

  private var filters: HTML {
    SearchBox(
      label: "Rows", placeholder: "Beginning of an address", search: search,
      address: showsRefused ? "\(address)?show=refused" : address,
      kept: showsRefused ? ("show", "refused") : nil
    ).html(member.site.assets)
  }

  private var empty: HTML {
    if search.isEmpty {
      return showsRefused
        ? "<p class=\"empty-line\">No row is left out.</p>"
        : "<p class=\"empty-line\">There is nobody to write to here.</p>"
    }
    return """
      <p class="empty-line">No address here begins with “\(Wording.short(search, 60))”.</p>
      """
  }

  private var table: HTML {
    let slice = PageSlice(rows, length: Self.length) { Cursor([String($0.line)]) }
    let pager = Pager(shown: slice.shown.count, next: slice.next, request: member.request)
    return """
      \(RowTable(list: list, rows: slice.shown, label: "People").html)\
      \(pager.html(member.site.assets))
      """
  }

  private init(
    member: Member, list: Audience, search: String, showsRefused: Bool, refused: [AudienceRow],
    rows: [AudienceRow]
  ) {
    self.member = member
    self.list = list
    self.search = search
    self.showsRefused = showsRefused
    self.refused = refused
    self.rows = rows
  }
}
