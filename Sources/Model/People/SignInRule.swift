/// How long a sign-in lasts and how often one may try.
package enum SignInRule {
  /// A session ends when nothing was asked for so long.
  package static let idle = Duration.seconds(30 * 60)
  /// A session ends after so long in any case.
  package static let longest = Duration.seconds(12 * 3_600)
  /// Tries are counted over this window.
  package static let window = Duration.seconds(15 * 60)
  package static let triesPerAccount = 10
  package static let triesPerAddress = 100
}
