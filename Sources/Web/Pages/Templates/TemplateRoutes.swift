import HTTP
import Model
import Storage

extension Routes {
  /// Subjects and bodies that campaigns begin from.
  mutating func addTemplates() {
    member(.get, "/templates") { member in
      let query = member.request.query
      let last = Cursor(query["after"], parts: 1).flatMap { Identifier($0.parts[0], .template) }
      let search = query["q"] ?? ""
      let found = try await member.store.templates.page(
        in: member.home, after: last, limit: TemplateList.length + 1, search: search)
      return member.visit.answer(
        TemplateList(member: member, found: found, search: search).page)
    }
    member(.get, "/templates/new") { member in
      member.visit.answer(TemplatePage.new(member, Form(showing: [("format", "html")])))
    }
    form("/templates") { member, form in
      var form = form
      let template = TemplateFields.read(&form, over: nil, member)
      guard form.isGood else {
        return member.visit.answer(TemplatePage.new(member, form), status: .unprocessable)
      }
      try await member.store.templates.add(template)
      return member.redirect(
        to: "/templates/\(template.id.text(.template))", Notice("Template saved."))
    }
    addOneTemplate()
  }

  private mutating func addOneTemplate() {
    member(.get, "/templates/{id}") { member in
      let template = try await TemplateFields.find(member)
      return member.visit.answer(
        TemplatePage.existing(member, template, TemplateFields.form(of: template)))
    }
    form("/templates/{id}") { member, form in
      let old = try await TemplateFields.find(member)
      var form = form
      let changed = TemplateFields.read(&form, over: old, member)
      guard form.isGood else {
        return member.visit.answer(
          TemplatePage.existing(member, old, form), status: .unprocessable)
      }
      guard try await member.store.templates.update(changed, now: member.now) else {
        throw PageError.notFound
      }
      return member.redirect(
        to: "/templates/\(old.id.text(.template))", Notice("Template saved."))
    }
    form("/templates/{id}/copy") { member, _ in
      let id = try member.identifier(.template)
      guard
        let copy = try await member.store.templates.copy(id, in: member.home, now: member.now)
      else { throw PageError.notFound }
      return member.redirect(
        to: "/templates/\(copy.id.text(.template))", Notice("This is the copy."))
    }
    form("/templates/{id}/remove") { member, form in
      let old = try await TemplateFields.find(member)
      guard Confirmation.isGiven(form) else {
        return Confirmation(
          title: "Delete “\(old.name)”?", question: TemplatePage.removalQuestion(old),
          yes: "Delete the template", back: "/templates/\(old.id.text(.template))"
        ).answer(member, in: .templates, form)
      }
      guard try await member.store.templates.remove(old.id, in: member.home) else {
        throw PageError.notFound
      }
      return member.redirect(to: "/templates", Notice("Template deleted."))
    }
    member(.get, "/templates/{id}/preview") { member in
      let template = try await TemplateFields.find(member)
      return MailFrame.allowing(
        member.visit.answer(TemplatePreview(template).page(member)))
    }
    member(.get, "/templates/{id}/example") { member in
      let template = try await TemplateFields.find(member)
      guard let html = TemplatePreview(template).html else { throw PageError.notFound }
      return MailFrame.content(html)
    }
  }
}
