import HTTP
import Model
import Octets
import Storage

/// The campaign form as it comes back: it becomes a draft, or a campaign on its way.
///
/// Whatever is wrong, nothing that was handed in is lost: the fields are shown again, and files
/// that have come are kept with a draft, so that nobody has to upload them twice.
struct CampaignSubmission {
  /// What the button that was pressed asks for.
  private enum Wish: String { case send, save }

  let member: Member
  private let wish: Wish
  var form: Form
  let uploads: UploadReader
  let choices: CampaignChoices
  /// As it will be stored.
  var campaign: Campaign
  /// What was stored before; `nil` where the campaign is new.
  let former: Campaign?
  /// To whom it goes, as it will be stored; `nil` only when an old draft has lost its place.
  var audience: Audience?
  let formerAudience: Audience?
  /// Whether it goes to a list that is there already.
  var isListChosen = false
  /// Files that came with this form, to be kept once a row names them.
  var newFile: Upload?
  var newAttachment: Upload?

  var isSending: Bool { wish == .send }
  private var store: Store { member.store }

  /// Reads the form and answers it; `former` is the campaign to edit.
  static func take(_ member: Member, into former: Campaign?) async throws -> Response {
    let settings = member.site.settings
    let uploads = UploadReader([
      "file": .init(folder: settings.uploads, limit: settings.contactFileLimit),
      "attachment": .init(folder: settings.attachments, limit: settings.attachmentLimit),
    ])
    let form = try await member.form { piece in uploads.take(piece) }
    let id = Identifier(form.raw("id"), .campaign) ?? .new()
    let isNewForm = former == nil
    var former = former
    if isNewForm {
      // Whoever presses the button twice, or goes back and sends the form again, means this one.
      former = try await member.store.campaigns.find(
        CampaignKey(workspace: member.home, campaign: id))
    }
    if let former, !former.isEditable {
      return member.redirect(to: former.address, isNewForm ? .wasSentBefore : .hasBegun)
    }
    let choices = try await CampaignChoices.load(for: member)
    guard let sender = choices.firstSender else {
      return member.redirect(to: "/campaigns/new")
    }
    var audience: Audience?
    if let former {
      audience = try await member.store.audiences.find(former.audience, in: member.home)
    }
    var submission = CampaignSubmission(
      member, form, uploads, choices, id: id, former: former, audience: audience,
      standard: sender)
    return try await submission.answer()
  }

  private init(
    _ member: Member, _ form: Form, _ uploads: UploadReader, _ choices: CampaignChoices,
    id: Identifier, former: Campaign?, audience: Audience?, standard: Sender
  ) {
    self.member = member
    self.form = form
    self.uploads = uploads
    self.choices = choices
    self.former = former
    self.formerAudience = audience
    self.audience = audience
    wish = Wish(rawValue: form.raw("do")) ?? .save
    campaign =
      former
      ?? Campaign(
        id: id, workspace: member.home, name: "", state: .draft,
        content: CampaignContent(
          subject: "", html: nil, text: nil, from: SenderLabel.from(standard)),
        sender: standard.id, audience: .new(), inDoubt: .hold, createdAt: member.now)
    if former == nil { campaign.createdBy = member.user.email }
  }

  private mutating func answer() async throws -> Response {
    readContent()
    readSender()
    readAttachment()
    readTime()
    try await readRecipients()
    if isSending {
      let sender = choices.sender(form.raw("sender"))
      let readiness = Readiness(
        of: campaign, to: audience, from: sender, in: member.site.settings,
        isForced: form.isTicked("anyway"), now: member.now)
      // Whoever is told what is wrong with a file need not hear that there is none.
      let recipients: Set = ["file", "list", "column"]
      let isTold = recipients.contains { form.fault(of: $0) != nil }
      for fault in readiness.faults where !isTold || !recipients.contains(fault.field) {
        form.note(fault.field, fault.message)
      }
    }
    return try await form.isGood ? storeGood() : showAgain()
  }

  // MARK: Storing

