import Compose
import Crypto
import Model
import Octets
import SMTP
import Storage
import Telemetry

/// Tries a sender out: connects, begins TLS, signs in, and sends a message where one was asked for.
struct SenderTrial: Sendable {
  struct Verdict: Sendable {
    let passed: Bool
    /// In plain words.
    let answer: String
  }

  let bench: Workbench

  /// Tries a sender, and sends it a message where `recipient` is not empty.
  func run(_ sender: Sender, recipient: String) async -> Verdict {
    do {
      bench.senders.rule.follow(try await bench.store.settings.registration())
      return try await `try`(sender, recipient: recipient)
    } catch SenderDoors.Failure.notYet {
      return Verdict(passed: false, answer: "The sandbox is not up yet. Try again in a moment.")
    } catch SenderDoors.Failure.sealed {
      return Verdict(
        passed: false,
        answer: "The stored password cannot be read with this installation’s key. Enter it again.")
    } catch {
      bench.options.log?.error("a sender cannot be tried", ["reason": .text("\(error)")])
      return Verdict(passed: false, answer: "Something went wrong on our side. Try again.")
    }
  }

  private func `try`(_ sender: Sender, recipient: String) async throws -> Verdict {
    var patience = Patience(everywhere: .seconds(10))
    patience.connect = .seconds(8)
    patience.dataEnd = .seconds(20)
    let exit = try bench.senders.door(of: sender, trying: patience)
    guard !recipient.isEmpty else { return verdict(await exit.trial(of: nil), sender, exit) }
    let message: CampaignComposer.Composed
    do throws(ComposeError) {
      message = try Self.message(from: sender, to: recipient)
    } catch {
      return Verdict(passed: false, answer: "The test message cannot be made: \(error).")
    }
    guard let workspace = try await bench.store.workspaces.find(sender.workspace) else {
      return Verdict(passed: false, answer: "This sender has been removed.")
    }
    let allowance = try await bench.allowance(of: sender, in: workspace)
    guard let permit = allowance.take() else {
      return Verdict(
        passed: false,
        answer:
          "This sender’s limit is used up for now, so no test message was sent. Try again later.")
    }
    let trial = await exit.trial(of: message)
    // A message whose fate is not known counts too, and both count after a restart as well.
    switch trial {
    case .accepted: try await count(.sent, permit, sender)
    case .unanswered: try await count(.unknown, permit, sender)
    case .open, .refused, .failed: break
    }
    return verdict(trial, sender, exit, recipient: recipient)
  }

  private func count(
    _ state: DeliveryState, _ permit: Permit, _ sender: Sender
  ) async throws(StoreError) {
    permit.spend()
    try await bench.store.usage.note(
      state, by: sender.id, in: sender.workspace, now: bench.throttle.now())
  }

  private func verdict(
    _ trial: Exit.Trial, _ sender: Sender, _ exit: Exit, recipient: String = ""
  ) -> Verdict {
    let name = exit.endpoint.name
    switch trial {
    case .failed(let error), .unanswered(let error):
      return Verdict(
        passed: false, answer: SenderAdvice.sentence(error, for: exit.endpoint, on: .page))
    case .refused(let reply):
      return Verdict(
        passed: false,
        answer: "\(name) let us in, but refused the test message: \(reply.line).")
    case .open(let encryption):
      if sender.kind == .sandbox {
        return Verdict(
          passed: true, answer: "It works. Messages go to the sandbox’s inbox and nowhere else.")
      }
      let who = exit.endpoint.credentials == nil ? "answers" : "took the user name and the password"
      let how = encryption.map { "The connection is encrypted (\($0))." }
      return Verdict(
        passed: true,
        answer: "It works: \(name) \(who). \(how ?? "The connection is not encrypted.")")
    case .accepted:
      return Verdict(
        passed: true,
        answer: "It works: \(name) took a test message for \(recipient). Look whether it arrives.")
    }
  }

  private static func message(
    from sender: Sender, to recipient: String
  ) throws(ComposeError) -> CampaignComposer.Composed {
    let content = CampaignContent(
      subject: "Test message from Martlet", html: nil,
      text: [UInt8](
        "This message was sent to try out the sender “\(sender.name)”.\nIt works.\n".utf8),
      from: sender.fromAddress.isEmpty ? (sender.user ?? "") : sender.fromAddress,
      isTransactional: true, isPersonalised: false)
    let composer = try CampaignComposer(
      content, named: "", of: CampaignKey(workspace: sender.workspace, campaign: .new()),
      fieldNames: [], attachments: [], linkKey: Secret(Random.bytes(32)))
    var fields: [UInt8] = []
    FieldList.append([ArraySlice<UInt8>](), to: &fields)
    return try composer.compose(
      ClaimedDelivery(number: 1, email: [UInt8](recipient.utf8), fields: fields, attempts: 0),
      date: .now())
  }
}
