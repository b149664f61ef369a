import HTTP
import Model
import Storage

/// What people can do with a campaign besides editing it; the words of its addresses.
enum CampaignAction: String, CaseIterable {
  case send, unschedule, pause, resume, cancel, retry, copy, archive, unarchive, delete
}

/// Does what a button of a campaign's page asks for, if its state allows that.
struct CampaignActions {
  private let member: Member
  private let form: Form
  private var store: Store { member.store }

  init(_ member: Member, _ form: Form) {
    self.member = member
    self.form = form
  }

  func perform(_ action: CampaignAction) async throws -> Response {
    let campaign = try await member.addressedCampaign()
    switch action {
    case .send: return try await send(campaign)
    case .unschedule: return try await move(campaign, to: .draft, "It is a draft again.")
    case .pause:
      return try await move(
        campaign, to: .paused, "Paused. Messages that are under way still come to their end.")
    case .resume:
      // Who was paused while its list was read has to be prepared to the end first.
      return try await move(
        campaign, to: campaign.startedAt == nil ? .preparing : .sending, "It goes on.")
    case .cancel: return try await cancel(campaign)
    case .retry: return try await retry(campaign)
    case .copy: return try await copy(campaign)
    case .archive:
      let isDone = try await store.campaigns.archive(campaign.key, now: member.now)
      return isDone
        ? member.redirect(to: "/campaigns", Notice("Archived. It is found under Archived."))
        : refusal(campaign, "put into the archive")
    case .unarchive:
      let isDone = try await store.campaigns.unarchive(campaign.key)
      return isDone ? back(campaign, "It is back in the list.") : refusal(campaign, "taken back")
    case .delete: return try await delete(campaign)
    }
  }

  private func back(_ campaign: Campaign, _ sentence: String) -> Response {
    member.redirect(to: campaign.address, Notice(sentence))
  }

  /// Says that the state does not allow it, as when two people press buttons at once.
  private func refusal(_ campaign: Campaign, _ verb: String) -> Response {
    let state = CampaignWording.word(campaign.state)
    return member.redirect(
      to: campaign.address,
      Notice("This campaign is \(state), so it cannot be \(verb). Nothing was changed.", .bad))
  }

  private static func verb(_ state: CampaignState) -> String {
    switch state {
    case .draft: "taken back"
    case .paused: "paused"
    case .sending, .preparing: "resumed"
    default: "changed"
    }
  }

  private func move(
    _ campaign: Campaign, to state: CampaignState, _ sentence: String
  ) async throws -> Response {
    // The rules would let a draft be prepared and a sent campaign be sending: not by these buttons.
    let isResuming = state == .sending || state == .preparing
    guard !isResuming || campaign.state == .paused || campaign.state == .held,
      try await store.campaigns.move(campaign.key, to: state, now: member.now) != nil
    else { return refusal(campaign, Self.verb(state)) }
    return back(campaign, sentence)
  }

  // MARK: Send

  private func send(_ campaign: Campaign) async throws -> Response {
    guard campaign.isEditable else { return refusal(campaign, "sent") }
    let audience = try await store.audiences.find(campaign.audience, in: member.home)
    let sender = try await store.senders.find(campaign.sender, in: member.home)
    var checked = campaign
    // What waits for its time may be sent before it.
    let time = campaign.state == .draft ? campaign.scheduledAt : nil
    checked.scheduledAt = time
    let readiness = Readiness(
      of: checked, to: audience, from: sender, in: member.site.settings,
      isForced: form.isTicked("anyway"), now: member.now)
    if let fault = readiness.faults.first {
      return member.redirect(to: campaign.address, Notice("Not sent. \(fault.message)", .bad))
    }
    var place = audience.flatMap { $0.state == .empty ? $0 : nil }
    place?.state = .reading
    guard
      try await store.campaigns.edit(
        campaign, as: time == nil ? .preparing : .scheduled, with: place)
    else { return member.redirect(to: campaign.address, .changedMeanwhile) }
    return back(campaign, CampaignWording.started(at: time, zone: campaign.timeZone))
  }

  // MARK: Cancel, retry

