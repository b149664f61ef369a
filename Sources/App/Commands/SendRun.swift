import Compose
import Crypto
import Dispatch
import Glibc
import Model
import Net
import Octets
import SMTP
import Spreadsheet
import Storage
import Telemetry
import Workers

/// One run of `martlet send`: from the file's rows to the last line.
struct SendRun {
  let request: SendRequest
  let configuration: Configuration
  let console: Console
  let crash: CrashPlan

  /// Does everything; the exit code says how it ended.
  func run() async throws -> ExitCode {
    let preview = try composer(of: request.content, linkKey: Secret(Random.bytes(32)))
    let recipients = try Self.count(request.contacts)
    guard recipients > 0 else {
      throw SendRequest.Refusal(
        "The file \(request.contacts) has no rows below its header, so there is nobody to write to."
      )
    }
    if request.isDryRun { return try dryRun(preview, recipients: recipients) }
    if request.content.baseURL == nil, !request.content.isTransactional {
      console.complain(
        "Without --base-url people opt out by a letter to the From address, not by a click.")
    }
    let loop = try EventLoop(name: "martlet-io")
    defer { loop.stop() }
    switch request.exit {
    case .server(let endpoint):
      return try await tryAndSend(through: endpoint, to: recipients, on: loop)
    case .stored:
      let house = try await House.open(configuration, on: loop)
      return try await tryAndSend(
        through: try await storedEndpoint(in: house), to: recipients, on: loop, in: house)
    case .sandbox:
      return try await withSandbox(on: loop) { endpoint in
        let house = try await House.open(configuration, on: loop)
        return try await send(
          through: try exit(to: endpoint, on: loop), to: recipients, in: house)
      }
    }
  }

  private func exit(to endpoint: Endpoint, on loop: EventLoop) throws(NetError) -> Exit {
    try Exit(
      to: endpoint, hello: configuration.hello, patience: configuration.timeOuts.patience, on: loop)
  }

  /// Sends through a server that lets us in; without `house` nothing is created before that is sure.
  private func tryAndSend(
    through endpoint: Endpoint, to recipients: Int, on loop: EventLoop, in house: House? = nil
  ) async throws -> ExitCode {
    if let problem = await (try exit(to: endpoint, on: loop)).problem() {
      return try giveUp(SenderAdvice.sentence(problem, for: endpoint), problem)
    }
    let opened =
      if let house { house } else { try await House.open(configuration, on: loop) }
    return try await send(
      through: try exit(to: endpoint, on: loop), to: recipients, in: opened)
  }

  /// The server of the campaign to go on with, its password unsealed.
  private func storedEndpoint(in house: House) async throws -> Endpoint {
    guard let last = try await house.store.campaigns.latest(in: house.workspace),
      let sender = try await house.store.senders.find(last.sender, in: house.workspace)
    else {
      throw SendRequest.Refusal(
        "There is no campaign in \(house.folder.path) to go on with. Give --smtp URL to begin one.")
    }
    return try SealedSender.endpoint(sender, keys: house.keys)
  }

  // MARK: Sending

  private func withSandbox(
    on loop: EventLoop, _ body: (Endpoint) async throws -> ExitCode
  ) async throws -> ExitCode {
    let sandbox = Sandbox(.keep(folder: "\(configuration.dataFolder)/sandbox", most: 1_000))
    return try await sandbox.whileServing(
      at: HostAndPort(host: "127.0.0.1", port: 0), on: loop
    ) { port in
      try await body(Endpoint(host: "127.0.0.1", port: port, security: .none))
    }
  }

