/// The form above a list that narrows it by a word of the query, `?q=…`.
struct SearchBox {
  /// What is looked through, for whoever hears the page.
  let label: String
  let placeholder: String
  let search: String
  /// The list's own address, without a search.
  let address: String
  /// What else narrows the list and stays so: a word of the query.
  var kept: (name: String, value: String)?

  func html(_ assets: Assets) -> HTML {
    """
    <form class="filters" method="get" role="search" aria-label="\(label)">\
    \(kept.map { "<input type=\"hidden\" name=\"\($0.name)\" value=\"\($0.value)\">" as HTML })\
    <label class="search"><span class="sr">Search</span>\(Icon.search.html(assets))\
    <input type="search" name="q" placeholder="\(placeholder)" maxlength="200" \
    value="\(search)"></label><button class="btn">Search</button>\
    \(HTML.when(!search.isEmpty, "<a class=\"btn quiet\" href=\"\(address)\">Clear</a>"))</form>
    """
  }
}
