import HTTP
import Liquid
import Model
import Octets
import Storage

/// A template's form: its values, and the template that they make.
enum TemplateFields {
  /// What the body is written in.
  enum Format: String { case html, text }

  /// The template in the address.
  static func find(_ member: Member) async throws -> MailTemplate {
    let id = try member.identifier(.template)
    guard let template = try await member.store.templates.find(id, in: member.home) else {
      throw PageError.notFound
    }
    return template
  }

  static func form(of template: MailTemplate) -> Form {
    Form(showing: [
      ("name", template.name), ("subject", template.subject),
      ("format", template.html == nil ? "text" : "html"),
      ("body", String(decoding: template.html ?? template.text ?? [], as: UTF8.self)),
      (
        "text_body",
        template.html == nil ? "" : String(decoding: template.text ?? [], as: UTF8.self)
      ),
    ])
  }

  /// Reads a form and notes what is wrong, also in the placeholders.
  static func read(_ form: inout Form, over old: MailTemplate?, _ member: Member) -> MailTemplate {
    let format = form.choice("format", of: Format.self, otherwise: .html)
    // As many characters as a campaign's may have.
    let subject = form.line("subject", required: "Write a subject.", most: 900)
    let body = [UInt8](form.text("body", required: "Write what the message says.").utf8)
    check([UInt8](subject.utf8), "subject", &form)
    check(body, "body", &form)
    let version = format == .html ? [UInt8](form.text("text_body").utf8) : []
    check(version, "text_body", &form)
    let isBlank = version.allSatisfy { $0 <= ASCII.space }
    return MailTemplate(
      id: old?.id ?? .new(), workspace: member.home,
      name: form.line("name", required: "Give the template a name.", most: 200),
      subject: subject, html: format == .html ? body : nil,
      text: format == .text ? body : isBlank ? nil : version,
      createdAt: old?.createdAt ?? member.now, changedAt: member.now)
  }

  private static func check(_ source: [UInt8], _ field: String, _ form: inout Form) {
    do throws(TemplateError) {
      _ = try Template(parsing: source, options: options)
    } catch {
      form.note(field, "Line \(error.line), column \(error.column): \(error.message)")
    }
  }

  /// As campaigns read their templates.
  static let options = ParseOptions(singleBraceNames: FieldName.inSingleBraces)
}
