import Model

/// What to do first in a new workspace; it is gone once a message has been sent.
struct Checklist {
  let totals: WorkspaceTotals
  let senders: [Sender]
  let recent: [Campaign]

  func html(_ member: Member) -> HTML {
    let tested = senders.first { $0.lastTest?.passed == true }
    let untested = senders.last { $0.lastTest?.passed != true }
    let place = untested.map { "/senders/\($0.id.text(.sender))" } ?? "/senders/new"
    let draft = recent.first { $0.state == .draft }
    let writing = draft.map { "/campaigns/\($0.id.text(.campaign))" } ?? "/campaigns/new"
    return """
      <section class="card" aria-labelledby="h-first"><header class="card-head">\
      <h2 id="h-first">Three steps to the first campaign</h2></header>\
      <div class="card-body"><ol class="checklist" role="list">\
      \(step(
        1, "Connect a sender and test it",
        """
        <a href="/senders/new">Add your mail account</a>, such as Gmail. The sandbox is there \
        already: with it nothing leaves this machine.
        """,
        address: tested == nil ? place : "/senders", button: senders.isEmpty ? "Connect" : "Test", isDone: tested != nil,
        member))\
      \(step(
        2, "Bring the recipients",
        "Upload a list, a CSV file for instance. You can also do it while you write the campaign.",
        address: totals.recipients > 0 ? "/lists" : "/lists/new", button: "Upload",
        isDone: totals.recipients > 0, member))\
      \(step(
        3, "Send the first campaign",
        draft == nil
          ? "Write a message, look at it, and send it." : "A draft is ready: look at it and send it.",
        address: writing, button: draft == nil ? "Write" : "Open the draft", isDone: false, member))\
      </ol></div></section>
      """
  }

  private func step(
    _ number: Int, _ title: String, _ text: HTML, address: String, button: String,
    isDone: Bool, _ member: Member
  ) -> HTML {
    let tick: HTML =
      isDone
      ? "<span class=\"tick\">\(Icon.check.html(member.site.assets))<span class=\"sr\">Done</span></span>"
      : "<span class=\"tick num\">\(number)</span>"
    return """
      <li\(HTML.when(isDone, " class=\"done\""))>\(tick)<div><h3>\(title)</h3><p>\(text)</p></div>\
      <a class="btn small" href="\(address)">\
      \(isDone ? "Show" : button)<span class="sr">: \(title)</span></a></li>
      """
  }
}
