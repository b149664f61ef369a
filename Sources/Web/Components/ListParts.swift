import HTTP

/// A step through a list that is paged by key.
struct Pager {
  let shown: Int
  /// The cursor of the next page, `nil` on the last.
  let next: Cursor?
  let request: Request

  func html(_ assets: Assets) -> HTML {
    let isFirst = request.query["after"] == nil
    guard next != nil || !isFirst else { return "" }
    let first: HTML =
      isFirst
      ? ""
      : """
      <a class="btn small" rel="prev" href="\(address(nil))">\(Icon.left.html(assets)) First page</a>
      """
    let onward: HTML =
      next.map {
        """
        <a class="btn small" rel="next" href="\(address($0))">Next \(Icon.right.html(assets))</a>
        """
      } ?? ""
    return """
      <nav class="pager" aria-label="Pages"><span class="muted">\(Wording.count(shown)) shown</span>\
      \(first)\(onward)</nav>
      """
  }

  /// This page's address with another cursor; filters stay.
  private func address(_ cursor: Cursor?) -> String {
    var items = request.query.items.filter { $0.name != "after" }
    if let cursor { items.append(.init("after", cursor.text)) }
    return "\(request.path)?\(FormFields(items).urlencoded)"
  }
}

/// What a list shows when it holds nothing.
struct EmptyState {
  let icon: Icon
  let title: String
  let sentence: String
  var action: (address: String, label: String)?

  func html(_ assets: Assets) -> HTML {
    """
    <div class="empty">\(icon.html(assets))<h2>\(title)</h2><p>\(sentence)</p>\
    \(action.map { "<a class=\"btn primary\" href=\"\($0.address)\">\($0.label)</a>" as HTML })</div>
    """
  }
}

/// Links that narrow a list by one word of the query.
struct Tabs {
  let label: String
  let name: String
  let choices: [(value: String?, label: String, count: Int?)]

  func html(_ request: Request) -> HTML {
    let chosen = request.query[name]
    return """
      <nav class="tabs" aria-label="\(label)"><ul role="list">\
      \(HTML.each(choices) { choice in
        """
        <li><a href="\(address(choice.value, request))"\
        \(HTML.when(choice.value == chosen, " aria-current=\"page\""))>\(choice.label)\
        \(choice.count.map { " <span class=\"count num\">\(Wording.count($0))</span>" as HTML })</a></li>
        """
      })</ul></nav>
      """
  }

  private func address(_ value: String?, _ request: Request) -> String {
    var items = request.query.items.filter { $0.name != name && $0.name != "after" }
    if let value { items.append(.init(name, value)) }
    return "\(request.path)?\(FormFields(items).urlencoded)"
  }
}
