import Model
import Octets
import Storage

/// Writes down what is learnt about receivers while messages leave, at most once a second.
struct ShapingNotebook: Sendable {
  let shaper: Shaper
  let memory: ShapingMemory
  let sender: Identifier
  let workspace: Identifier

  /// Takes over what was learnt before this process began.
  func open() async throws(StoreError) {
    guard !shaper.isRestored else { return }
    shaper.restore(try await memory.all(of: sender, in: workspace))
  }

  /// Writes down what has changed since the last time.
  func write() async {
    var kept: [ShapedDomain] = []
    var forgotten: [[UInt8]] = []
    for change in shaper.changes(now: .now()) {
      switch change {
      case .keep(let domain): kept.append(domain)
      case .forget(let domain): forgotten.append(domain)
      }
    }
    // What cannot be written now is written with the next change.
    try? await memory.write(kept, forgetting: forgotten, of: sender, in: workspace)
  }
}
