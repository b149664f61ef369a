import Crypto
import HTTP
import Model
import Storage

extension Routes {
  /// The mail accounts that messages leave through.
  mutating func addSenders() {
    member(.get, "/senders") { member in
      let senders = try await member.store.senders.all(in: member.home)
      return member.visit.answer(SenderList.page(member, senders))
    }
    member(.get, "/senders/new") { member in
      let form = SenderPreset.chosen(member.request).form(for: member)
      return member.visit.answer(SenderPage.new(member, form))
    }
    form("/senders") { member, form in try await SenderDesk.add(member, form) }
    member(.get, "/senders/{id}") { member in
      let sender = try await SenderDesk.sender(member)
      let job = try await SenderTrial.job(of: sender, member)
      return member.visit.answer(
        SenderPage.existing(
          member, sender, SenderFields.form(of: sender), SenderTrial(sender, job, member),
          try await FallbackCard.load(sender, member)))
    }
    form("/senders/{id}") { member, form in try await SenderDesk.change(member, form) }
    form("/senders/{id}/test") { member, form in try await SenderTrial.begin(member, form) }
    form("/senders/{id}/fallbacks") { member, form in
      try await FallbackCard.change(member, form)
    }
    form("/senders/{id}/remove") { member, form in try await SenderDesk.remove(member, form) }
  }
}

/// What can be done with senders.
enum SenderDesk {
  /// More than anybody has; the list is shown on one page.
  private static let most = 200

  /// The sender in the address.
  static func sender(_ member: Member) async throws -> Sender {
    let id = try member.identifier(.sender)
    guard let sender = try await member.store.senders.find(id, in: member.home) else {
      throw PageError.notFound
    }
    return sender
  }

  static func add(_ member: Member, _ form: Form) async throws -> Response {
    var form = form
    let sender = SenderFields.read(&form, over: nil, member)
    if try await member.store.senders.all(in: member.home).count >= most {
      form.note("name", "There are \(most) senders already. Remove one that is not used.")
    }
    guard form.isGood else {
      return member.visit.answer(SenderPage.new(member, form), status: .unprocessable)
    }
    try await member.store.senders.add(sender, now: member.now)
    return member.redirect(
      to: "/senders/\(sender.id.text(.sender))", Notice("Sender saved. Test it before you send."))
  }

  static func change(_ member: Member, _ form: Form) async throws -> Response {
    let old = try await sender(member)
    var form = form
    let changed = SenderFields.read(&form, over: old, member)
    guard form.isGood else {
      return member.visit.answer(
        SenderPage.existing(
          member, old, form, SenderTrial(old, nil, member),
          try await FallbackCard.load(old, member)),
        status: .unprocessable)
    }
    guard try await member.store.senders.update(changed) else { throw PageError.notFound }
    return member.redirect(
      to: "/senders/\(old.id.text(.sender))", Notice("Sender saved. Test it again."))
  }

  static func remove(_ member: Member, _ form: Form) async throws -> Response {
    let old = try await sender(member)
    let address = "/senders/\(old.id.text(.sender))"
    guard Confirmation.isGiven(form) else {
      return Confirmation(
        title: "Remove “\(old.name)”?", question: SenderPage.removalQuestion(old),
        yes: "Remove the sender", back: address
      ).answer(member, in: .senders, form)
    }
    guard try await member.store.senders.remove(old.id, in: member.home, now: member.now) else {
      return member.redirect(
        to: address,
        Notice(
          """
          “\(Wording.short(old.name, 80))” was not removed: a campaign that has not ended uses it. \
          Cancel or delete that campaign, or give it another sender, and try again.
          """, .bad))
    }
    return member.redirect(to: "/senders", Notice("Sender removed."))
  }
}
