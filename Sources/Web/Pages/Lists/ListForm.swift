/// Where a contact file is uploaded.
enum ListForm {
  static func page(_ member: Member, _ form: Form) -> HTML {
    let head = PageHead(
      title: "New list", crumbs: [("/lists", "Lists")],
      lede: "Upload a file with the people you want to write to.")
    return Layout.page(
      "New list", in: .lists, member, isNarrow: true,
      """
      \(form.summary)\(head.html)
      <form class="form" method="post" action="/lists" enctype="multipart/form-data" data-check \
      data-upload>\(member.formToken.input)
      <fieldset class="card group"><legend>File</legend>
      \(file(form, member))\
      \(Field(
        name: "column", label: "E-mail column",
        hint: "The column with the addresses. Leave it empty and it is found by its name and content.",
        isOptional: true,
        attributes: """
           maxlength="200" data-columns data-message-required="Choose the column with the addresses."
          """
      ).input(form))\
      \(Field(
        name: "name", label: "Name of the list", hint: "Empty: the file's name.", isOptional: true,
        attributes: " maxlength=\"200\""
      ).input(form))</fieldset>
      <div class="form-actions"><button class="btn primary">Upload</button>\
      <a class="btn quiet" href="/lists">Cancel</a></div></form>
      <details class="more"><summary>What the file should look like</summary><div class="stack">\
      <p>The first line names the columns, each further line is one person. Commas, semicolons or \
      tabs part the columns; UTF-8 and the usual Windows encoding are understood. Excel saves such \
      files as “CSV UTF-8”.</p>\
      <pre class="source" tabindex="0" aria-label="An example"><code>email,first_name,city
      ada@example.com,Ada,London
      grace@example.com,Grace,New York</code></pre>\
      <p>Every column can be used in a message: <code>{{ first_name }}</code>. Rows without a valid \
      address and second rows for one address are left out and shown to you with the reason.</p>\
      </div></details>
      """)
  }

  private static func file(_ form: Form, _ member: Member) -> HTML {
    let limit = member.site.settings.contactFileLimit
    return Field(
      name: "file", label: "Contact file",
      hint: "CSV or text, one person a line, up to \(Wording.size(limit))."
    ).around(form) { id, described in
      """
      <div class="drop" data-drop="csv">\(Icon.upload.html(member.site.assets))\
      <p class="drop-text">Drop a file here, or choose one</p>\
      <input type="file" id="\(id)" name="file" required accept=".csv,.txt,.tsv,text/csv"\
      \(described) data-max-bytes="\(limit)" \
      data-message-required="Choose a file with the people to write to."></div>
      """
    }
  }
}
