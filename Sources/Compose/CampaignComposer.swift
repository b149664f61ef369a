public import Crypto
import Liquid
public import MIME
public import Model
public import Octets

/// A campaign's message, compiled once: templates, headers and attachments.
///
/// Page, preflight and engine all use it, so what is previewed is what is sent.
public struct CampaignComposer: Sendable {
  /// One recipient's message with what the envelope needs.
  public struct Composed: Sendable {
    /// The reverse-path.
    public let sender: [UInt8]
    /// The forward-path.
    public let recipient: [UInt8]
    /// The angle brackets included.
    public let messageID: [UInt8]
    public let message: OutgoingMessage
  }

  private let campaign: CampaignKey
  private let from: Mailbox
  /// What recipients see, which is another mailbox where a sender that stands in insists on its own.
  private let shownFrom: Mailbox
  private let frame: MessageFrame
  private let subject: Personalised
  private let html: Personalised?
  private let text: Personalised
  private let unsubscribe: UnsubscribeLink
  private let isTransactional: Bool

  /// Compiles the templates and encodes what all messages share.
  ///
  /// `fieldNames` are the audience's columns as templates call them, `attachments` the files named
  /// in `content`, read; opt-out links are signed with `linkKey`. Where `standIn` is given, messages
  /// bear that From instead, and answers go to the campaign's; names and opt-out stay.
  ///
  /// - Throws: ``ComposeError``, with the part and the place.
  public init(
    _ content: CampaignContent, named name: String, of campaign: CampaignKey,
    fieldNames: [String], attachments: [Attachment], linkKey: Secret, standIn: String? = nil
  ) throws(ComposeError) {
    self.campaign = campaign
    from = try Self.mailbox(content.from, "From")
    shownFrom =
      try standIn.map { text throws(ComposeError) in
        try Self.mailbox(text, "From")
      } ?? from
    let replyTo =
      try content.replyTo.map { text throws(ComposeError) in try Self.mailbox(text, "Reply-To") }
      ?? (standIn == nil ? nil : from)
    isTransactional = content.isTransactional
    unsubscribe = UnsubscribeLink(
      key: linkKey, campaign: campaign, baseURL: content.baseURL, sender: from.address.wire)

    do throws(HeaderError) {
      _ = try HeaderText(content.subject)
      frame = try MessageFrame(
        from: shownFrom, replyTo: replyTo,
        headers: content.isTransactional ? [] : try Self.listHeaders(campaign, from: from),
        attachments: attachments, boundarySeed: Self.seed(campaign))
    } catch {
      throw .header(field: "Subject", error)
    }

    guard let textSource = content.text ?? content.html.map(PlainText.made(from:)) else {
      throw .noBody
    }
    // A link that is not filled in is none.
    let hasLink = content.isPersonalised && !Footer.isNeeded(in: [content.html, textSource])
    let isFooted = !content.isTransactional && !hasLink
    let constants: [String: Value] = [
      "campaign.name": Value(name), "sender.email": .string(from.address.wire),
      "sender.name": .string(from.name?.bytes ?? []),
    ]
    func compiled(
      _ source: Footed, _ part: String, _ escaping: Escaping
    ) throws(ComposeError) -> Personalised {
      do throws(TemplateError) {
        return try Personalised(
          source, escaping: escaping, fieldNames: fieldNames, constants: constants,
          isVerbatim: !content.isPersonalised)
      } catch {
        throw .template(part: part, error)
      }
    }
    subject = try compiled(Footed(before: [UInt8](content.subject.utf8)), "subject", .none)
    html = try content.html.map { source throws(ComposeError) in
      try compiled(
        isFooted ? Footer.added(toHTML: source) : Footed(before: source), "HTML body", .html)
    }
    text = try compiled(
      isFooted ? Footer.added(toText: textSource) : Footed(before: textSource), "text body", .none)
  }

  /// Makes one recipient's message.
  public func compose(
    _ delivery: ClaimedDelivery, date: Timestamp
  ) throws(ComposeError) -> Composed {
    guard let fields = FieldList.values(delivery.fields) else { throw .damagedFields }
    let address: EmailAddress
    do throws(EmailAddress.ParseError) {
      address = try EmailAddress(delivery.email, allowing: .localDomains)
    } catch {
      throw .invalidRecipient(error)
    }
    let values = RecipientValues(
      email: delivery.email, fields: fields,
      unsubscribeURL: unsubscribe.url(forDelivery: delivery.number))
    // A line break that comes with a recipient's name becomes a space: it must never end a header.
    var content = MessageContent(
      to: Mailbox(address: address),
      subject: HeaderText(sanitising: try rendered(subject, values, "subject") ?? []),
      date: date, messageID: messageID(forDelivery: delivery.number),
      text: try rendered(text, values, "text body"), html: try rendered(html, values, "HTML body"))
    if !isTransactional { content.headers = unsubscribeHeaders(values.unsubscribeURL) }
    return Composed(
      sender: shownFrom.address.wire, recipient: address.wire, messageID: content.messageID.bytes,
      message: frame.build(content))
  }

  /// The name that the message to a recipient keeps over all attempts.
  public func messageID(forDelivery number: Int) -> MessageID {
    MessageNames(of: campaign, from: from.address).name(forDelivery: number)
  }

  private func rendered(
    _ part: Personalised?, _ values: RecipientValues, _ name: String
  ) throws(ComposeError) -> [UInt8]? {
    guard let part else { return nil }
    var output: [UInt8] = []
    output.reserveCapacity(8_192)
    do throws(RenderError) {
      try part.render(values, into: &output)
    } catch {
      throw .rendering(part: name, error)
    }
    return output
  }

  private func unsubscribeHeaders(_ url: [UInt8]) -> [HeaderField] {
    let value = HeaderText(sanitising: unsubscribe.header(for: url))
    guard let field = try? HeaderField(.listUnsubscribe, structured: value) else { return [] }
    return [field] + (Self.oneClick.map { unsubscribe.isOneClick ? [$0] : [] } ?? [])
  }

  /// What RFC 8058 asks for beside a link.
  private static let oneClick = try? HeaderField(
    .listUnsubscribePost, structured: HeaderText(sanitising: "List-Unsubscribe=One-Click"))

  /// List-Id stays the same for all mail of a workspace to its list (RFC 2919).
  private static func listHeaders(
    _ campaign: CampaignKey, from: Mailbox
  ) throws(HeaderError) -> [HeaderField] {
    let label = String(decoding: campaign.workspace.base32, as: UTF8.self)
    let domain = String(decoding: from.address.domain, as: UTF8.self)
    return [try HeaderField(.listID, structured: HeaderText("<\(label).\(domain)>"))]
  }

  private static func seed(_ campaign: CampaignKey) -> UInt64 {
    campaign.campaign.octets.suffix(8).reduce(0) { $0 << 8 | UInt64($1) }
  }

  private static func mailbox(_ text: String, _ field: String) throws(ComposeError) -> Mailbox {
    do throws(Mailbox.ParseError) {
      return try Mailbox(parsing: text, allowing: .localDomains)
    } catch {
      throw .mailbox(field: field, error)
    }
  }
}
