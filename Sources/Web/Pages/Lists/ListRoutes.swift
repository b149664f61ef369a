import HTTP
import Model
import Storage

extension Routes {
  /// Uploaded lists and the people in them.
  mutating func addLists() {
    member(.get, "/lists") { member in
      let query = member.request.query
      let last = Cursor(query["after"], parts: 1).flatMap { Identifier($0.parts[0], .list) }
      let search = query["q"] ?? ""
      let found = try await member.store.audiences.lists(
        in: member.home, after: last, limit: ListOverview.length + 1, search: search)
      return member.visit.answer(
        ListOverview(member: member, found: found, search: search).page)
    }
    member(.get, "/lists/new") { member in
      member.visit.answer(ListForm.page(member, Form()))
    }
    // Somewhat more than the file may have, so that a form can still say that it is too long.
    member(.post, "/lists", bodyLimit: site.settings.contactFileLimit + (8 << 20)) { member in
      try await ListDesk.add(member)
    }
    member(.get, "/lists/{id}") { member in
      let list = try await ListDesk.list(member)
      return member.visit.answer(try await ListPage.load(member, list).page)
    }
    form("/lists/{id}/remove") { member, form in try await ListDesk.remove(member, form) }
    member(.get, "/contacts") { member in
      let query = member.request.query
      let search = query["q"] ?? ""
      let found = try await member.store.audiences.contacts(
        in: member.home, after: ContactList.place(query["after"]), limit: ContactList.length + 1,
        search: search)
      return member.visit.answer(
        ContactList(member: member, found: found, search: search).page)
    }
  }
}

/// What can be done with lists.
enum ListDesk {
  /// The list in the address.
  static func list(_ member: Member) async throws -> Audience {
    let id = try member.identifier(.list)
    guard let list = try await member.store.audiences.find(id, in: member.home),
      list.kind == .list, list.state != .empty
    else { throw PageError.notFound }
    return list
  }

  static func add(_ member: Member) async throws -> Response {
    let settings = member.site.settings
    let reader = UploadReader([
      "file": .init(folder: settings.uploads, limit: settings.contactFileLimit)
    ])
    var form = try await member.form { reader.take($0) }
    let name = form.line("name", most: 200)
    guard let contacts = ContactUpload.take(reader, &form), form.isGood else {
      return member.visit.answer(ListForm.page(member, form), status: .unprocessable)
    }
    let list = contacts.audience(
      in: member.home, named: name.isEmpty ? nil : name, now: member.now)
    let store = member.store
    try await store.audiences.add(list, now: member.now)
    contacts.upload.keep()
    // A short file has been read before anybody could look.
    _ = try await Waiting.result(in: store, upTo: min(settings.patience, .seconds(2))) {
      let found = try await store.audiences.find(list.id, in: list.workspace)
      return found?.state == .reading ? nil : found?.state
    }
    return member.redirect(to: "/lists/\(list.id.text(.list))", Notice("File uploaded."))
  }

  static func remove(_ member: Member, _ form: Form) async throws -> Response {
    let old = try await list(member)
    let address = "/lists/\(old.id.text(.list))"
    guard Confirmation.isGiven(form) else {
      return Confirmation(
        title: "Delete “\(old.name)”?", question: ListPage.removalQuestion(old),
        yes: "Delete the list", back: address
      ).answer(member, in: .lists, form)
    }
    guard try await member.store.audiences.remove(old.id, in: member.home) else {
      return member.redirect(
        to: address,
        Notice(
          """
          “\(Wording.short(old.name, 80))” was not deleted: a campaign uses it, and its report \
          needs the list.
          """, .bad))
    }
    return member.redirect(to: "/lists", Notice("List deleted."))
  }
}