  private func send(
    through exit: Exit, to recipients: Int, in house: House
  ) async throws -> ExitCode {
    let endpoint = exit.endpoint
    let started = Timestamp.now()
    let logFile = LogFile(in: house.folder.logs, isDetailed: configuration.isDebugging)
    guard var campaign = try await campaign(in: house, endpoint) else { return .failure }
    console.complain(
      "Campaign \(campaign.id.text(.campaign)): \(recipients) rows of \(request.contacts)")
    let recovered = try await house.store.deliveries.recover(campaign, now: .now())
    if recovered.inDoubt > 0 {
      let what = campaign.inDoubt == .hold ? "They stay unknown" : "They are sent again"
      console.complain(
        "\(recovered.inDoubt) messages were under way when the last run ended. \(what).")
    }
    let audience = try await prepare(&campaign, in: house)
    let composer = try composer(
      of: campaign.content, of: campaign.key, named: campaign.name,
      fieldNames: audience.fieldNames,
      attachments: campaign.state == .sending
        ? try AttachmentFolder(house.folder.attachments).read(campaign.content.attachments) : [],
      linkKey: house.linkKey)
    let before = campaign.counts
    var result = Dispatcher.Result.finished
    if campaign.state == .sending {
      result = try await dispatch(campaign, in: house, composer, exit, log: logFile.log)
    }
    return try await finish(
      result, campaign, before: before, composer: composer, endpoint: endpoint, started: started,
      in: house)
  }

  /// The campaign to go on with, or a new one.
  private func campaign(in house: House, _ endpoint: Endpoint) async throws -> Campaign? {
    if let last = try await house.store.campaigns.latest(in: house.workspace) {
      if request.isResuming { return try await resume(last, in: house, endpoint) }
      guard last.state.isFinal else {
        throw SendRequest.Refusal(
          """
          The data folder \(house.folder.path) holds a campaign that has not ended \
          (“\(last.name)”). Run the command with --resume to go on with it, or name another \
          folder with --data.
          """)
      }
    }
    let sender = sender(endpoint, .new(), in: house)
    let id = Identifier.new()
    let audience = Audience(
      id: .new(), workspace: house.workspace, file: request.contacts,
      fieldNames: request.fieldNames, emailColumn: request.survey.emailColumn,
      offset: request.survey.offset, line: request.survey.line)
    var content = request.content
    for index in content.attachments.indices {
      content.attachments[index].file = "\(String(decoding: id.base32, as: UTF8.self))-\(index)"
      try house.folder.write(
        request.attachmentBytes[index], toAttachment: content.attachments[index].file)
    }
    let campaign = Campaign(
      id: id, workspace: house.workspace, name: content.subject, state: .preparing,
      content: content, sender: sender.id, audience: audience.id, inDoubt: request.inDoubt,
      createdAt: .now())
    try await house.store.senders.add(sender, now: .now())
    try await house.store.campaigns.add(campaign, with: audience, now: .now())
    return campaign
  }

  private func sender(
    _ endpoint: Endpoint, _ id: Identifier, in house: House, keeping rules: SenderRules? = nil
  ) -> Sender {
    var sender = SealedSender.make(endpoint, id: id, workspace: house.workspace, keys: house.keys)
    sender.rules = rules ?? sender.rules
    if let schedule = request.schedule {
      (sender.rules.retries, sender.rules.urgentRetries) = (schedule, schedule)
    }
    return sender
  }

  private func resume(
    _ last: Campaign, in house: House, _ endpoint: Endpoint
  ) async throws -> Campaign {
    guard
      let audience = try await house.store.audiences.find(last.audience, in: house.workspace),
      audience.file == request.contacts, last.content.subject == request.content.subject
    else {
      throw SendRequest.Refusal(
        """
        The campaign in \(house.folder.path) is another one (“\(last.name)”). Resume it with the \
        arguments it was begun with, or name another folder with --data.
        """)
    }
    // The password may be a new one: that is why people run a failed campaign again.
    let before = try await house.store.senders.find(last.sender, in: house.workspace)
    try await house.store.senders.update(
      sender(endpoint, last.sender, in: house, keeping: before?.rules))
    guard last.state == .failed || last.state == .paused else { return last }
    try await house.store.deliveries.revive(.cancelled, of: last.key, now: .now())
    _ = try await house.store.campaigns.move(last.key, to: .sending, now: .now())
    return try await house.store.campaigns.find(last.key) ?? last
  }

