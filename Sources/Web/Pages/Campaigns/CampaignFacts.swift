import Model
import Octets

/// What a campaign is made of.
struct CampaignFacts {
  let member: Member
  let campaign: Campaign
  let audience: Audience?
  let sender: Sender?
  /// What the sender is called that stands in at the moment.
  let standIn: String?

  var html: HTML {
    """
    <section class="card" aria-labelledby="h-facts"><header class="card-head">\
    <h2 id="h-facts">About it</h2></header><div class="card-body"><dl class="facts">\
    \(HTML.each(facts) { "<div><dt>\($0.0)</dt><dd class=\"break\">\($0.1)</dd></div>" })\
    </dl></div></section>
    """
  }

  private var facts: [(String, HTML)] {
    let content = campaign.content
    var facts: [(String, HTML)] = [
      ("Subject", content.subject.isEmpty ? "–" : HTML(text: content.subject)),
      ("From", HTML(text: content.from)),
    ]
    if let replyTo = content.replyTo { facts.append(("Replies go to", HTML(text: replyTo))) }
    facts += [
      (
        "Sender",
        sender.map {
          "<a href=\"/senders/\($0.id.text(.sender))\">\($0.name)</a>\(standInNote)"
        } ?? "removed meanwhile"
      ),
      ("Recipients", recipients),
      ("Placeholders", content.isPersonalised ? "filled in" : "sent as they stand"),
    ]
    for file in content.attachments {
      facts.append(("Attachment", "\(file.name) (\(Wording.size(file.size)))"))
    }
    facts.append(
      ("Messages in doubt", campaign.inDoubt == .hold ? "held back" : "sent again"))
    let maker = campaign.createdBy.map { " by \($0)" } ?? ""
    facts.append(("Made", "\(Moment.html(campaign.createdAt, in: member.zone))\(maker)"))
    return facts
  }

  private var standInNote: HTML {
    standIn.map { "; it cannot be reached, so “\($0)” stands in at the moment" } ?? ""
  }

  private var recipients: HTML {
    guard let audience else { return "nobody yet" }
    if audience.kind == .single { return HTML(text: audience.name) }
    switch audience.state {
    case .empty: return audience.file.isEmpty ? "nobody yet" : HTML(text: audience.name)
    case .reading: return "\(link(audience)), being read"
    case .failed: return "\(link(audience)), which could not be read to its end"
    case .ready:
      let count = audience.rowCount - audience.refusedCount
      return "\(link(audience)), \(Wording.count(count, "person", "people"))"
    }
  }

  private func link(_ list: Audience) -> HTML {
    "<a href=\"/lists/\(list.id.text(.list))\">\(list.name)</a>"
  }
}