  private func cancel(_ campaign: Campaign) async throws -> Response {
    guard !campaign.state.isFinal, campaign.state != .draft else {
      return refusal(campaign, "cancelled")
    }
    guard Confirmation.isGiven(form) else {
      return Confirmation(
        title: "Cancel “\(campaign.name)”?",
        question: "What has not left yet is never sent. This cannot be taken back.",
        yes: "Cancel the campaign", back: campaign.address
      ).answer(member, in: .campaigns, form)
    }
    guard try await store.campaigns.cancel(campaign.key, now: member.now) else {
      return refusal(campaign, "cancelled")
    }
    // A campaign that never began is not looked at by the engine again.
    if campaign.startedAt == nil, campaign.counts.total == 0 {
      for attachment in campaign.content.attachments {
        try await DraftFiles(member).removeAttachment(attachment.file)
      }
    }
    return back(campaign, "Cancelled. Nothing more leaves.")
  }

  private func retry(_ campaign: Campaign) async throws -> Response {
    let kind: RetryKind
    switch member.request.query["what"] {
    case "failed": kind = .temporaryFailures
    case "unknown": kind = .unknown
    case "cancelled": kind = .cancelled
    default: throw PageError.badRequest("Choose what is to be tried again on the campaign's page.")
    }
    guard campaign.state != .cancelled, campaign.counts.total > 0 else {
      return refusal(campaign, "tried again")
    }
    let count = try await store.deliveries.retry(kind, of: campaign.key, now: member.now)
    guard count > 0 else {
      return member.redirect(
        to: campaign.address,
        Notice("There is nothing of that kind to try again. Nothing was changed.", .bad))
    }
    return back(campaign, "\(Wording.count(count, "message is", "messages are")) sent again.")
  }

  // MARK: Copy, delete

  private func copy(_ campaign: Campaign) async throws -> Response {
    guard campaign.kind == .campaign else { return refusal(campaign, "copied") }
    guard
      var copy = try await store.campaigns.copy(
        campaign.key, by: member.user.email, now: member.now)
    else { throw PageError.notFound }
    let files = DraftFiles(member)
    try await separate(copy, from: campaign, files)
    let kept = copy.content.attachments.filter { files.hasAttachment($0.file) }
    let isWhole = kept.count == copy.content.attachments.count
    if !isWhole, let found = try await store.campaigns.find(copy.key) {
      copy = found
      copy.content.attachments = kept
      _ = try await store.campaigns.edit(copy)
    }
    return member.redirect(
      to: "\(copy.address)/edit",
      Notice(
        isWhole
          ? "This is the copy, a draft of its own."
          : "This is the copy. Its attachment is no longer here: attach it again if it is needed."))
  }

  /// Gives a copy a place and a file of its own where the original's file has not been read yet.
  private func separate(
    _ copy: Campaign, from campaign: Campaign, _ files: DraftFiles
  ) async throws {
    guard let place = try await store.audiences.find(campaign.audience, in: member.home),
      place.state == .empty
    else { return }
    let file = files.secondName(ofContacts: place.file)
    let own = Audience(
      id: .new(), workspace: member.home, file: file ?? "", state: .empty,
      fieldNames: place.fieldNames, emailColumn: place.emailColumn, offset: place.offset,
      line: place.line, name: place.name, createdAt: member.now)
    let isDone = try await store.audiences.replaceFile(of: copy.key, with: own, now: member.now)
    if !isDone, let file { files.removeContacts(file) }
  }

  private func delete(_ campaign: Campaign) async throws -> Response {
    guard campaign.state == .draft else { return refusal(campaign, "deleted") }
    guard Confirmation.isGiven(form) else {
      return Confirmation(
        title: "Delete “\(campaign.name)”?", question: "The draft cannot be brought back.",
        yes: "Delete the draft", back: campaign.address
      ).answer(member, in: .campaigns, form)
    }
    let place = try await store.audiences.find(campaign.audience, in: member.home)
    guard try await store.campaigns.remove(campaign.key) else {
      return refusal(campaign, "deleted")
    }
    let files = DraftFiles(member)
    if let place, place.state == .empty { files.removeContacts(place.file) }
    for file in campaign.content.attachments { try await files.removeAttachment(file.file) }
    return member.redirect(to: "/campaigns", Notice("Deleted “\(campaign.name.prefix(60))”."))
  }
}
