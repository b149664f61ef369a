/// How long a sign-in lasts and how often one may try.
public enum SignInRule {
  /// A session ends when nothing was asked for so long.
  public static let idle = Duration.seconds(30 * 60)
  /// A session ends after so long in any case.
  public static let longest = Duration.seconds(12 * 3_600)
  /// Tries are counted over this window.
  public static let window = Duration.seconds(15 * 60)
  public static let triesPerAccount = 10
  public static let triesPerAddress = 100
}
