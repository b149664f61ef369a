import Glibc
import Liquid
import MIME
import Model
import Octets

/// What keeps a campaign from being sent, each with the field of the form that mends it.
struct Readiness {
  private(set) var faults: [Form.Fault] = []

  /// `settings` tells where files lie; `isForced` passes over a sender's failed test.
  init(
    of campaign: Campaign, to audience: Audience?, from sender: Sender?,
    in settings: SiteSettings, isForced: Bool, now: Timestamp
  ) {
    judge(audience, in: settings.uploads)
    judge(sender, isForced: isForced)
    judge(campaign.content)
    for file in campaign.content.attachments
    where access("\(settings.attachments)/\(file.file)", R_OK) != 0 {
      note("attachment", "The attachment “\(file.name)” is no longer here. Choose it again.")
    }
    if let moment = campaign.scheduledAt, moment + SendTime.grace < now {
      note("at", "That time has passed. Choose a later one, or send now.")
    }
  }

  var isGood: Bool { faults.isEmpty }

  private mutating func note(_ field: String, _ message: String) {
    faults.append(Form.Fault(field: field, message: message))
  }

  private mutating func judge(_ audience: Audience?, in uploads: String) {
    guard let audience, audience.state != .empty || !audience.file.isEmpty else {
      note("file", "Choose a file with the people to write to.")
      return
    }
    switch audience.state {
    case .empty where audience.emailColumn < 0:
      note("column", "No column seems to hold e-mail addresses. Choose the right one.")
    case .empty:
      let path = "\(uploads)/\(audience.file)"
      if let fault = ContactUpload.fault(of: path, emailColumn: audience.emailColumn) {
        note(fault.isAboutColumn ? "column" : "file", fault.sentence)
      }
    case .reading: break
    case .failed:
      note("list", "This list could not be read. Choose another, or upload its file again.")
    case .ready:
      if audience.rowCount <= audience.refusedCount {
        note("list", "Nobody in this list can be written to. Choose another.")
      }
    }
  }

  private mutating func judge(_ sender: Sender?, isForced: Bool) {
    guard let sender else {
      note("sender", "Choose a sender.")
      return
    }
    if sender.fromAddress.isEmpty {
      note("sender", "This sender has no From address yet. Open Senders and add one.")
    } else if (try? Mailbox(parsing: SenderLabel.from(sender), allowing: .localDomains)) == nil {
      note(
        "sender", "This sender's From address is not an e-mail address. Open Senders and mend it.")
    } else if let test = sender.lastTest, !test.passed, !isForced {
      note(
        "sender",
        """
        The last test of this sender failed: \(test.answer) Mend it under Senders, or tick “Send \
        anyway”.
        """)
    }
  }

  private mutating func judge(_ content: CampaignContent) {
    if content.subject.utf8.allSatisfy({ $0 <= ASCII.space }) {
      note("subject", "Write a subject.")
    }
    let body = content.html ?? content.text ?? []
    if body.allSatisfy({ $0 <= ASCII.space }) { note("body", "Write the message.") }
    guard content.isPersonalised else { return }
    judge(Array(content.subject.utf8), "subject", "the subject")
    judge(body, "body", "the message")
    if content.html != nil, let text = content.text {
      judge(text, "text_body", "the plain-text version")
    }
  }

  private mutating func judge(_ source: [UInt8], _ field: String, _ part: String) {
    do throws(TemplateError) {
      _ = try Template(
        parsing: source, options: ParseOptions(singleBraceNames: FieldName.inSingleBraces))
    } catch {
      note(
        field,
        """
        In \(part), line \(error.line), column \(error.column): \(error.message). Mend it, or \
        untick “Personalise”.
        """)
    }
  }
}