  private mutating func storeGood() async throws -> Response {
    let time = campaign.scheduledAt
    var state = CampaignState.draft
    if isSending {
      state = time == nil ? .preparing : .scheduled
      if audience?.state == .empty { audience?.state = .reading }
    }
    guard try await write(as: state) else { return overtaken }
    return done(time)
  }

  /// Somebody else was faster, or the same form came twice.
  private var overtaken: Response {
    member.redirect(to: campaign.address, former == nil ? .wasSentBefore : .changedMeanwhile)
  }

  private func done(_ time: Timestamp?) -> Response {
    let sentence =
      isSending
      ? CampaignWording.started(at: time, zone: campaign.timeZone) : "Saved as a draft."
    return member.redirect(to: campaign.address, Notice(sentence))
  }

  /// The form again, with what is wrong; files that have come are kept with a draft first.
  private mutating func showAgain() async throws -> Response {
    var page = CampaignFormPage(member: member, form: form, choices: choices)
    page.campaign = former
    page.audience = formerAudience
    if newFile != nil || newAttachment != nil {
      // What waits for its time must not go out half mended.
      guard try await write(as: .draft) else { return overtaken }
      campaign.state = .draft
      page.campaign = campaign
      page.audience = audience
      page.remark =
        former?.state == .scheduled
        ? "Your files are kept. The campaign is back among the drafts until the form is right."
        : "Your files are kept with a draft, so they need not be uploaded again."
    }
    page.file = DraftFile(page.audience, in: member.site.settings.uploads)
    return member.visit.answer(page.html, status: .unprocessable)
  }

  /// Writes the campaign in its new state, and its place for a file.
  ///
  /// - Returns: `false` when it has begun or was changed since it was read: nothing was written.
  private mutating func write(as state: CampaignState) async throws -> Bool {
    guard former != nil else { return try await add(as: state) }
    var place: Audience?
    if let audience {
      campaign.audience = audience.id
      let isOwn = audience.state == .empty || formerAudience?.state == .empty
      if newFile != nil || isOwn && audience.id == formerAudience?.id { place = audience }
    }
    guard try await store.campaigns.edit(campaign, as: state, with: place) else { return false }
    keepFiles()
    try await forgetFormerFiles()
    return true
  }

  private mutating func add(as state: CampaignState) async throws -> Bool {
    let place = audience ?? emptyPlace
    audience = place
    campaign.audience = place.id
    campaign.state = state
    do {
      // A list that is there already is not added again.
      try await store.campaigns.add(campaign, with: isListChosen ? nil : place, now: member.now)
    } catch {
      // The same form came twice at once, and the other was first.
      guard try await store.campaigns.find(campaign.key) != nil else { throw error }
      return false
    }
    keepFiles()
    return true
  }

  /// A draft's place for a file that has not come yet.
  private var emptyPlace: Audience {
    Audience(
      id: .new(), workspace: member.home, file: "", state: .empty, fieldNames: [],
      emailColumn: -1, offset: 0, line: 0, createdAt: member.now)
  }

  private func keepFiles() {
    newFile?.keep()
    newAttachment?.keep()
  }

  /// Removes files that nothing names any more.
  private func forgetFormerFiles() async throws {
    let files = DraftFiles(member)
    if let old = formerAudience, old.state == .empty, old.file != audience?.file {
      files.removeContacts(old.file)
    }
    for old in former?.content.attachments ?? [] {
      try await files.removeAttachment(old.file)
    }
  }
}

extension Notice {
  static let hasBegun = Notice(
    "The campaign has begun meanwhile, so it cannot be edited any more. Nothing was changed.",
    .bad)
  /// For a form that was overtaken.
  static let changedMeanwhile = Notice(
    """
    The campaign has begun meanwhile, or was changed elsewhere. Nothing of this form was saved; if \
    the campaign can still be edited, do it once more.
    """, .bad)
  /// For a form that came twice.
  static let wasSentBefore = Notice("This form had been sent already; nothing was done twice.")
}
