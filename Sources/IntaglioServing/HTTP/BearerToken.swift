/// A secret that clients show.
public struct BearerToken: Sendable {
  private let bytes: [UInt8]

  /// `nil` for an empty text; space around it does not count.
  public init?(_ text: String) {
    let token = text.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed()
    guard !token.isEmpty else { return nil }
    bytes = Array(String(token).utf8)
  }

  /// Whether `Authorization` holds the token; how long that takes says only how long the text is.
  package func accepts(authorization: String?) -> Bool {
    let parts = (authorization ?? "").split(separator: " ", maxSplits: 1)
    guard parts.count == 2, let scheme = parts.first, let given = parts.last,
      scheme.lowercased() == "bearer"
    else { return false }
    let found = Array(given.utf8)
    var difference: UInt8 = found.count == bytes.count ? 0 : 1
    for (index, byte) in found.enumerated() { difference |= byte ^ bytes[index % bytes.count] }
    return difference == 0
  }
}
