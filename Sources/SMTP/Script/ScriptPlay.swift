import Locking
import Octets

/// A script as it is played: asked at each step, it says what the server does.
public final class ScriptPlay: Sendable {
  private struct Memory {
    var rules: [RuleMemory]
    var random: ScriptRandom
  }

  private let seed: UInt64
  private let rules: [ScriptRule]
  /// Which rules may act at a step, from top to bottom.
  private let rulesAt: [ScriptStep: [Int]]
  private let clock: @Sendable () -> Duration
  private let memory: Lock<Memory>

  /// - Parameters:
  ///   - script: What to play.
  ///   - clock: The time since the server's start.
  public init(_ script: SandboxScript, clock: @escaping @Sendable () -> Duration) {
    seed = script.seed
    rules = script.rules
    var rulesAt: [ScriptStep: [Int]] = [:]
    for (index, rule) in script.rules.enumerated() {
      for step in rule.step == .any ? ScriptStep.ofAny : [rule.step] {
        rulesAt[step, default: []].append(index)
      }
    }
    self.rulesAt = rulesAt
    self.clock = clock
    memory = Lock(
      Memory(
        rules: Array(repeating: RuleMemory(), count: script.rules.count),
        random: ScriptRandom(seed: script.seed)))
  }

  public func decide(_ moment: ServerMoment, _ visit: ServerVisit) -> ServerDecision {
    guard case .connect = moment else { return decide(at: ScriptScene(moment, visit)) }
    // Two steps of a script are one moment of the conversation.
    let scene = ScriptScene(moment, visit)
    let coming = plan(at: scene)
    if let coming, coming.isAnswer { return coming.decision }
    let greeting = plan(at: scene.at(.banner))
    guard coming != nil || greeting != nil else { return .accept }
    var all = coming ?? Outcome()
    if let greeting { all.append(greeting) }
    return all.decision
  }

  private func decide(at scene: ScriptScene) -> ServerDecision {
    plan(at: scene)?.decision ?? .accept
  }

  /// What the rules that act come to.
  private struct Outcome {
    var acts: [ServerAct] = []
    var isAnswer = false
    var takes = true

    mutating func append(_ other: Outcome) {
      acts += other.acts
      isAnswer = other.isAnswer
      takes = other.takes
    }

    var decision: ServerDecision {
      ServerDecision(.play(ServerPlan(isAnswer ? acts : acts + [.usual], takes: takes)))
    }
  }

  private func plan(at scene: ScriptScene) -> Outcome? {
    guard let indices = rulesAt[scene.step] else { return nil }
    let now = clock()
    return memory.withLock { memory in
      var outcome: Outcome?
      for index in indices {
        let rule = rules[index]
        guard
          scene.fulfils(rule.conditions, now: now),
          isChosen(index, scene, &memory, now: now)
        else { continue }
        var all = outcome ?? Outcome()
        all.append(
          Outcome(
            acts: rule.acts.map { memory.random.settle($0) },
            isAnswer: rule.isAnswer || scene.step == .body, takes: rule.takes))
        outcome = all
        if all.isAnswer { break }
      }
      return outcome
    }
  }

  /// The conditions that count, remember, or throw dice.
  private func isChosen(
    _ index: Int, _ scene: ScriptScene, _ memory: inout Memory, now: Duration
  ) -> Bool {
    let conditions = rules[index].conditions
    if let share = conditions.share {
      let number = ScriptRandom.number(of: scene.recipient, seed: seed, rule: index)
      guard number % 1_000_000 < UInt64(share) else { return false }
    }
    if let chance = conditions.chance {
      guard memory.random.next() % 1_000_000 < UInt64(chance) else { return false }
    }
    let key = conditions.each.map(scene.key) ?? []
    if let times = conditions.times {
      guard times.holds(for: memory.rules[index].number(of: key)) else { return false }
    }
    if let limit = conditions.beyond {
      guard !memory.rules[index].mayPass(limit, key, now: now) else { return false }
    }
    if let span = conditions.greylist {
      return memory.rules[index].isNew(scene.pair, for: span, now: now)
    }
    return true
  }
}
