import HTTP
import Model
import Octets
import Storage
import TimeZones

/// The one form from file to Send.
struct CampaignFormPage {
  let member: Member
  let form: Form
  let choices: CampaignChoices
  /// The draft, or the one that waits for its time; `nil` for a new one.
  var campaign: Campaign?
  /// To whom it goes so far.
  var audience: Audience?
  /// A file that is here already.
  var file: DraftFile?
  /// What to say on top, besides what is wrong.
  var remark: String?

  var assets: Assets { member.site.assets }

  var html: HTML {
    let title = campaign.map { "Edit \($0.name)" } ?? "New campaign"
    var crumbs: [(address: String, label: String)] = [("/campaigns", "Campaigns")]
    if let campaign { crumbs.append((campaign.address, campaign.name)) }
    let content: HTML = """
      \(form.summary)\(remark.map { remark in
        """
        <div class="flash info" role="status">\(Icon.info.html(assets))<p>\(remark)</p></div>
        """ as HTML
      })\(PageHead(title: title, crumbs: crumbs).html)\
      \(templates)
      <form class="form" method="post" action="\(campaign.map { "\($0.address)/edit" } ?? "/campaigns")" \
      enctype="multipart/form-data" data-check data-upload>\(member.formToken.input)\
      <input type="hidden" name="id" value="\(form.raw("id"))">\
      <input type="hidden" name="template" value="\(form.raw("template"))">
      \(recipients)\(message)\(attachment)\(moment)
      <div class="form-actions">\(buttons)</div></form>
      """
    return Layout.page(title, in: .campaigns, member, isNarrow: true, content)
  }

  /// The button that Enter stands for comes first, so it must be the one that does no harm.
  private var buttons: HTML {
    let keep: HTML =
      campaign?.state == .scheduled
      ? """
      <button class="btn" name="do" value="save" formnovalidate>Take back to drafts</button>\
      <button class="btn primary" name="do" value="send">Save and send</button>
      """
      : """
      <button class="btn" name="do" value="save" formnovalidate>Save as draft</button>\
      <button class="btn primary" name="do" value="send">\(Icon.send.html(assets)) Send</button>
      """
    return "\(keep)<a class=\"btn quiet\" href=\"\(campaign?.address ?? "/campaigns")\">Cancel</a>"
  }

  // MARK: Template

  /// A form of its own, to be used before anything is written.
  private var templates: HTML {
    guard !choices.templates.isEmpty else { return "" }
    let chosen = form.raw("template")
    return """
      <form class="filters" method="get" \
      action="\(campaign.map { "\($0.address)/edit" } ?? "/campaigns/new")">\
      <label for="start-from">Start from</label> <select id="start-from" name="template">\
      <option value="">no template</option>\
      \(HTML.each(choices.templates) { template in
        let id = template.id.text(.template)
        return """
          <option value="\(id)"\(HTML.when(id == chosen, " selected"))>\(template.name)</option>
          """
      })</select> <button class="btn" data-confirm="Use this template? \
      It takes the place of what stands in the form now; chosen files have to be chosen again." \
      data-confirm-yes="Use it">Use</button></form>
      """
  }

  // MARK: Recipients

  private var recipients: HTML {
    let isList = form.raw("source") == "list"
    let lists = offeredLists
    let kinds: HTML =
      lists.isEmpty
      ? ""
      : """
      <fieldset class="choices"><legend>Where they are</legend>\
      \(Field.radio("source", "file", "In a file", isChosen: !isList))\
      \(Field.radio("source", "list", "In a list that is here already", isChosen: isList))</fieldset>
      """
    let list: HTML =
      lists.isEmpty
      ? ""
      : """
      <div data-shows="source=list">\
      \(Field(name: "list", label: "List").select(form, lists.map { list in
        (list.id.text(.list), "\(list.name) (\(Self.size(list)))")
      }))</div>
      """
    let showing: HTML = lists.isEmpty ? "" : " data-shows=\"source=file\""
    return """
      <fieldset class="card group"><legend>Who gets it</legend>\(kinds)
      <div class="stack"\(showing)>\(fileField)\(columnField)</div>\(list)</fieldset>
      """
  }

  /// The newest lists, and the one that was chosen, however old it is.
  private var offeredLists: [Audience] {
    guard let audience, audience.kind == .list, audience.state != .empty,
      !choices.lists.contains(where: { $0.id == audience.id })
    else { return choices.lists }
    return [audience] + choices.lists
  }

  private static func size(_ list: Audience) -> String {
    list.state == .reading
      ? "being read" : Wording.count(list.rowCount - list.refusedCount, "person", "people")
  }

  private var fileField: HTML {
    let limit = member.site.settings.contactFileLimit
    let kept: HTML =
      file.map { "<strong>\($0.name)</strong> is here. Choose another file to replace it. " } ?? ""
    return Field(
      name: "file", label: "File with the recipients",
      hint: """
        \(kept)CSV or text, with a first line that names the columns and one line a person, up to \
        \(Wording.size(limit)).
        """
    ).around(form) { id, described in
      """
      <div class="drop" data-drop="csv">\(Icon.upload.html(assets))\
      <p class="drop-text">Drop a file here, or choose one</p>\
      <input type="file" id="\(id)" name="file" accept=".csv,.txt,.tsv,text/csv,text/plain" \
      data-max-bytes="\(limit)"\(described)\
      \(HTML.when(file == nil, """
       data-required data-message-required="Choose a file with the people to write to."
      """))></div>
      """
    }
  }

  private var columnField: HTML {
    let words: HTML = """
       data-columns data-message-required="Choose the column with the addresses."
      """
    let field = Field(
      name: "column", label: "Column with the addresses",
      hint: "Found by itself where the file is clear about it; change it if another is right.",
      isOptional: file?.columns.isEmpty ?? true, attributes: "\(words) maxlength=\"500\"")
    guard let file, !file.columns.isEmpty else { return field.input(form) }
    let none = file.chosenColumn == nil ? [("", "Choose the column")] : []
    return field.around(form) { id, described in
      let chosen = form.raw("column").isEmpty ? file.chosenColumn ?? "" : form.raw("column")
      return """
        <select id="\(id)" name="column"\(words)\(described)>\
        \(HTML.each(none + file.columns.map { ($0, $0) }) { choice in
          """
          <option value="\(choice.0)"\(HTML.when(choice.0 == chosen, " selected"))>\(choice.1)</option>
          """
        })</select>
        """
    }
  }
}
