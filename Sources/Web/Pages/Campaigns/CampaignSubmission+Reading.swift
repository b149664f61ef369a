import HTTP
import MIME
import Model
import Octets
import Storage

/// The parts of the form, each read into the campaign as it will be stored.
extension CampaignSubmission {
  mutating func readContent() {
    let subject = form.line("subject", most: 900)
    let name = form.line("name")
    let body = Self.plainBreaks(form.text("body"))
    let isHTML = form.raw("format") == "html"
    let text = isHTML ? Self.plainBreaks(form.text("text_body")) : []
    var content = campaign.content
    // A draft may have what is noted as wrong, but nothing that could not be stored.
    content.subject = Self.oneLine(subject, most: 900)
    content.html = isHTML ? body : nil
    content.text = isHTML ? (text.allSatisfy { $0 <= ASCII.space } ? nil : text) : body
    content.isPersonalised = form.isTicked("personalise")
    campaign.content = content
    campaign.inDoubt = form.choice("in_doubt", of: InDoubtPolicy.self, otherwise: .hold)
    campaign.template = Identifier(form.raw("template"), .template)
    campaign.name = Self.oneLine(name.isEmpty ? subject : name, most: 200)
    if campaign.name.isEmpty { campaign.name = "Campaign without a name" }
  }

  /// Browsers send CR LF for each line break of a text field.
  private static func plainBreaks(_ text: String) -> [UInt8] {
    var octets: [UInt8] = []
    octets.reserveCapacity(text.utf8.count)
    for octet in text.utf8 {
      if octet == ASCII.lineFeed, octets.last == ASCII.carriageReturn { octets.removeLast() }
      octets.append(octet)
    }
    return octets
  }

  private static func oneLine(_ text: String, most: Int) -> String {
    let clean = HeaderText(sanitising: text).description
    return String(String.UnicodeScalarView(clean.unicodeScalars.prefix(most)))
  }

  mutating func readSender() {
    guard let sender = choices.sender(form.raw("sender")) else {
      if isSending || !form.raw("sender").isEmpty { form.note("sender", "Choose a sender.") }
      return
    }
    campaign.sender = sender.id
    campaign.content.from = SenderLabel.from(sender)
    campaign.content.replyTo = sender.replyTo
  }

  mutating func readTime() {
    let standard = member.zone
    let time = SendTime.read(
      &form, isSending: isSending, standard: standard, now: member.now)
    switch time {
    case .now: campaign.scheduledAt = nil
    case .at(let moment, let zone):
      campaign.scheduledAt = moment
      campaign.timeZone = zone
    }
  }

  // MARK: Attachment

  mutating func readAttachment() {
    guard form.raw("attach") == "yes" else {
      campaign.content.attachments = []
      return
    }
    let name = form.line("attachment_name")
    do throws(Upload.Failure) {
      newAttachment = try uploads.file("attachment")
    } catch {
      form.note("attachment", error.sentence)
      return
    }
    if let upload = newAttachment {
      let shown = name.isEmpty ? Self.oneLine(upload.fileName, most: 200) : name
      campaign.content.attachments = [
        StoredAttachment(
          name: shown.isEmpty ? "attachment" : shown, file: upload.storedName, size: upload.size)
      ]
    } else if campaign.content.attachments.isEmpty {
      if isSending { form.note("attachment", "Choose the file to attach, or answer No.") }
    } else if !name.isEmpty {
      campaign.content.attachments[0].name = Self.oneLine(name, most: 200)
    }
  }

  // MARK: Recipients

  mutating func readRecipients() async throws {
    if form.raw("source") == "list" {
      try await readList()
    } else {
      readFile()
    }
  }

  private mutating func readList() async throws {
    guard !form.raw("list").isEmpty || isSending else { return }
    guard let id = Identifier(form.raw("list"), .list),
      let list = try await member.store.audiences.find(id, in: member.home), list.kind == .list,
      list.state != .empty
    else {
      form.note(choices.lists.isEmpty ? "file" : "list", "Choose a list.")
      return
    }
    audience = list
    isListChosen = true
  }

  private mutating func readFile() {
    do throws(Upload.Failure) {
      if let upload = try uploads.file("file") {
        let former = DraftFile(formerAudience, in: member.site.settings.uploads)?.chosenColumn
        guard let head = look(at: upload.path, formerColumn: former) else { return }
        newFile = upload
        audience = place(of: head, file: upload.storedName, named: upload.fileName)
        return
      }
    } catch {
      form.note("file", error.sentence)
      return
    }
    guard let place = audience, place.state == .empty, !place.file.isEmpty else {
      if isSending { form.note("file", "Choose a file with the people to write to.") }
      return
    }
    // The file that came with the draft, perhaps with another column now.
    if let head = look(at: "\(member.site.settings.uploads)/\(place.file)") {
      audience = self.place(of: head, file: place.file, named: place.name)
    }
  }

  /// Looks at the head of a file, and notes what is wrong with it or with the choice of column.
  ///
  /// A new file need not have the column that was chosen of the one before, `formerColumn`.
  ///
  /// - Returns: `nil` when the file itself cannot be used.
  private mutating func look(
    at path: String, formerColumn: String? = nil
  ) -> ContactUpload.Head? {
    let column = form.raw("column")
    var result = ContactUpload.check(path: path, column: column)
    if case .failure(let fault) = result, fault.isAboutColumn, column == formerColumn {
      result = ContactUpload.check(path: path, column: nil)
    }
    switch result {
    case .success(let head): return head
    case .failure(let fault):
      if !fault.isAboutColumn || isSending || !column.isEmpty {
        form.note(fault.isAboutColumn ? "column" : "file", fault.sentence)
      }
      return fault.isAboutColumn ? DraftFile.head(path) : nil
    }
  }

  /// The draft's place with a file in it; a list that is used already gets a new place beside it.
  private func place(
    of head: ContactUpload.Head, file: String, named name: String
  ) -> Audience {
    let id = formerAudience.flatMap { $0.state == .empty ? $0.id : nil } ?? .new()
    return Audience(
      id: id, workspace: member.home, file: file, state: .empty, fieldNames: head.fieldNames,
      emailColumn: head.emailColumn, offset: head.offset, line: head.line,
      name: ContactUpload.name(name), createdAt: member.now)
  }
}
