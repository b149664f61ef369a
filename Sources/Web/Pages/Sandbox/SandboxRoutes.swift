import HTTP
import MIME
import Model
import Storage

extension Routes {
  /// The inbox of the mail server within.
  mutating func addSandbox() {
    member(.get, "/sandbox") { member in
      let query = member.request.query
      let last = Cursor(query["after"], parts: 1).flatMap { Identifier($0.parts[0], .message) }
      let search = query["q"] ?? ""
      let store = member.store
      let found = try await store.inbox.page(
        in: member.home, after: last, limit: InboxList.length + 1, search: search)
      let count = try await store.inbox.count(in: member.home)
      let rehearsal = try await store.rehearsals.find(in: member.home)
      return member.visit.answer(
        InboxList(
          member: member, found: found, count: count, search: search, rehearsal: rehearsal
        ).page)
    }
    form("/sandbox/rehearsal") { try await RehearsalForm.choose($0, $1) }
    form("/sandbox/clear") { member, form in
      guard Confirmation.isGiven(form) else {
        return Confirmation(
          title: "Empty the inbox?", question: InboxList.clearing, yes: "Delete all messages",
          back: "/sandbox"
        ).answer(member, in: .sandbox, form)
      }
      try await member.store.inbox.clear(in: member.home)
      return member.redirect(to: "/sandbox", Notice("The inbox is empty now."))
    }
    member(.get, "/sandbox/{id}") { member in
      let letter = try await Letter.find(member)
      return MailFrame.allowing(
        member.visit.answer(LetterPage(member: member, letter: letter).page))
    }
    member(.get, "/sandbox/{id}/html") { member in
      let letter = try await Letter.find(member)
      guard let html = letter.parsed.html?.text else { throw PageError.notFound }
      return MailFrame.content(
        InlinePictures(of: letter.parsed).placed(in: Array(html.text.utf8)))
    }
    member(.get, "/sandbox/{id}/source") { member in
      let letter = try await Letter.find(member)
      return Letter.download(letter.content, named: "message.eml", type: "message/rfc822")
    }
    member(.get, "/sandbox/{id}/attachments/{number}") { member in
      let letter = try await Letter.find(member)
      let files = letter.parsed.attachments
      guard let number = member.request.parameters["number"].flatMap({ Int($0) }),
        files.indices.contains(number - 1)
      else { throw PageError.notFound }
      let file = files[number - 1]
      return Letter.download(Array(file.content), named: file.fileName)
    }
  }
}

/// A message of the inbox with what is in it; all of it may be hostile.
struct Letter: Sendable {
  let message: InboxMessage
  let content: [UInt8]
  let parsed: ParsedMessage

  /// The message in the address.
  static func find(_ member: Member) async throws -> Letter {
    let id = try member.identifier(.message)
    guard let found = try await member.store.inbox.find(id, in: member.home) else {
      throw PageError.notFound
    }
    return Letter(
      message: found.message, content: found.content,
      parsed: ParsedMessage(parsing: found.content))
  }

  var address: String { "/sandbox/\(message.id.text(.message))" }

  /// Octets of strangers, to be saved and never shown as a page of ours.
  static func download(
    _ octets: [UInt8], named name: String, type: String = "application/octet-stream"
  ) -> Response {
    var answer = Response.octets(octets, type: type).attachment(named: name)
    answer.fields["Content-Security-Policy"] = "default-src 'none'; sandbox; frame-ancestors 'none'"
    return answer
  }
}
