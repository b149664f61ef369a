import HTTP

/// An input with its label, its hint, and what is wrong with it.
struct Field {
  let name: String
  let label: String
  var type = "text"
  var hint: HTML?
  var isOptional = false
  /// Further attributes, such as ` required maxlength="200"`; the same rules as the server's.
  var attributes: HTML = ""
  /// Beside the input, such as “per hour”.
  var affix: String?

  private var id: String { name.replacing("_", with: "-") }

  func input(_ form: Form) -> HTML {
    let control: HTML = """
      <input type="\(type)" id="\(id)" name="\(name)"\(described(form))\(attributes)\(value(form))>
      """
    let wrapped: HTML =
      affix.map { "<div class=\"affix\">\(control)<span>\($0)</span></div>" } ?? control
    return wrap(wrapped, form)
  }

  func area(_ form: Form, rows: Int = 8, code: Bool = false) -> HTML {
    let kind: HTML = code ? " class=\"code\"" : ""
    // A line break right behind the tag is eaten by browsers; the text may begin with one.
    return wrap(
      """
      <textarea id="\(id)" name="\(name)" rows="\(rows)"\(kind)\(described(form))\(attributes)>
      \(form.values[name] ?? "")</textarea>
      """, form)
  }

  /// A list to choose from, of values and what they are called.
  func select(_ form: Form, _ choices: [(value: String, label: String)]) -> HTML {
    let chosen = form.raw(name)
    let options = HTML.each(choices) { choice in
      "<option value=\"\(choice.value)\"\(HTML.when(choice.value == chosen, " selected"))>\(choice.label)</option>"
    }
    return wrap(
      """
      <select id="\(id)" name="\(name)"\(described(form))\(attributes)>\(options)</select>
      """, form)
  }

  /// Any other control; `control` gets the identifier and the describing attributes.
  func around(_ form: Form, _ control: (_ id: String, _ described: HTML) -> HTML) -> HTML {
    wrap(control(id, described(form)), form)
  }

  /// A tick with its words.
  static func tick(
    _ name: String, _ label: String, hint: String? = nil, isTicked: Bool, attributes: HTML = ""
  ) -> HTML {
    """
    <label class="choice"><input type="checkbox" name="\(name)" value="yes"\
    \(HTML.when(isTicked, " checked"))\(attributes)> \
    <span>\(label)\(hint.map { "<small>\($0)</small>" as HTML })</span></label>
    """
  }

  /// One of several choices under one name.
  static func radio(
    _ name: String, _ value: String, _ label: String, hint: String? = nil, isChosen: Bool
  ) -> HTML {
    """
    <label class="choice"><input type="radio" name="\(name)" value="\(value)"\
    \(HTML.when(isChosen, " checked"))> \
    <span>\(label)\(hint.map { "<small>\($0)</small>" as HTML })</span></label>
    """
  }

  private func value(_ form: Form) -> HTML {
    // A password is never sent back.
    guard type != "password", type != "file", let value = form.values[name] else { return "" }
    return " value=\"\(value)\""
  }

  private func described(_ form: Form) -> HTML {
    var by: [String] = []
    if hint != nil { by.append("\(id)-hint") }
    let isWrong = form.fault(of: name) != nil
    if isWrong { by.append("\(id)-error") }
    return """
      \(HTML.when(!by.isEmpty, " aria-describedby=\"\(by.joined(separator: " "))\""))\
      \(HTML.when(isWrong, " aria-invalid=\"true\""))
      """
  }

  private func wrap(_ control: HTML, _ form: Form) -> HTML {
    let optional: HTML = isOptional ? " <span class=\"optional\">optional</span>" : ""
    let note: HTML = hint.map { "<p class=\"hint\" id=\"\(id)-hint\">\($0)</p>" } ?? ""
    let error: HTML =
      form.fault(of: name).map { "<p class=\"error\" id=\"\(id)-error\">\($0)</p>" } ?? ""
    return """
      <div class="field"><label for="\(id)">\(label)\(optional)</label>\(note)\(control)\(error)</div>
      """
  }
}

extension Form {
  /// What is wrong, as a list of links to the fields; nothing when all is well.
  var summary: HTML {
    guard !faults.isEmpty else { return "" }
    let title =
      faults.count == 1
      ? "One thing needs another look" : "\(faults.count) things need another look"
    return """
      <div class="error-summary" role="alert" tabindex="-1" id="errors" data-focus>
      <h2>\(title)</h2>
      <ul>\(HTML.each(faults) { fault in
        "<li><a href=\"#\(fault.field.replacing("_", with: "-"))\">\(fault.message)</a></li>"
      })</ul></div>
      """
  }
}