  /// Reads the file's rows and freezes the audience, as far as that has not been done.
  private func prepare(_ campaign: inout Campaign, in house: House) async throws -> Audience {
    guard let stored = try await house.store.audiences.find(campaign.audience, in: house.workspace)
    else { throw SendRequest.Refusal("The campaign's contacts are missing from the database.") }
    guard campaign.state == .preparing else { return stored }
    let audience: Audience
    do {
      audience = try await Importer(store: house.store, crash: crash).run(stored)
    } catch let error as SpreadsheetError {
      try await house.store.audiences.discard(stored)
      throw error
    }
    try await Planner(store: house.store, crash: crash).run(campaign)
    campaign = try await house.store.campaigns.find(campaign.key) ?? campaign
    return audience
  }

  private func dispatch(
    _ campaign: Campaign, in house: House, _ composer: CampaignComposer, _ exit: Exit,
    log: Log
  ) async throws -> Dispatcher.Result {
    var options = Dispatcher.Options()
    options.connections = request.connections
    options.perSecond = request.perSecond
    options.messagesPerSession = request.limits.limits.perConnection ?? options.messagesPerSession
    options.allowance = try await request.limits.allowance(of: campaign, in: house.store)
    options.patience = request.patience
    options.schedule = try await house.store.senders.find(campaign.sender, in: house.workspace)?
      .rules.schedule(isTransactional: campaign.content.isTransactional)
    options.idleTime = configuration.timeOuts.idle
    options.crash = crash
    options.log = log
    let dispatcher = Dispatcher(
      campaign, store: house.store, composer: composer, exit: exit, options: options)
    let stop = StopSign()
    stop.whenRaised { dispatcher.stop() }
    let signals = StopSignals { stop.raise() }
    defer { signals.end() }
    let display = ProgressDisplay(console, total: campaign.counts.total)
    return try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask {
        await display.follow { try? await house.store.campaigns.counts(campaign.key) }
      }
      let result = try await stop.cutting(after: .seconds(10)) { try await dispatcher.send() }
      group.cancelAll()
      return result ?? .stopped
    }
  }

  // MARK: The end

  private func finish(
    _ result: Dispatcher.Result, _ campaign: Campaign, before: CampaignCounts,
    composer: CampaignComposer, endpoint: Endpoint, started: Timestamp, in house: House
  ) async throws -> ExitCode {
    let key = campaign.key
    var code = ExitCode.ok
    switch result {
    case .finished:
      if campaign.state == .sending {
        _ = try await house.store.campaigns.move(key, to: .sent, now: .now())
      }
    case .deferred: code = .deferred
    case .limited(let until):
      console.complain("The limit is reached; the next message may leave at \(until.rfc3339).")
      code = .deferred
    case .stopped: code = .interrupted
    case .unreachable(let error):
      console.complain(SenderAdvice.sentence(error, for: endpoint))
      code = .deferred
    case .senderFailed(let error):
      let sentence = SenderAdvice.sentence(error, for: endpoint)
      console.complain(sentence)
      try await CampaignFailure(error.sentence).end(key, in: house.store, now: .now())
      code = .failure
    case .ledgerFailed(let error):
      console.complain(
        "Sending was stopped, because results could not be written down: \(error). Run the command again with --resume."
      )
      return .failure
    }
    let counts = try await house.store.campaigns.counts(key) ?? campaign.counts
    try await AttachmentFolder(house.folder.attachments).forget(
      campaign.content.attachments, in: house.workspace, of: house.store)
    try await report(key, composer, in: house)
    let seconds = (Timestamp.now() - started) / .seconds(1)
    let summary = CampaignSummary(
      campaign: campaign.id, counts: counts, seconds: seconds,
      sentNow: counts[.sent] - before[.sent])
    console.line(request.isJSON ? summary.json : summary.line)
    if code == .deferred {
      console.complain("Run the command again with --resume to send what is still due.")
    }
    return code
  }

  private func report(
    _ key: CampaignKey, _ composer: CampaignComposer, in house: House
  ) async throws {
    guard let path = request.report else { return }
    let report = try ReportFile(path)
    var last = 0
    while true {
      let page = try await house.store.deliveries.report(of: key, after: last, limit: 2_000)
      guard let end = page.last else { break }
      for row in page {
        try report.append(row, messageID: composer.messageID(forDelivery: row.number))
      }
      last = end.number
    }
    try report.finish()
  }
}
