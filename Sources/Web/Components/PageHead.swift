/// The top of a page's content: where one is, its title, and what can be done here.
struct PageHead {
  let title: String
  var crumbs: [(address: String, label: String)] = []
  var lede: HTML?
  var actions: HTML?

  var html: HTML {
    let trail: HTML =
      crumbs.isEmpty
      ? ""
      : """
      <nav class="crumbs" aria-label="Breadcrumb"><ol role="list">\
      \(HTML.each(crumbs) { "<li><a href=\"\($0.address)\">\($0.label)</a></li>" })</ol></nav>
      """
    return """
      <div class="page-head"><div>\(trail)<h1>\(title)</h1>\
      \(lede.map { "<p class=\"lede\">\($0)</p>" as HTML })</div>\
      \(actions.map { "<div class=\"actions\">\($0)</div>" as HTML })</div>
      """
  }
}
