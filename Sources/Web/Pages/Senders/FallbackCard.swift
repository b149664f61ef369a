import HTTP
import Model
import Storage

/// Who stands in for a sender whose server cannot be reached: a form of its own on its page.
struct FallbackCard {
  private let sender: Sender
  private let others: [Sender]
  private let form: Form
  private let member: Member
  private static let fields = ["fallback_1", "fallback_2", "fallback_3"]

  static func load(
    _ sender: Sender, _ member: Member, form: Form? = nil
  ) async throws -> FallbackCard {
    let senders = member.store.senders
    let chosen = try await senders.fallbacks(of: sender.id, in: member.home)
    let shown = zip(fields, chosen).map { ($0, $1.id.text(.sender)) }
    return FallbackCard(
      sender: sender,
      others: try await senders.all(in: member.home)
        .filter { $0.id != sender.id && $0.kind == .smtp },
      form: form ?? Form(showing: shown), member: member)
  }

  /// Keeps who was chosen, in their order.
  static func change(_ member: Member, _ form: Form) async throws -> Response {
    let sender = try await SenderDesk.sender(member)
    var form = form
    var ids: [Identifier] = []
    for field in fields {
      let text = form.raw(field)
      if text.isEmpty { continue }
      guard let id = Identifier(text, .sender) else {
        form.note(field, "Choose one of the list.")
        continue
      }
      ids.append(id)
    }
    if form.isGood,
      let refusal = try await member.store.senders.setFallbacks(
        ids, of: sender.id, in: member.home)
    {
      form.note(fields[0], sentence(refusal))
    }
    guard form.isGood else {
      return member.visit.answer(
        SenderPage.existing(
          member, sender, SenderFields.form(of: sender), SenderTrial(sender, nil, member),
          try await load(sender, member, form: form)), status: .unprocessable)
    }
    return member.redirect(
      to: "/senders/\(sender.id.text(.sender))",
      Notice(ids.isEmpty ? "Nobody stands in for this sender." : "Saved who stands in."))
  }

  private static func sentence(_ refusal: FallbackRefusal) -> String {
    switch refusal {
    case .notThere: "One of them has been removed meanwhile. Choose again."
    case .circle(let name):
      "“\(Wording.short(name, 60))” has this sender stand in for it, so the two would send in a circle. Choose another one."
    case .sandbox: "The sandbox cannot stand in: nobody would get the messages."
    case .tooMany: "At most \(Senders.mostFallbacks) can stand in."
    }
  }

  /// Nothing where there is nobody to choose.
  var html: HTML {
    guard sender.kind == .smtp, !others.isEmpty else { return "" }
    let choices =
      [(value: "", label: "Nobody")]
      + others.map { (value: $0.id.text(.sender), label: SenderLabel.text($0)) }
    let labels = ["First", "Then", "Then"]
    return """
      <section class="card" aria-labelledby="h-fallback"><header class="card-head">\
      <h2 id="h-fallback">If it cannot be reached</h2></header><div class="card-body stack">
      <p>While this sender’s server cannot be reached or refuses the sign-in, messages leave through \
      these, in this order and within their own limits. A message that a server refuses is never \
      sent through another.</p>
      \(form.summary)
      <form class="form" method="post" action="/senders/\(sender.id.text(.sender))/fallbacks">\
      \(member.formToken.input)
      \(HTML.each(Array(zip(Self.fields, labels))) { field, label in
        Field(name: field, label: label, isOptional: true).select(form, choices)
      })
      <div class="form-actions"><button class="btn">Save who stands in</button></div></form>
      </div></section>
      """
  }
}
