import HTTP
import Model
import Octets
import Storage

/// `/campaigns/{id}`: what it says and to whom, how far it is, and what became of it.
struct CampaignPage {
  let member: Member
  let campaign: Campaign

  init(_ member: Member, _ campaign: Campaign) {
    self.member = member
    self.campaign = campaign
  }

  var assets: Assets { member.site.assets }
  private var store: Store { member.store }

  func answer() async throws -> Response {
    let audience = try await store.audiences.find(campaign.audience, in: member.home)
    let sender = try await store.senders.find(campaign.sender, in: member.home)
    let isWaiting = campaign.state == .draft || campaign.state == .scheduled
    let isLive = !isWaiting && !(campaign.state.isFinal && campaign.counts.isFinished)
    var checked = campaign
    // What waits for its time may be sent before it.
    if campaign.state == .scheduled { checked.scheduledAt = nil }
    let readiness =
      isWaiting
      ? Readiness(
        of: checked, to: audience, from: sender, in: member.site.settings, isForced: true,
        now: member.now) : nil
    let troubles = isWaiting ? nil : try await UndeliveredTable.load(of: campaign, for: member)
    var standIn: String?
    if campaign.state == .sending, let id = campaign.standIn {
      standIn = try await member.store.senders.name(of: id, in: member.home)
    }
    let content: HTML = """
      \(PageHead(
        title: campaign.name, crumbs: crumbs, lede: lede,
        actions: CampaignButtons(member: member, campaign: campaign).html
      ).html)\
      \(failure)\
      \(readiness.map { waiting($0, sender) })\
      \(HTML.when(isLive, CampaignProgressCard(member: member, campaign: campaign).html))\
      \(HTML.when(!isWaiting, CampaignFigures(campaign: campaign).html))\
      \(troubles?.html)\
      \(CampaignFacts(
        member: member, campaign: campaign, audience: audience, sender: sender, standIn: standIn
      ).html)\
      \(message)
      """
    return MailFrame.allowing(
      member.visit.answer(
        Layout.page(
          campaign.name, in: .campaigns, member, refreshing: isLive ? 5 : nil, content)))
  }

  private var crumbs: [(address: String, label: String)] {
    campaign.kind == .single ? [("/queue", "Queue")] : [("/campaigns", "Campaigns")]
  }

  private var lede: HTML {
    let zone = member.zone
    let when: HTML =
      switch campaign.state {
      case .draft, .awaitingApproval: "made \(Moment.html(campaign.createdAt, in: zone))"
      case .scheduled:
        campaign.scheduledAt.map { time in
          "goes out on \(CampaignWording.moment(time, in: campaign.timeZone))"
        } ?? "waits for its time"
      case .preparing: "its recipients are being read"
      case .sending, .paused, .held:
        campaign.startedAt.map { "started \(Moment.html($0, in: zone))" } ?? "not started yet"
      case .sent, .failed, .cancelled:
        campaign.finishedAt.map { "ended \(Moment.html($0, in: zone))" } ?? ""
      }
    let archived: HTML = HTML.when(
      campaign.archivedAt != nil, " \(Badge.plain("Archived"))")
    return "\(Badge.of(campaign.state))\(archived) \(when)"
  }

  private var failure: HTML {
    guard campaign.state == .failed else { return "" }
    return """
      <div class="flash bad">\(Icon.error.html(assets))<p><strong>It could not go on.</strong> \
      \(campaign.failure ?? "The log says more.")</p></div>
      """
  }

  // MARK: Draft, scheduled

  /// What is missing yet, or the button that sends it.
  private func waiting(_ readiness: Readiness, _ sender: Sender?) -> HTML {
    let failed = sender?.lastTest.flatMap { $0.passed ? nil : $0 }
    guard readiness.isGood else {
      return """
        <section class="card" aria-labelledby="h-missing"><header class="card-head">\
        <h2 id="h-missing">Before it can be sent</h2></header><div class="card-body stack"><ul>\
        \(HTML.each(readiness.faults) { "<li>\($0.message)</li>" })</ul>\
        <p><a class="btn primary" href="\(campaign.address)/edit">\(Icon.edit.html(assets)) Edit</a>\
        </p></div></section>
        """
    }
    let anyway: HTML =
      failed.map { test in
        Field.tick(
          "anyway", "Send anyway", hint: "The sender's last test failed: \(test.answer)",
          isTicked: false)
      } ?? ""
    let time = campaign.scheduledAt.map {
      "It goes out on \(CampaignWording.moment($0, in: campaign.timeZone))."
    }
    let isScheduled = campaign.state == .scheduled
    let button = isScheduled ? "Send now" : time == nil ? "Send" : "Schedule"
    return """
      <section class="card" aria-labelledby="h-ready"><header class="card-head">\
      <h2 id="h-ready">\(isScheduled ? "Waiting for its time" : "Ready to be sent")</h2></header><div class="card-body">\
      <form class="stack" method="post" action="\(campaign.address)/send">\(member.formToken.input)\
      <p>\(time ?? "It goes out as soon as you press the button.")</p>\(anyway)\
      <p><button class="btn primary">\(Icon.send.html(assets)) \
      \(button)</button></p></form></div></section>
      """
  }

  // MARK: Message

  /// The message with its placeholders as they stand; HTML in a frame that trusts it with nothing.
  private var message: HTML {
    let content = campaign.content
    let text = content.text ?? []
    // The whole of a very long message is in the editor.
    let shown = String(decoding: text.prefix(Self.mostShown), as: UTF8.self)
    let body: HTML =
      content.html != nil
      ? MailFrame.html("\(campaign.address)/message.html")
      : """
      <pre class="mail-text" tabindex="0" aria-label="Message as plain text">\(shown)</pre>\
      \(HTML.when(text.count > Self.mostShown, "<p class=\"muted\">The rest is left out here.</p>"))
      """
    return """
      <details class="more"><summary>What it says</summary><div class="stack">\
      <p><strong>\(content.subject)</strong></p>\(body)</div></details>
      """
  }

  private static let mostShown = 20_000
}
